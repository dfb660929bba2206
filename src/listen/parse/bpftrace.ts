/** What bpftrace's maps say of who is alive: stack → number, pointer → stack, or pointer → what our own script keeps of it. */
import { AGE_CLASSES, type Site } from '../engine.ts';
import type { EventWindow } from '../pairing.ts';
import { dump } from './dump.ts';
import { type JsonMaps, readJsonMaps } from './json-maps.ts';
import type { Chunks, Malformations } from './lines.ts';

export interface BpftraceMaps {
  readonly sites: readonly Site[];
  /** Objects that were held at the end, one by one. */
  readonly held: number;
  /** Maps without keys: name → number. */
  readonly numbers: ReadonlyMap<string, number>;
}

export interface BpftraceOptions extends Pick<JsonMaps, 'printed' | 'other'> {
  /** Of our own script, in seconds of its clock: what was allocated later is left out. Asked at each entry. */
  readonly window?: () => EventWindow;
}

/**
 * A map named @alloc… counts allocations, @free… frees, any other what is alive. Stacks are the only keys that are counted
 * by, unless the map is one of @alloc…: there a key may be a caller's name.
 * @throws nothing: what is not understood is counted in `bad`
 */
export async function parseBpftrace(chunks: Chunks, bad: Malformations, options: BpftraceOptions = {}): Promise<BpftraceMaps> {
  const found = dump();
  const ages = new Map<string, { readonly byAge: number[]; oldest: number; readonly cpus: Set<number> }>();
  const numbers = new Map<string, number>();
  let held = 0;
  const { window } = options;

  /** (nsecs, pid, cpu, comm, stack) */
  const keep = (tuple: readonly unknown[]) => {
    const [time, pid, cpu] = tuple.map(Number);
    const stack = String(tuple[4]);
    const seconds = time! / 1e9;
    held++;
    const limits = window?.();
    if (limits !== undefined && seconds > limits.end) return;
    const frames = framesOf(stack);
    const site = found.at(frames);
    site.outstanding++;
    const comm = String(tuple[3]);
    const process = site.processes.get(`${pid} ${comm}`);
    if (process === undefined) site.processes.set(`${pid} ${comm}`, { pid: pid!, comm, count: 1 });
    else process.count++;
    const key = frames.join('\n');
    let age = ages.get(key);
    if (age === undefined) {
      age = { byAge: Array.from({ length: AGE_CLASSES }, () => 0), oldest: Number.POSITIVE_INFINITY, cpus: new Set() };
      ages.set(key, age);
    }
    age.cpus.add(cpu!);
    age.oldest = Math.min(age.oldest, seconds);
    if (limits === undefined) return;
    const part = Math.floor(((seconds - limits.start) / (limits.end - limits.start)) * AGE_CLASSES);
    age.byAge[Math.min(AGE_CLASSES - 1, Math.max(0, part))]!++;
  };
  const entry = (map: string, key: string, value: unknown) => {
    const counts = typeof value === 'number' || (typeof value === 'string' && /^\d{16,}$/.test(value));
    if (key === '' && counts) numbers.set(map, Number(value));
    else if (counts && (isStack(key) || (map.startsWith('@alloc') && key !== ''))) {
      const site = found.at(framesOf(key));
      if (map.startsWith('@alloc')) site.allocated += Number(value);
      else if (!map.startsWith('@free')) site.outstanding += Number(value);
    } else if (typeof value === 'string' && value.includes('\n')) found.at(framesOf(value)).outstanding += 1;
    else if (Array.isArray(value) && value.length === 5) keep(value);
  };
  await readJsonMaps(chunks, { ...options, entry }, bad);
  const end = window?.().end;
  const sites = found.sites().map((site): Site => {
    const age = ages.get(site.frames.join('\n'));
    if (age === undefined) return site;
    const oldestSeconds = end === undefined ? null : Math.max(0, end - age.oldest);
    return { ...site, byAge: age.byAge, cpus: [...age.cpus].toSorted((a, b) => a - b), oldestSeconds };
  });
  return { sites, held, numbers };
}

const isStack = (text: string) => text.includes('\n') || text.includes('+');

/** Frames of a stack as bpftrace prints it: a line each, `name+31` with a decimal offset. Keys of several parts end it with a comma. */
function framesOf(stack: string): readonly string[] {
  return stack
    .split('\n')
    .map((frame) => frame.trim().replace(/,.*$/, ''))
    .filter((frame) => frame !== '')
    .map((frame) => frame.replace(/\+(\d+)$/, (_, offset: string) => `+0x${Number(offset).toString(16)}`));
}
