import { type Bytes, openBytes, unpackBytes } from '../../host/bytes.ts';
import { available, Malformed, type Reading, unavailable } from '../../model/reading.ts';
import { BadDump } from '../damage.ts';
import { openElf } from './elf.ts';
import { flattenedMagic, unflatten } from './flattened.ts';
import type { Image } from './image.ts';
import { kdumpMagic, openKdump } from './kdump.ts';

export const kcorePath = '/proc/kcore';
/** What a packed dump may unpack to: 1 TiB. */
const mostUnpacked = 2 ** 40;

/** Physical memory out of an opened file, by its first bytes. @throws BadDump */
export function openImage(file: Bytes, live = false): Image {
  const head = Buffer.alloc(16);
  file.read(0, 16, head);
  if (head.toString('latin1', 0, 12) === flattenedMagic) return openImage(unflatten(file));
  if (head.toString('latin1', 0, 8) === kdumpMagic) return openKdump(file);
  if (head.readUInt32BE(0) === 0x7f454c46) return openElf(file, live);
  throw new BadDump(file.origin, 'an ELF core, a kdump-compressed or a flattened dump expected');
}

/** Opens a dump in any of its formats, or /proc/kcore; `.gz` and `.zst` around it are unpacked first. */
export async function openDump(path: string): Promise<Reading<Image>> {
  const opened = openBytes(path);
  if (!opened.ok) return opened;
  let file = opened.value;
  const head = Buffer.alloc(4);
  file.read(0, 4, head);
  const packed = head.readUInt16BE(0) === 0x1f8b ? 'gzip' : head.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : undefined;
  if (packed !== undefined) {
    file.close();
    const unpacked = await unpackBytes(path, packed, mostUnpacked);
    if (!unpacked.ok) return unpacked;
    file = unpacked.value;
  }
  try {
    const image = openImage(file, path === kcorePath);
    return available(packed === undefined ? image : { ...image, reopenable: false });
  } catch (error) {
    file.close();
    if (error instanceof BadDump || error instanceof Malformed) return unavailable(path, 'malformed', error.message);
    throw error;
  }
}
