import { hex } from '../damage.ts';
import type { Kernel } from '../kernel.ts';
import { pageSize } from '../memory/image.ts';
import { typesOfCache } from '../../kernel/cache-types.ts';
import type { Cache } from './caches.ts';
import { pathAt } from './targets.ts';
import type { Objects } from './objects.ts';
import { streamPages } from './blocks.ts';
import { type Alive, scanned, whole } from './pointers.ts';

/** One kind of place that holds pointers to the objects asked about. */
export interface Holder {
  /** `dentry+48`, `init_net+0x1c0`, `kernel page`, `per-CPU area`. */
  readonly text: string;
  readonly pointers: number;
  /** One such place. */
  readonly example: bigint;
}

const mostHolders = 4096;
const shown = 12;

/**
 * Who points to the objects that `wanted` accepts: one more pass over memory. Objects are named by their cache
 * and offset, other places by symbol where they have one. Places are counted, not followed.
 */
export function findHolders(kernel: Kernel, objects: Objects, alive: Alive, wanted: (object: number) => boolean): readonly Holder[] {
  const { image } = kernel;
  const { slabs } = objects;
  const mapLow = Number(kernel.directMap & 0xffffffffn);
  const mapHigh = Number(kernel.directMap >> 32n);
  const limit = slabs.frames * pageSize;
  const found = new Map<string, { pointers: number; example: bigint }>();
  const placeOf = placeReader(kernel, objects);

  function hold(text: string, example: bigint): void {
    const known = found.get(text);
    if (known !== undefined) known.pointers++;
    else if (found.size < mostHolders) found.set(text, { pointers: 1, example });
  }

  const buffer = Buffer.alloc(streamPages * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  function look(frames: Uint32Array, pages: number): void {
    for (let i = 0; i < pages; i++) {
      const frame = frames[i]!;
      const { from, to } = alive.get(frame) ?? whole;
      for (let x = i * 1024 + (from >> 2) + 1; x < i * 1024 + (to >> 2); x += 2) {
        const physical = (words[x]! - mapHigh) * 4294967296 + words[x - 1]! - mapLow;
        if (!(physical >= 0 && physical < limit)) continue;
        const object = objects.objectAt(physical);
        if (object < 0 || objects.allocated[object] === 0 || !wanted(object)) continue;
        const at = frame * pageSize + ((x - 1) & 1023) * 4;
        const place = placeOf(at, object);
        if (place !== undefined) hold(place, kernel.directMap + BigInt(at));
      }
    }
  }
  image.stream(0, image.frames, buffer, look, scanned(slabs));
  return [...found]
    .map(([text, held]) => ({ text, ...held }))
    .toSorted((a, b) => b.pointers - a.pointers)
    .slice(0, shown);
}

/**
 * Names the places of pointers: `dentry+48 (d_name)`, `init_net+0x1c0`, `kernel page 0x1234`; undefined for one
 * inside the object `self`, in a free object or between objects, which hold nothing.
 */
export function placeReader(kernel: Kernel, objects: Objects): (physical: number, self: number) => string | undefined {
  const { slabs, caches } = objects;
  const nameOf = placeNames(kernel);

  function placeOf(physical: number, self: number): string | undefined {
    const holder = objects.objectAt(physical);
    if (holder < 0) return nameOf(physical);
    if (holder === self || objects.allocated[holder] === 0) return undefined;
    const slab = objects.slabAt(physical);
    const offset = physical - objects.physicalOf(slab, holder);
    const cache = caches[slabs.cache[slab]!]!;
    return offset < cache.objectSize ? memberName(cache, offset) : undefined;
  }

  /** With the member's name, where the cache is one type's alone. */
  const named = new Map<number, string>();
  function memberName(cache: Cache, offset: number): string {
    const key = cache.index * 2 ** 24 + offset;
    const known = named.get(key);
    if (known !== undefined) return known;
    const types = cache.aliases.length > 0 ? [] : typesOfCache(cache.name);
    const id = types.map((type) => kernel.btf.find(type, 'struct')).find((one) => one !== undefined);
    const member = id === undefined || offset >= kernel.btf.sizeOf(id) ? '' : pathAt(kernel, id, offset).path;
    const name = `${cache.name}+${offset}${member === '' ? '' : ` (${member})`}`;
    named.set(key, name);
    return name;
  }
  return placeOf;
}

/** Names of physical places outside of slabs: kernel image by symbol, the CPUs' areas, all else as pages. */
function placeNames(kernel: Kernel): (physical: number) => string {
  const { memory, symbols } = kernel;
  const start = symbols.address('_text') ?? symbols.address('_stext') ?? 0n;
  const end = symbols.address('_end') ?? start;
  const image = memory.physical(start);
  const imageEnd = image + Number(end - start);
  const areaStart = symbols.address('__per_cpu_start');
  const areaEnd = symbols.address('__per_cpu_end');
  const areaBytes = areaStart === undefined || areaEnd === undefined ? 0 : Number(areaEnd - areaStart);
  const areas = kernel.cpus.map((cpu) => memory.physical(kernel.perCpu(areaStart ?? 0n, cpu)));
  return (physical) => {
    if (physical >= image && physical < imageEnd) {
      const address = start + BigInt(physical - image);
      const symbol = symbols.at(address);
      return symbol === undefined ? hex(address) : `${symbol.name}+0x${symbol.offset.toString(16)}`;
    }
    const cpu = areas.findIndex((area) => area >= 0 && physical >= area && physical < area + areaBytes);
    return cpu < 0
      ? `kernel page ${hex(Math.floor(physical / pageSize))}`
      : `per-CPU variable at +0x${(physical - areas[cpu]!).toString(16)}`;
  };
}
