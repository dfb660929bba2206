import { createReadStream, statSync } from 'node:fs';
import { available, type Reading } from '../model/reading.ts';
import { refusal } from './refusal.ts';

/** A mebibyte: large enough that the calls don't show, small enough that a gigabyte never stands in memory. */
const CHUNK_BYTES = 1 << 20;

/** A file of any size, in pieces. A file that can't be opened is `Unavailable`; one that fails midway rejects. `-` is standard input. */
export function readChunks(path: string): Reading<AsyncIterable<Uint8Array>> {
  if (path === '-') return available(process.stdin as AsyncIterable<Uint8Array>);
  try {
    statSync(path);
    return available(createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>);
  } catch (error) {
    return refusal(path, error);
  }
}
