import { type Flaws, Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import type { Alive, Part } from './pointers.ts';
import { type Slabs, use } from './slabs.ts';

const mostPages = 4096;
/** Batches of a CPU, and lists of a batch: two each. */
const mostElements = 16;
/** What a spare page has left of use: the link to the next one. */
const link = 8;

/**
 * kfree_rcu() writes what it will free into pages of pointers (struct kvfree_rcu_bulk_data). Each CPU keeps some for the
 * next time, full of pointers to what was freed long ago and may have been allocated anew; those in use were such before,
 * and count only as far as they are filled. Live ones fill up while memory is read, so there all of it counts.
 */
export function recordPages(kernel: Kernel, slabs: Slabs, found: Flaws): Alive {
  const alive = new Map<number, Part>();
  const { memory, btf } = kernel;
  const area = kernel.symbols.address('krc');
  if (kernel.image.live || area === undefined || !kernel.has('kfree_rcu_cpu', 'bkvcache') || !kernel.has('kvfree_rcu_bulk_data', 'records'))
    return alive;
  const spareAt = BigInt(kernel.offset('kfree_rcu_cpu', 'bkvcache'));
  const recordsAt = kernel.offset('kvfree_rcu_bulk_data', 'records');
  const countAt = BigInt(kernel.offset('kvfree_rcu_bulk_data', 'nr_records'));
  // Singly linked up to 6.2, then a list.
  const isList = kernel.has('kvfree_rcu_bulk_data', 'list');
  const nextAt = kernel.offset('kvfree_rcu_bulk_data', isList ? 'list' : 'next');

  function set(page: bigint, to: number): void {
    const frame = Math.floor(memory.physical(page) / pageSize);
    const isOne = page % BigInt(pageSize) === 0n && frame >= 0 && frame < slabs.frames && slabs.usedFor[frame] === use.kernel;
    if (isOne && to <= pageSize) alive.set(frame, { from: 0, to });
    else found.add(page, 'no page of kfree_rcu()');
  }

  function* chained(first: bigint, at: number): Generator<bigint> {
    let left = mostPages;
    for (let page = memory.u64(first); page !== 0n && left > 0; page = memory.u64(page + BigInt(at)), left--) yield page;
  }

  /** Addresses of an array's elements in a struct. */
  function elements(struct: string, member: string, base: bigint): readonly bigint[] {
    const place = btf.member(struct, member);
    if (place === undefined) return [];
    const array = btf.resolve(place.type);
    const bytes = btf.sizeOf(array.type);
    return Array.from({ length: Math.min(mostElements, array.count) }, (_, i) => base + BigInt(place.offset + i * bytes));
  }

  for (const cpu of kernel.cpus) {
    try {
      const own = kernel.perCpu(area, cpu);
      if (memory.physical(own) < 0) continue; // a CPU that never came up
      for (const page of chained(own + spareAt, 0)) set(page, link);
      const heads = [
        ...elements('kfree_rcu_cpu', isList ? 'bulk_head' : 'bkvhead', own),
        ...elements('kfree_rcu_cpu', 'krw_arr', own).flatMap((batch) =>
          elements('kfree_rcu_cpu_work', isList ? 'bulk_head_free' : 'bkvhead_free', batch),
        ),
      ];
      for (const head of heads)
        for (const page of isList ? kernel.list(head, nextAt, mostPages, found) : chained(head, nextAt))
          set(page, recordsAt + memory.u32(page + countAt) * 8);
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      found.add(error.address, `pages of kfree_rcu(): ${error.message}`, error.leftOut);
    }
  }
  return alive;
}
