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

/** A tree as it grows: columns by node, in the order the nodes came; children as linked lists, 0 for none (the root is nobody's child). */
interface Growing {
  readonly name: number[];
  readonly weight: number[];
  readonly firstChild: number[];
  readonly nextSibling: number[];
}

/** More functions than a kernel has: a node and a name make one number that is exact in a double. */
const mostNames = 2 ** 21;

export function flameOf(paths: Iterable<Path>, root: string): Flame {
  const numbers = new Map<string, number>([[root, 0]]);
  const tree: Growing = { name: [0], weight: [0], firstChild: [0], nextSibling: [0] };
  const known = new Map<number, number>();
  for (const { frames, weight } of paths) {
    if (!(weight > 0)) continue;
    let node = 0;
    tree.weight[0]! += weight;
    for (const frame of frames) {
      let number = numbers.get(frame);
      if (number === undefined) {
        number = numbers.size % mostNames;
        numbers.set(frame, number);
      }
      const key = node * mostNames + number;
      let child = known.get(key);
      if (child === undefined) {
        child = tree.name.push(number) - 1;
        tree.weight.push(0);
        tree.firstChild.push(0);
        tree.nextSibling.push(tree.firstChild[node]!);
        tree.firstChild[node] = child;
        known.set(key, child);
      }
      tree.weight[child]! += weight;
      node = child;
    }
  }
  return columnsOf(tree, [...numbers.keys()]);
}

function columnsOf(tree: Growing, names: readonly string[]): Flame {
  const size = tree.name.length;
  const flame = {
    names,
    name: new Int32Array(size),
    depth: new Int32Array(size),
    parent: new Int32Array(size),
    end: new Int32Array(size),
    weight: new Float64Array(size),
    start: new Float64Array(size),
  };
  // A stack of its own: a hostile record may hold a call path of any length. What is pushed is parent, then node.
  const stack: number[] = [-1, 0];
  const left = new Float64Array(size);
  for (let at = 0; at < size; at++) {
    const node = stack.pop()!;
    const parent = stack.pop()!;
    flame.name[at] = tree.name[node]!;
    flame.weight[at] = tree.weight[node]!;
    flame.parent[at] = parent;
    flame.depth[at] = parent < 0 ? 0 : flame.depth[parent]! + 1;
    flame.start[at] = left[node]!;
    let start = left[node]!;
    const children = childrenOf(tree, node);
    for (const child of children) {
      left[child] = start;
      start += tree.weight[child]!;
    }
    // The heaviest is popped first.
    for (let last = children.length - 1; last >= 0; last--) stack.push(at, children[last]!);
  }
  let depths = 0;
  for (let at = size - 1; at >= 0; at--) {
    flame.end[at] = Math.max(flame.end[at]!, at + 1);
    const parent = flame.parent[at]!;
    if (parent >= 0) flame.end[parent] = Math.max(flame.end[parent]!, flame.end[at]!);
    depths = Math.max(depths, flame.depth[at]! + 1);
  }
  return { ...flame, depths };
}

/** Heaviest first; those of equal weight as they came. */
function childrenOf({ firstChild, nextSibling, weight }: Growing, node: number): number[] {
  const children: number[] = [];
  for (let child = firstChild[node]!; child !== 0; child = nextSibling[child]!) children.push(child);
  return children.length < 2 ? children : children.toSorted((a, b) => weight[b]! - weight[a]! || a - b);
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
