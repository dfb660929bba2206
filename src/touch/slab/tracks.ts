/**
 * Who allocated an object, and when: struct track behind each object of a cache that stores its users
 * (slub_debug=U, mm/slub.c), the stack through stackdepot (lib/stackdepot.c).
 */
import { Unmapped } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import type { Cache } from './caches.ts';

export interface Track {
  /** The allocating call; what is known where no stack was saved. */
  readonly address: bigint;
  /** Of the stack in the depot; 0 where there is none. */
  readonly handle: number;
  readonly pid: number;
  /** jiffies at the allocation. */
  readonly when: bigint;
}

export interface Tracks {
  /** The allocation of an object by its address; undefined where nothing was stored. */
  of(object: bigint): Track | undefined;
  /** The stack of a track, innermost first. */
  stack(track: Track): readonly string[];
}

const mostFrames = 64;
const depotAlign = 4n; // DEPOT_STACK_ALIGN

/** undefined for a cache that does not store its users. */
export function tracksOf(kernel: Kernel, cache: Cache): Tracks | undefined {
  if (!cache.flags.includes('store-user') || !kernel.has('track', 'when')) return undefined;
  const { memory } = kernel;
  // get_info_end(): behind the free pointer where that stands outside of the object.
  const start = BigInt(cache.freeOffset >= cache.inUse ? cache.inUse + 8 : cache.inUse);
  const at = (member: string): bigint => BigInt(kernel.offset('track', member));
  const depot = depotReader(kernel);
  return {
    of(object) {
      try {
        const own = object + start;
        const address = memory.u64(own + at('addr'));
        if (address === 0n) return undefined;
        const handle = kernel.has('track', 'handle') ? memory.u32(own + at('handle')) : 0;
        return { address, handle, pid: memory.u32(own + at('pid')), when: memory.u64(own + at('when')) };
      } catch (error) {
        if (!(error instanceof Unmapped)) throw error;
        return undefined;
      }
    },
    stack(track) {
      const frames = depot(track.handle);
      return (frames.length === 0 ? [track.address] : frames).map((frame) => {
        const symbol = kernel.symbolAt(frame);
        return symbol === undefined
          ? `0x${frame.toString(16)}`
          : `${symbol.name}+0x${symbol.offset.toString(16)}${symbol.module === undefined ? '' : ` [${symbol.module}]`}`;
      });
    },
  };
}

/** Stacks by handle. Its parts were renamed twice (424cafee340b, v6.3; a6c1d9cb9a68, v6.10), which BTF tells. */
function depotReader(kernel: Kernel): (handle: number) => readonly bigint[] {
  const { memory, btf } = kernel;
  const known = new Map<number, readonly bigint[]>();
  const union = btf.find('handle_parts', 'union');
  const pools = kernel.symbols.address('stack_pools') ?? kernel.symbols.address('stack_slabs');
  const part = (name: string): { readonly bit: number; readonly bits: number } | undefined =>
    union === undefined ? undefined : btf.member(union, name);
  const plusOne = part('pool_index_plus_1');
  const index = plusOne ?? part('pool_index') ?? part('slabindex');
  const offset = part('offset');
  if (pools === undefined || index === undefined || offset === undefined || !kernel.has('stack_record', 'entries')) return () => [];
  const take = (handle: number, { bit, bits }: { readonly bit: number; readonly bits: number }): number =>
    (handle >>> bit) & (2 ** bits - 1);

  function read(handle: number): readonly bigint[] {
    const pool = take(handle, index!) - (plusOne === undefined ? 0 : 1);
    if (handle === 0 || pool < 0) return [];
    try {
      const record = memory.u64(pools! + BigInt(pool * 8)) + (BigInt(take(handle, offset!)) << depotAlign);
      const size = memory.u32(record + BigInt(kernel.offset('stack_record', 'size')));
      if (size > mostFrames) return [];
      const entries = record + BigInt(kernel.offset('stack_record', 'entries'));
      return Array.from({ length: size }, (_, i) => memory.u64(entries + BigInt(i * 8)));
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error;
      return [];
    }
  }
  return (handle) => {
    const frames = known.get(handle) ?? read(handle);
    known.set(handle, frames);
    return frames;
  };
}
