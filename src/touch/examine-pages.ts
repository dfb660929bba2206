/** `kmai touch pages`: every page frame by what it is, and those that nobody accounts for. */
import { bytes as bytesText } from '../kernel/units.ts';
import type { PagesSpecimen } from '../model/evidence.ts';
import { hex } from './damage.ts';
import type { Examination } from './examine.ts';
import { pageSize } from './memory/image.ts';
import { type Held, markHeld } from './pages/held.ts';
import { type Frames, kindNames, kindOf, sortFrames } from './pages/kinds.ts';
import { readRam } from './pages/ram.ts';
import { aliveParts } from './slab/alive.ts';
import { markPerCpuFree } from './slab/free-pages.ts';
import { type Core, readSlabs } from './vmcore.ts';

/** Unowned pages from which on it is a loss, and their share of memory: device rings and such are held by physical address alone. */
const lossPages = 256;
const lossShare = 0.005;
const shownPlaces = 8;
const shownCallers = 8;
const sampled = 5;

export async function examinePages(core: Core, progress: (text: string) => void): Promise<Examination> {
  const { kernel, flaws: found } = core;
  const { objects } = readSlabs(core);
  const { slabs } = objects;
  markPerCpuFree(kernel, slabs, found);
  const frames = sortFrames(kernel, slabs, found);
  const alive = aliveParts(kernel, slabs, found);
  const held = markHeld(kernel, objects, frames, alive, (done) => progress(`pages … ${Math.round(done * 100)} %`));
  const ram = readRam(kernel, found);
  const specimen = pagesSpecimen(kernel.directMap, frames, held, ram);
  const incomplete = kernel.image.level > 0 && found.leftOut > 0;
  return {
    specimens: [specimen],
    abnormal: !incomplete && specimen.unowned.pages >= Math.max(lossPages, lossShare * specimen.managed),
    text: pagesText(specimen),
    ...(incomplete
      ? { unanswered: `the dump leaves out pages that hold kernel data (${found.leftOut} met): what is lost can't be told` }
      : {}),
  };
}

function pagesSpecimen(directMap: bigint, frames: Frames, held: readonly Held[], ram: ReturnType<typeof readRam>): PagesSpecimen {
  const { kind, block } = frames;
  const counts = kindNames.map(() => 0);
  for (const [from, to] of ram.ranges) {
    const known = Math.min(to, kind.length);
    for (let frame = from; frame < known; frame++) counts[kind[frame]!]!++;
    counts[kindOf.unknown]! += to - Math.max(from, known);
  }
  const orders = new Map<number, number>();
  const samples: string[] = [];
  let pages = 0;
  for (let frame = 0; frame < kind.length; ) {
    const own = block[frame]!;
    let to = frame + 1;
    while (to < kind.length && block[to] === own) to++;
    if (kind[frame] === kindOf.unowned) {
      const order = Math.round(Math.log2(to - frame));
      orders.set(order, (orders.get(order) ?? 0) + 1);
      pages += to - frame;
      if (samples.length < sampled) samples.push(hex(directMap + BigInt(frame * pageSize)));
    }
    frame = to;
  }
  const callers = new Map<string, number>();
  for (const area of frames.areas) if (area.caller !== '') callers.set(area.caller, (callers.get(area.caller) ?? 0) + area.pages);
  return {
    kind: 'pages',
    present: ram.present,
    managed: ram.managed,
    parts: kindNames.map((id, i) => ({ id, pages: counts[i]! })).filter((one) => one.pages > 0),
    unowned: {
      pages,
      orders: [...orders]
        .map(([order, blocks]) => ({ order, blocks }))
        .toSorted((a, b) => b.blocks * 2 ** b.order - a.blocks * 2 ** a.order),
      samples,
    },
    holders: held.slice(0, shownPlaces).map(({ place, pages: own }) => ({ place, pages: own })),
    vmalloc: [...callers]
      .map(([caller, own]) => ({ caller, pages: own }))
      .filter((one) => one.pages > 0)
      .toSorted((a, b) => b.pages - a.pages)
      .slice(0, shownCallers),
  };
}

const labels: Readonly<Record<(typeof kindNames)[number], string>> = {
  unknown: 'not in the dump, or without a struct page',
  reserved: 'reserved at boot: kernel image, memory map, first per-CPU area',
  free: 'free',
  free_on_cpus: "free, on CPUs' own lists",
  slab: 'slab',
  anonymous: "programs' own (anonymous)",
  file: 'page cache',
  shmem: 'shared memory, tmpfs',
  movable: 'movable by the kernel: balloon, zsmalloc',
  offline: 'given back to the hypervisor',
  page_tables: 'page tables',
  kernel_stacks: 'kernel stacks',
  modules: 'modules',
  percpu: 'per-CPU memory',
  vmalloc: 'vmalloc',
  held: 'kernel pages of no known kind that something points to',
  unowned: 'UNACCOUNTED: kernel pages that nothing points to',
};

function pagesText(found: PagesSpecimen): string {
  const row = (pages: number, text: string): string => `${String(pages).padStart(10)} ${bytesText(pages * pageSize).padStart(10)}  ${text}`;
  const sum = found.parts.reduce((total, one) => total + one.pages, 0);
  const lines = found.parts.toSorted((a, b) => b.pages - a.pages).map((one) => row(one.pages, labels[one.id as keyof typeof labels]));
  lines.push(
    row(sum, `in all; the kernel's zones have ${found.present}${sum === found.present ? ', the same' : `: ${sum - found.present} apart`}`),
  );
  const reserved = found.parts.find(({ id }) => id === 'reserved')?.pages ?? 0;
  const managed = sum - reserved;
  lines.push(
    row(
      managed,
      `without what was reserved; MemTotal is ${found.managed}${managed === found.managed ? ', the same' : `: ${managed - found.managed} apart`}`,
    ),
  );
  if (found.vmalloc.length > 0) lines.push('vmalloc space by who asked for it:');
  for (const one of found.vmalloc) lines.push(row(one.pages, one.caller));
  if (found.holders.length > 0) lines.push('kernel pages of no known kind by what points to them:');
  for (const one of found.holders) lines.push(row(one.pages, one.place === '' ? 'other places' : one.place));
  if (found.unowned.pages > 0) {
    lines.push(
      `${found.unowned.pages} pages (${bytesText(found.unowned.pages * pageSize)}) that nothing points to, by the size they were allocated in:`,
    );
    for (const one of found.unowned.orders) lines.push(row(one.blocks * 2 ** one.order, `${one.blocks} of order ${one.order}`));
    lines.push(`  at ${found.unowned.samples.join(' ')}`);
  }
  return lines.join('\n');
}
