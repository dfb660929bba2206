/** A flame graph's geometry, apart from any drawing. */

/** One call path: functions outermost first, and what it weighs. */
export interface Path {
  readonly frames: readonly string[];
  readonly weight: number;
}

/** A tree in preorder, as columns: node 0 is the root; the children of a node are the nodes up to `end` one level deeper, heaviest first. */
export interface Flame {
  readonly names: readonly string[];
  /** Index into `names`. */
  readonly name: Int32Array;
  readonly depth: Int32Array;
  readonly parent: Int32Array;
  /** The first node after the subtree. */
  readonly end: Int32Array;
  readonly weight: Float64Array;
  /** Weight to the left of it. */
  readonly start: Float64Array;
  readonly depths: number;
}

interface Growing {
  readonly name: number;
  weight: number;
  readonly children: Map<number, Growing>;
}

export function flameOf(paths: Iterable<Path>, root: string): Flame {
  const names: string[] = [root];
  const numbers = new Map<string, number>([[root, 0]]);
  const top: Growing = { name: 0, weight: 0, children: new Map() };
  for (const { frames, weight } of paths) {
    if (!(weight > 0)) continue;
    let node = top;
    node.weight += weight;
    for (const frame of frames) {
      let number = numbers.get(frame);
      if (number === undefined) {
        number = names.push(frame) - 1;
        numbers.set(frame, number);
      }
      let child = node.children.get(number);
      if (child === undefined) {
        child = { name: number, weight: 0, children: new Map() };
        node.children.set(number, child);
      }
      child.weight += weight;
      node = child;
    }
  }
  return columnsOf(top, names);
}

function columnsOf(top: Growing, names: readonly string[]): Flame {
  const rows: { node: Growing; depth: number; parent: number; start: number }[] = [];
  const ends: number[] = [];
  // A stack of its own: a hostile record may hold a call path of any length. A negative mark closes a subtree.
  const stack: ({ node: Growing; depth: number; parent: number; start: number } | number)[] = [
    { node: top, depth: 0, parent: -1, start: 0 },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'number') {
      ends[next] = rows.length;
      continue;
    }
    const at = rows.push(next) - 1;
    stack.push(at);
    const children = [...next.node.children.values()].toSorted((a, b) => a.weight - b.weight);
    let start = next.start + children.reduce((sum, { weight }) => sum + weight, 0);
    for (const node of children) {
      start -= node.weight;
      stack.push({ node, depth: next.depth + 1, parent: at, start });
    }
  }
  return {
    names,
    name: Int32Array.from(rows, ({ node }) => node.name),
    depth: Int32Array.from(rows, ({ depth }) => depth),
    parent: Int32Array.from(rows, ({ parent }) => parent),
    end: Int32Array.from(ends),
    weight: Float64Array.from(rows, ({ node }) => node.weight),
    start: Float64Array.from(rows, ({ start }) => start),
    depths: rows.reduce((most, { depth }) => Math.max(most, depth), 0) + 1,
  };
}

/** Calls `visit` for each node below (and for the ancestors of) `zoom` that is at least `least` wide of the `width` there is. */
export function eachVisible(
  flame: Flame,
  zoom: number,
  width: number,
  least: number,
  visit: (node: number, x: number, wide: number) => void,
): void {
  for (let node = flame.parent[zoom]!; node >= 0; node = flame.parent[node]!) visit(node, 0, width);
  const scale = width / (flame.weight[zoom]! || 1);
  const origin = flame.start[zoom]!;
  for (let node = zoom; node < flame.end[zoom]!; ) {
    const wide = flame.weight[node]! * scale;
    if (wide < least) node = flame.end[node]!;
    else {
      visit(node, (flame.start[node]! - origin) * scale, wide);
      node++;
    }
  }
}

/** The visible node at a place, or −1. */
export function nodeAt(flame: Flame, zoom: number, width: number, x: number, depth: number): number {
  let found = -1;
  eachVisible(flame, zoom, width, 0.5, (node, left, wide) => {
    if (flame.depth[node] === depth && x >= left && x < left + wide) found = node;
  });
  return found;
}

export interface Found {
  readonly hits: Uint8Array;
  readonly nodes: number;
  /** Weight under all that was found, nested ones counted once. */
  readonly weight: number;
}

/** Functions whose name holds the text, whatever its case. */
export function searchFlame(flame: Flame, text: string): Found {
  const wanted = text.trim().toLowerCase();
  const hits = new Uint8Array(flame.name.length);
  if (wanted === '') return { hits, nodes: 0, weight: 0 };
  const named = flame.names.map((name) => name.toLowerCase().includes(wanted));
  let [nodes, weight, covered] = [0, 0, 0];
  for (let node = 0; node < hits.length; node++) {
    if (!named[flame.name[node]!]) continue;
    hits[node] = 1;
    nodes++;
    if (node < covered) continue;
    weight += flame.weight[node]!;
    covered = flame.end[node]!;
  }
  return { hits, nodes, weight };
}

/** Where an arrow key leads: up to the callee (heaviest child), down to the caller, left and right among siblings. */
export function neighbour(flame: Flame, node: number, to: 'parent' | 'child' | 'previous' | 'next'): number {
  const parent = flame.parent[node]!;
  if (to === 'parent') return parent < 0 ? node : parent;
  if (to === 'child') return node + 1 < flame.end[node]! ? node + 1 : node;
  if (parent < 0) return node;
  if (to === 'next') return flame.end[node]! < flame.end[parent]! ? flame.end[node]! : node;
  let before = node;
  for (let sibling = parent + 1; sibling < node; sibling = flame.end[sibling]!) before = sibling;
  return before;
}
