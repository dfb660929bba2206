import type { Image } from '../memory/image.ts';
import { pageSize } from '../memory/image.ts';

/**
 * VMCOREINFO (Documentation/admin-guide/kdump/vmcoreinfo.rst): what the kernel says of itself for those who
 * read its memory: KASLR offset, page tables, where kallsyms is.
 */
export interface Vmcoreinfo {
  readonly text: string;
  /** A value as written, undefined where the kernel does not give it. */
  get(key: string): string | undefined;
  /** NUMBER(name), decimal, may be negative. */
  number(name: string): number | undefined;
  /** SYMBOL(name): an address, KASLR included. */
  symbol(name: string): bigint | undefined;
  /** OFFSET(struct.member) in bytes. */
  offset(member: string): number | undefined;
}

/** A format of `KEY=value` lines; anything else is passed over, since other producers add their own. */
export function parseVmcoreinfo(text: string): Vmcoreinfo {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=');
    if (equals > 0) values.set(line.slice(0, equals), line.slice(equals + 1));
  }
  function decimal(key: string): number | undefined {
    const value = values.get(key);
    return value !== undefined && /^-?\d{1,16}$/.test(value) ? Number(value) : undefined;
  }
  return {
    text,
    get: (key) => values.get(key),
    number: (name) => decimal(`NUMBER(${name})`),
    symbol(name) {
      const value = values.get(`SYMBOL(${name})`);
      return value !== undefined && /^[0-9a-f]{1,16}$/.test(value) ? BigInt(`0x${value}`) : undefined;
    },
    offset: (member) => decimal(`OFFSET(${member})`),
  };
}

/**
 * Finds the text in RAM, where the dump has no such note (a guest without the vmcoreinfo device, a raw
 * image): the kernel keeps it in a page of its own, as text or behind an ELF note's header of 24 bytes.
 */
export function findVmcoreinfo(image: Image): string {
  const buffer = Buffer.alloc(256 * pageSize);
  const words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4);
  const start = Buffer.from('OSRELEASE=');
  const first = start.readUInt32LE(0);
  for (const [from, to] of image.ranges) {
    for (let frame = from; frame < to; frame += 8192) {
      let best = '';
      image.stream(frame, Math.min(to, frame + 8192), buffer, (_, count) => {
        for (let i = 0; i < count; i++) {
          if (words[i * 1024] !== first && words[i * 1024 + 6] !== first) continue;
          const page = buffer.subarray(i * pageSize, (i + 1) * pageSize);
          const at = page.indexOf(start);
          const end = page.indexOf(0, at);
          const text = page.toString('latin1', at, end < 0 ? pageSize : end);
          if (text.includes('\nKERNELOFFSET=') && text.includes('\nSYMBOL(') && text.length > best.length) best = text;
        }
      });
      if (best !== '') return best;
    }
  }
  return '';
}
