/**
 * tar as it is found in the wild: ustar, pax (path, linkpath, size) and GNU long names, one entry at a time
 * from a stream that may end anywhere. POSIX.1-2017 pax "ustar Interchange Format"; GNU tar manual "Basic Tar Format".
 * modern-tar writes our archives, but reading hostile ones needs what its decoder does not tell: that a header's
 * checksum is wrong, and that the stream ended before its end.
 */

const block = 512;
const maxMetadata = 1024 * 1024;

export interface TarEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'hardlink' | 'other';
  /** Text of the link. */
  readonly link: string;
  /** As the header states it; null when it was not taken: too large. */
  readonly size: number;
  readonly body: Uint8Array | null;
}

export interface TarOptions {
  /** A larger body is skipped, not kept. */
  readonly maxFileBytes: number;
  /** Told once if the stream is damaged or ends early; every entry given before is whole. */
  readonly defect: (text: string) => void;
}

/** Entries whose body is whole, in the order of the archive. */
export async function* readTar(chunks: AsyncIterable<Uint8Array>, { maxFileBytes, defect }: TarOptions): AsyncGenerator<TarEntry> {
  const input = byteReader(chunks);
  let overrides: Overrides = {};
  let entries = 0;
  for (;;) {
    const header = await input.take(block);
    const ending = header.length === block && header.every(isZero);
    // The end mark is two blocks of zeros.
    const second = ending ? await input.take(block) : header;
    if (second.length < block || (ending && !second.every(isZero))) {
      defect(`the tar ends without its end mark, after ${entries} whole entries: it was cut off`);
      return;
    }
    if (ending) {
      await input.skip(Number.POSITIVE_INFINITY); // padding; and a compressed stream tells only at its end that it is whole
      return;
    }
    const found = parseHeader(header);
    if (found === null) {
      defect(`entry ${entries + 1} of the tar has a damaged header: what follows was not read`);
      return;
    }
    const size = found.type === '1' || found.type === '2' || found.type === '5' ? 0 : (overrides.size ?? found.size);
    const metadata = 'xgLK'.includes(found.type);
    const wanted = metadata ? size <= maxMetadata : size <= maxFileBytes;
    const body = wanted ? await input.take(size) : null;
    const got = body === null ? await input.skip(size) : body.length;
    if (got < size) {
      defect(`the tar ends within ${JSON.stringify(overrides.name ?? found.name)}, after ${entries} whole entries: it was cut off`);
      return;
    }
    await input.skip(-size & (block - 1));
    if (metadata) {
      if (body === null) {
        defect(`entry ${entries + 1} of the tar has ${size} bytes of metadata: what follows was not read`);
        return;
      }
      // A global pax header (g) would apply to all that follows; it carries comments (git) and no names.
      if (found.type !== 'g') overrides = { ...overrides, ...parseMetadata(found.type, body) };
      continue;
    }
    entries += 1;
    const name = overrides.name ?? found.name;
    yield { name, kind: kindOf(found.type, name), link: overrides.link ?? found.link, size, body };
    overrides = {};
  }
}

function isZero(byte: number): boolean {
  return byte === 0;
}

function kindOf(type: string, name: string): TarEntry['kind'] {
  if (type === '5') return 'folder';
  if (type === '2') return 'link';
  if (type === '1') return 'hardlink';
  // v7 tars mark folders by the slash only
  if (type === '0' || type === '\0' || type === '7') return name.endsWith('/') ? 'folder' : 'file';
  return 'other';
}

interface Overrides {
  readonly name?: string;
  readonly link?: string;
  readonly size?: number;
}

function parseMetadata(type: string, body: Uint8Array): Overrides {
  const text = utf8(body);
  if (type === 'L') return { name: untilNul(text) };
  if (type === 'K') return { link: untilNul(text) };
  return parsePax(body);
}

/** pax records: "<length> <key>=<value>\n", the length counting the whole record in bytes. */
function parsePax(body: Uint8Array): Overrides {
  let overrides: Overrides = {};
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(0x20, at);
    const length = space < 0 || space - at > 9 ? Number.NaN : Number.parseInt(utf8(body.subarray(at, space)), 10);
    if (!(length > space - at)) break;
    const record = utf8(body.subarray(space + 1, at + length - 1));
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === 'path') overrides = { ...overrides, name: value };
    if (key === 'linkpath') overrides = { ...overrides, link: value };
    if (key === 'size' && /^\d{1,15}$/.test(value)) overrides = { ...overrides, size: Number(value) };
    at += length;
  }
  return overrides;
}

/** Whether a block of 512 bytes is a tar header: its checksum is right, magic or not (v7 has none). */
export function isTarHeader(header: Uint8Array): boolean {
  return header.length === block && !header.every(isZero) && parseHeader(header) !== null;
}

function parseHeader(header: Uint8Array): { name: string; type: string; size: number; link: string } | null {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  const size = number(header.subarray(124, 136));
  if (number(header.subarray(148, 156)) !== sum || size === null) return null;
  const field = (from: number, to: number) => untilNul(utf8(header.subarray(from, to)));
  const prefix = field(257, 262) === 'ustar' && header[262] === 0 ? field(345, 500) : ''; // GNU's magic has a blank there, and times in the prefix
  const name = field(0, 100);
  return { name: prefix === '' ? name : `${prefix}/${name}`, type: String.fromCharCode(header[156]!), size, link: field(157, 257) };
}

/** Octal digits, or base 256 where the first bit is set (GNU, for 8 GiB and more); null where it is neither. */
function number(field: Uint8Array): number | null {
  if ((field[0]! & 0x80) !== 0) {
    let value = field[0]! & 0x3f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return (field[0]! & 0x40) === 0 && Number.isSafeInteger(value) ? value : null;
  }
  const digits = untilNul(utf8(field)).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits === '' ? '0' : digits, 8) : null;
}

function untilNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Takes bytes from chunks. Nothing is allocated for a size that is only claimed: what is held is what has come. */
function byteReader(chunks: AsyncIterable<Uint8Array>) {
  const source = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);

  /** @returns at most `wanted` bytes of the current chunk, or null at the end */
  async function next(wanted: number): Promise<Uint8Array | null> {
    while (chunk.length === 0) {
      const following = await source.next();
      if (following.done === true) return null;
      chunk = following.value;
    }
    const part = chunk.subarray(0, wanted);
    chunk = chunk.subarray(part.length);
    return part;
  }

  return {
    /** @returns fewer bytes than wanted only where the stream ends */
    async take(wanted: number): Promise<Uint8Array> {
      const parts: Uint8Array[] = [];
      let length = 0;
      while (length < wanted) {
        const part = await next(wanted - length);
        if (part === null) break;
        parts.push(part);
        length += part.length;
      }
      // Always a copy: a part would hold on to the whole chunk it was cut from.
      const whole = new Uint8Array(length);
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
    async skip(wanted: number): Promise<number> {
      let length = 0;
      while (length < wanted) {
        const part = await next(wanted - length);
        if (part === null) break;
        length += part.length;
      }
      return length;
    },
  };
}
