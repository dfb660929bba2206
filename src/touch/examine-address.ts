/** `kmai touch object` and `page`: what is at an address. */
import { formatValue } from './btf/format.ts';
import { evaluate, isPointer, scalar } from './btf/evaluate.ts';
import { parseExpression } from './btf/expression.ts';
import { hex, Meaningless } from './damage.ts';
import type { Examination } from './examine.ts';
import { pageSize } from './memory/image.ts';
import { alsoNamed } from './slab/caches.ts';
import { use } from './slab/slabs.ts';
import { describe } from './slab/targets.ts';
import { type Core, readSlabs } from './vmcore.ts';

/** An address as given: hexadecimal, or an expression whose value is a pointer. */
function addressOf({ kernel }: Core, text: string): bigint {
  if (/^(0x)?[0-9a-f]{8,16}$/i.test(text)) return BigInt(text.startsWith('0x') ? text : `0x${text}`);
  const expression = parseExpression(text);
  const value = evaluate(kernel, text);
  const number = scalar(kernel, value);
  if (number !== undefined && (isPointer(value.type) || expression.kind === 'number')) return number;
  if ('address' in value) return value.address;
  throw new Meaningless('no_address', { expression: text });
}

export function examineObject(core: Core, text: string): Examination {
  const { kernel } = core;
  const address = addressOf(core, text);
  const view = readSlabs(core);
  const { objects } = view;
  const physical = kernel.memory.physical(address);
  const slab = physical < 0 ? -1 : objects.slabAt(physical);
  if (slab < 0)
    return {
      specimens: [],
      abnormal: false,
      text: `${hex(address)} is in no slab: ${describe(kernel, objects, address).text || 'no symbol either'}`,
      answer: { address: hex(address), cache: null },
    };
  const cache = view.caches[objects.slabs.cache[slab]!]!;
  const object = objects.objectAt(physical);
  if (object < 0)
    return {
      specimens: [],
      abnormal: false,
      text: `${hex(address)} is in a slab of ${cache.name}, between objects`,
      answer: { address: hex(address), cache: cache.name, object: null },
    };
  const start = objects.physicalOf(slab, object);
  const allocated = objects.allocated[object] === 1;
  const base = kernel.directMap + BigInt(start);
  const lines = [
    `${hex(base)}+${physical - start}: ${allocated ? 'allocated' : 'free'} object of ${cache.name}${alsoNamed(cache)}, ${cache.objectSize} bytes`,
  ];
  const bytes = kernel.memory.bytes(base, cache.objectSize);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const word = bytes.readBigUInt64LE(at);
    if (word !== 0n)
      lines.push(`  +${String(at).padEnd(5)} ${word.toString(16).padStart(16, '0')}  ${describe(kernel, objects, word).text}`.trimEnd());
  }
  return {
    specimens: [],
    abnormal: false,
    text: lines.join('\n'),
    answer: { address: hex(address), cache: cache.name, object: hex(base), offset: physical - start, allocated },
  };
}

export function examinePage(core: Core, text: string): Examination {
  const { kernel } = core;
  const given = addressOf(core, text);
  const view = readSlabs(core);
  const { slabs } = view.objects;
  const structBytes = BigInt(kernel.structPage);
  const inMap = given >= kernel.vmemmap && given < kernel.vmemmap + BigInt(slabs.frames) * structBytes;
  const physical = inMap ? Number((given - kernel.vmemmap) / structBytes) * pageSize : kernel.memory.physical(given);
  const frame = Math.floor(physical / pageSize);
  if (!(frame >= 0 && frame < slabs.frames)) throw new Meaningless('not_in_memory', { address: hex(given) });
  const kind = (Object.keys(use) as (keyof typeof use)[]).find((name) => use[name] === slabs.usedFor[frame])!;
  const slab = slabs.slabOf[frame]! - 1;
  const page = kernel.vmemmap + BigInt(frame) * structBytes;
  const lines = [`frame ${frame} (physical ${hex(frame * pageSize)}, struct page at ${hex(page)}): ${kind}`];
  if (slab >= 0) {
    const cache = view.caches[slabs.cache[slab]!]!;
    lines.push(
      `  slab of ${cache.name}${alsoNamed(cache)}: ${slabs.pages[slab]} pages from frame ${slabs.frame[slab]}, ${slabs.objects[slab]} objects, ${slabs.inUse[slab]} in use${slabs.frozen[slab] === 1 ? ', frozen' : ''}`,
    );
  }
  const id = kernel.btf.find('page', 'struct')!;
  lines.push(formatValue(kernel, { type: { btf: kernel.btf, id, stars: 0 }, address: page, bit: 0, bits: 0 }));
  return {
    specimens: [],
    abnormal: false,
    text: lines.join('\n'),
    answer: { frame, use: kind, page: hex(page), cache: slab < 0 ? null : view.caches[slabs.cache[slab]!]!.name },
  };
}
