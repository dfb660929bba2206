import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Reads a file that the operator named (a record, a case). @throws the errno of the read, with the path in its message */
export function readInput(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The vignettes of a case file: `casebook/vignettes/ID/*.json` of the casebook it lies in, or beside the file itself. */
export function vignettesBeside(path: string): readonly string[] {
  const id = basename(path).replace(/\.ya?ml$/, '');
  const inBook = join(dirname(path), '..', '..', 'vignettes', id);
  return [inBook, join(dirname(path), id)]
    .flatMap((folder) => globSync('*.json', { cwd: folder }).map((name) => join(folder, name)))
    .toSorted();
}
