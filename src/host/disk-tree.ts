import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { defaultMaxFileBytes, files, listFolder } from './files.ts';
import type { Unavailable } from '../model/evidence.ts';
import type { Reading } from '../model/reading.ts';
import { isErrno } from './refusal.ts';
import { resolveInside } from './tree.ts';
import type { Standing, Tree } from './tree.ts';

/** A folder on disk as a tree. Refusals name the path inside the tree, not the one on this machine. */
export function diskTree(root: string, maxFileBytes = defaultMaxFileBytes): Tree {
  const base = realpathSync(root);
  const reader = files(maxFileBytes, 0);

  function standing(resolved: string): Standing {
    try {
      const stat = lstatSync(`${base}/${resolved}`);
      if (stat.isSymbolicLink()) return { link: readlinkSync(`${base}/${resolved}`) };
      return stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other';
    } catch (error) {
      // A part we may not look into: taken as a file or folder, the read itself then gives the errno.
      return isErrno(error) && error.code === 'EACCES' ? 'folder' : 'nothing';
    }
  }

  function inside<T>(path: string, then: (real: string) => Reading<T>): Reading<T> {
    const resolved = resolveInside(path, standing);
    if (!resolved.ok) return resolved;
    const reading = then(`${base}/${resolved.value}`);
    return reading.ok ? reading : { ok: false, unavailable: { ...(reading.unavailable satisfies Unavailable), what: path } };
  }

  return {
    bytes: (path) => inside(path, (real) => reader.read(real, (bytes) => new Uint8Array(bytes))),
    list: (path) => inside(path, listFolder),
  };
}
