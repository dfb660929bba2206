import { flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';

export interface Module {
  readonly name: string;
  /** Address of its struct module. */
  readonly address: bigint;
  /** Where its text and data are: [start, end). */
  readonly ranges: readonly (readonly [bigint, bigint])[];
}

export interface Modules {
  readonly list: readonly Module[];
  /** A module's own symbol by name; of several modules' the first. */
  address(name: string): bigint | undefined;
  symbolAt(address: bigint): { readonly name: string; readonly offset: number; readonly module: string; readonly type: string } | undefined;
}

const mostModules = 4096;
const mostModuleSymbols = 1 << 20;
const mostStringBytes = 1 << 24;
/** enum mod_mem_type: text, data, rodata, ro_after_init; what follows is freed after init. */
const keptMemories = 4;

/** Loaded modules with their symbols; a module's symbol table is read when an address falls into it. */
export function readModules(kernel: Kernel): Modules {
  const { memory } = kernel;
  const found = flaws();
  const list: Module[] = [];
  const nameAt = BigInt(kernel.offset('module', 'name'));
  for (const address of kernel.list(kernel.symbol('modules'), kernel.offset('module', 'list'), mostModules, found)) {
    try {
      list.push({ address, name: memory.string(address + nameAt, 64), ranges: memoriesOf(kernel, address) });
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error; // a module being loaded or unloaded
    }
  }
  const tables = new Map<Module, ReturnType<typeof symbolTable>>();
  function tableOf(module: Module): ReturnType<typeof symbolTable> {
    const table = tables.get(module) ?? symbolTable(kernel, module);
    tables.set(module, table);
    return table;
  }
  return {
    list,
    address(name) {
      for (const module of list) {
        const table = tableOf(module);
        for (let at = 0; at < table.addresses.length; at++) if (table.name(at) === name) return table.addresses[at];
      }
      return undefined;
    },
    symbolAt(address) {
      const module = list.find((m) => m.ranges.some(([start, end]) => address >= start && address < end));
      if (module === undefined) return undefined;
      const table = tableOf(module);
      const at = lastAtOrBelow(table.addresses, address);
      if (at < 0) return { name: module.name, offset: Number(address - module.ranges[0]![0]), module: module.name, type: '?' };
      return { name: table.name(at), offset: Number(address - (table.addresses[at] ?? 0n)), module: module.name, type: '?' };
    },
  };
}

/** `mem[]` since ac3b43283923 "module: replace module_layout with module_memory" (v6.4), `core_layout` before. */
function memoriesOf(kernel: Kernel, module: bigint): readonly (readonly [bigint, bigint])[] {
  const { memory } = kernel;
  if (!kernel.has('module', 'mem')) {
    const base = memory.u64(module + BigInt(kernel.offset('module', 'core_layout.base')));
    return [[base, base + BigInt(memory.u32(module + BigInt(kernel.offset('module', 'core_layout.size'))))]];
  }
  const start = kernel.offset('module', 'mem');
  const ranges: [bigint, bigint][] = [];
  for (let i = 0; i < keptMemories; i++) {
    const at = module + BigInt(start + i * kernel.sizeOf('module_memory'));
    const base = memory.u64(at + BigInt(kernel.offset('module_memory', 'base')));
    const size = memory.u32(at + BigInt(kernel.offset('module_memory', 'size')));
    if (base !== 0n && size > 0) ranges.push([base, base + BigInt(size)]);
  }
  return ranges.length === 0 ? [[0n, 0n]] : ranges;
}

/** Symbols of an ELF symbol table in memory (struct mod_kallsyms), by address. */
function symbolTable(kernel: Kernel, module: Module): { readonly addresses: BigUint64Array; readonly name: (at: number) => string } {
  const { memory } = kernel;
  const member = (path: string): bigint => BigInt(kernel.offset('mod_kallsyms', path));
  const kallsyms = memory.u64(module.address + BigInt(kernel.offset('module', 'kallsyms')));
  const none = { addresses: new BigUint64Array(0), name: () => '' };
  if (kallsyms === 0n) return none;
  const count = memory.u32(kallsyms + member('num_symtab'));
  if (count > mostModuleSymbols) return none;
  const symbols = memory.bytes(memory.u64(kallsyms + member('symtab')), count * 24);
  let last = 0;
  for (let at = 0; at < symbols.length; at += 24) last = Math.max(last, symbols.readUInt32LE(at));
  if (last > mostStringBytes) return none;
  // The table does not say how long its strings are: as far as the last name starts, and that one by itself.
  const start = memory.u64(kallsyms + member('strtab'));
  const strings = Buffer.concat([memory.bytes(start, last), Buffer.from(`${memory.string(start + BigInt(last), 512)}\0`, 'latin1')]);
  const defined = Array.from({ length: count }, (_, i) => i * 24)
    .filter((at) => symbols.readUInt16LE(at + 6) !== 0 && symbols.readUInt32LE(at) !== 0)
    .toSorted((a, b) => (symbols.readBigUInt64LE(a + 8) < symbols.readBigUInt64LE(b + 8) ? -1 : 1));
  return {
    addresses: BigUint64Array.from(defined, (at) => symbols.readBigUInt64LE(at + 8)),
    name(i) {
      const at = symbols.readUInt32LE(defined[i] ?? 0);
      return strings.toString('latin1', at, strings.indexOf(0, at));
    },
  };
}

function lastAtOrBelow(sorted: BigUint64Array, wanted: bigint): number {
  let low = -1;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
