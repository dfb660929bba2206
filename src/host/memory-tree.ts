import { available, unavailable } from '../model/reading.ts';
import type { Reading } from '../model/reading.ts';
import type { Entry } from './host.ts';
import { resolveInside } from './tree.ts';
import type { Standing, Tree } from './tree.ts';

export type Node = { readonly bytes: Uint8Array } | { readonly link: string } | { readonly tooLarge: number } | 'folder' | 'other';

/**
 * Files in memory as a tree.
 * @param nodes by path without leading slash; a later parent replaces what stood in its place
 * @param root the folder that is taken as the root, '' for all
 */
export function memoryTree(nodes: ReadonlyMap<string, Node>, root = ''): Tree {
  const start = root === '' ? '' : `${root}/`;
  const known = new Map<string, Node>();
  const children = new Map<string, Set<string>>([['', new Set()]]);
  for (const [path, node] of nodes) {
    if (path.startsWith(start)) add(path.slice(start.length), node);
  }

  function add(path: string, node: Node): void {
    if (path === '') return;
    const cut = path.lastIndexOf('/');
    const parent = cut < 0 ? '' : path.slice(0, cut);
    // A file or link in the place of a parent is overruled: nothing is ever stored through a link.
    if (parent !== '' && known.get(parent) !== 'folder') add(parent, 'folder');
    if (node !== 'folder') children.delete(path);
    else if (!children.has(path)) children.set(path, new Set());
    known.set(path, node);
    children.get(parent)!.add(path.slice(cut + 1));
  }

  function standing(path: string): Standing {
    const node = known.get(path);
    if (node === undefined) return 'nothing';
    if (node === 'folder' || node === 'other') return node;
    return 'link' in node ? node : 'file';
  }

  function entryOf(folder: string, name: string): Entry {
    const at = standing(folder === '' ? name : `${folder}/${name}`);
    if (typeof at === 'object') return { name, kind: 'link', target: at.link };
    return { name, kind: at === 'nothing' ? 'other' : at };
  }

  return {
    bytes(path): Reading<Uint8Array> {
      const resolved = resolveInside(path, standing);
      if (!resolved.ok) return resolved;
      const node = resolved.value === '' ? 'folder' : known.get(resolved.value)!;
      if (node === 'folder') return unavailable(path, 'unsupported', 'EISDIR: it is a folder');
      if (node === 'other' || 'link' in node) return unavailable(path, 'unsupported', 'it is a device, pipe or socket, not a file');
      if ('tooLarge' in node) return unavailable(path, 'unsupported', `${node.tooLarge} bytes, too many to be taken from the archive`);
      return available(node.bytes);
    },
    list(path) {
      const resolved = resolveInside(path, standing);
      if (!resolved.ok) return resolved;
      const names = children.get(resolved.value);
      if (names === undefined) return unavailable(path, 'absent', 'ENOTDIR');
      return available([...names].toSorted().map((name) => entryOf(resolved.value, name)));
    },
  };
}
