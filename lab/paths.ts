import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the lab keeps what it made. Everything in the cache can be deleted; `setup` makes it again. */
export const root = join(import.meta.dirname, '..');
export const cache = process.env['KMAI_LAB_CACHE'] ?? join(root, '.cache', 'lab');
export const scenariosFolder = join(import.meta.dirname, 'scenarios');
export const moduleFolder = join(import.meta.dirname, 'module');
export const programsFolder = join(import.meta.dirname, 'programs');
export const imagesFolder = join(import.meta.dirname, 'dumps/images');
export const guestFolder = join(import.meta.dirname, 'guest');

/** Every file under the given files and folders, sorted, so that a hash of them is stable. */
export function filesUnder(...paths: readonly string[]): string[] {
  const found: string[] = [];
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) found.push(...readdirSync(path).flatMap((name) => filesUnder(join(path, name))));
    else if (stat?.isFile()) found.push(path);
  }
  return found.toSorted();
}

/** A short hash of files (their names and contents) and strings: the key under which something built from them is cached. */
export function hashOf(files: readonly string[], ...text: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  for (const part of text) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}
