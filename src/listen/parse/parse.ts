import type { Flow, Heard, Site } from '../engine.ts';
import { pairing } from '../pairing.ts';
import { parseBpftrace } from './bpftrace.ts';
import { parseAllocTraces, parsePageOwner } from './dump.ts';
import type { Wanted } from './event.ts';
import { parseFtrace } from './ftrace.ts';
import { type Chunks, type Malformations, malformations } from './lines.ts';
import { parsePerfScript } from './perf-script.ts';

export const traceFormats = ['perf-script', 'ftrace', 'bpftrace', 'page-owner', 'alloc-traces'] as const;
export type TraceFormat = (typeof traceFormats)[number];

/** How each format's first telling line looks. */
const tells: readonly (readonly [TraceFormat, RegExp])[] = [
  ['bpftrace', /^\{"type":/m],
  ['page-owner', /^Page allocated via order /m],
  ['alloc-traces', /^\s*\d+ \S+\+0x[0-9a-f]+\/0x[0-9a-f]+ .*(?:age=|pid=|cpus=)/m],
  ['ftrace', /^# tracer: |^\s*.+-\d+\s+\[\d+\]\s+\S+\s+\d+\.\d+: \w+: /m],
  ['perf-script', /\s\d+\s+(?:\[\d+\]\s+)?\d+\.\d+:\s+(?:\d+\s+)?[\w-]+:\w+:/],
];

/** The format of a trace by its beginning; undefined when it is none of them. */
export function traceFormat(beginning: string): TraceFormat | undefined {
  return tells.find(([, tell]) => tell.test(beginning))?.[0];
}

export interface Parsed {
  readonly format: TraceFormat | undefined;
  readonly heard: Heard;
  readonly bad: Malformations;
}

const BEGINNING = 65_536;

/** Reads a trace of any of the formats, in one pass and bounded memory. Lines that are malformed are counted, the rest is used. */
export async function parseTrace(chunks: Chunks, wanted: Wanted): Promise<Parsed> {
  const bad = malformations();
  const { beginning, all } = await peek(chunks);
  const format = traceFormat(beginning);
  const pairs = pairing();
  let sites: readonly Site[] = [];
  let overrun: number | null = null;
  switch (format) {
    case 'perf-script':
      // None told: whoever wrote the text may not have asked for them.
      overrun = (await parsePerfScript(all, pairs, wanted, bad)) || null;
      break;
    case 'ftrace':
      overrun = await parseFtrace(all, pairs, wanted, bad);
      break;
    case 'bpftrace':
      ({ sites } = await parseBpftrace(all, bad));
      break;
    case 'page-owner':
      sites = await parsePageOwner(all, bad);
      break;
    case 'alloc-traces':
      sites = await parseAllocTraces(all, bad);
      break;
    case undefined:
      break;
  }
  const paired = pairs.finish();
  const isDump = sites.length > 0;
  return { format, bad, heard: heardOf(isDump ? sites : paired.sites, isDump ? dumped(sites) : paired.flow, paired.seconds, bad, overrun) };
}

/** A dump tells what is alive, and nothing of what was freed. */
function dumped(sites: readonly Site[]): Flow {
  return { allocated: sites.reduce((sum, site) => sum + site.allocated, 0), freed: 0, freedOlder: null, reallocated: 0 };
}

function heardOf(sites: readonly Site[], flow: Flow, seconds: number, bad: Malformations, overrun: number | null): Heard {
  const first = bad.first;
  return {
    engine: 'file',
    seconds,
    sites,
    flow,
    population: [],
    losses: { mapFull: 0, stacks: null, nested: null, rescued: 0, overrun, malformedLines: bad.count },
    cost: null,
    degradations: [],
    notes: first === undefined ? [] : [`line ${first.line}: expected ${first.expected}, found ${JSON.stringify(first.found)}`],
  };
}

/** The beginning as text, and everything from the start. */
async function peek(chunks: Chunks): Promise<{ readonly beginning: string; readonly all: Chunks }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  const held: Uint8Array[] = [];
  let beginning = '';
  let ended = false;
  while (beginning.length < BEGINNING && !ended) {
    const next = await iterator.next();
    if (next.done === true) ended = true;
    else {
      held.push(next.value);
      beginning += Buffer.from(next.value).toString('latin1', 0, BEGINNING - beginning.length);
    }
  }
  const all = (async function* () {
    while (held.length > 0) yield held.shift()!;
    for (let next = ended ? undefined : await iterator.next(); next !== undefined && next.done !== true; next = await iterator.next())
      yield next.value;
  })();
  return { beginning, all };
}
