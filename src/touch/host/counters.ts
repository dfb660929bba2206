/** Counters as the kernel keeps them for /proc. */
import type { Kernel } from '../kernel.ts';
import type { Structs } from './structs.ts';

/** Values of an array of counters by the names of its enumeration (`vm_zone_stat` by enum zone_stat_item). */
export function countersByName(kernel: Kernel, symbol: string, enumeration: string): ReadonlyMap<string, number> {
  const { btf, memory } = kernel;
  const id = btf.find(enumeration, 'enum');
  const start = kernel.symbols.address(symbol);
  if (id === undefined || start === undefined) return new Map();
  const known = btf.enumerators(id).filter((one) => !one.name.startsWith('NR_VM_'));
  return new Map(known.map(({ name, value }) => [name, Number(BigInt.asIntN(64, memory.u64(start + BigInt(Number(value) * 8))))]));
}

/** A percpu_counter: its count with what each CPU has not added yet. `expression` names the struct. */
export function percpuCounter(kernel: Kernel, { number }: Structs, expression: string): number {
  let sum = Number(number(`${expression}.count`));
  const area = number(`(unsigned long)${expression}.counters`);
  if (area !== 0n) for (const cpu of kernel.cpus) sum += kernel.memory.u32(kernel.perCpu(area, cpu)) | 0;
  return sum;
}
