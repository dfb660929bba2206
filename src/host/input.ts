import { closeSync, globSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Reads a file that the operator named (a record, a case). @throws the errno of the read, with the path in its message */
export function readInput(path: string): string {
  return readFileSync(path, 'utf8');
}

/** Whether a file begins as a JSON object does. False too for what can't be read: whoever opens it next says why. */
export function looksLikeJson(path: string): boolean {
  const start = Buffer.alloc(64);
  try {
    const fd = openSync(path, 'r');
    try {
      readSync(fd, start, 0, start.length, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  return /^\ufeff?\s*\{/.test(start.toString('utf8'));
}

/** The vignettes of a case file: `casebook/vignettes/ID/*.json` of the casebook it lies in, or beside the file itself. */
export function vignettesBeside(path: string): readonly string[] {
  const id = basename(path).replace(/\.ya?ml$/, '');
  const inBook = join(dirname(path), '..', '..', 'vignettes', id);
  return [inBook, join(dirname(path), id)]
    .flatMap((folder) => globSync('*.json', { cwd: folder }).map((name) => join(folder, name)))
    .toSorted();
}
