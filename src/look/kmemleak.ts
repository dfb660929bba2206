import type { Host } from '../host/host.ts';
import type { CallSite } from '../model/evidence.ts';
import { available, Malformed, type Reading, unavailable } from '../model/reading.ts';

const path = '/sys/kernel/debug/kmemleak';

interface Suspects {
  readonly stack: readonly string[];
  count: number;
  bytes: number;
  readonly processes: Map<number, { readonly pid: number; readonly comm: string; count: number }>;
}

/**
 * Blocks `unreferenced object 0xADDRESS (size N):`, `comm "X", pid N, …`, a hex dump, `backtrace (crc X):` and a frame a
 * line (with `[<ADDRESS>] ` before it on some kernels); mm/kmemleak.c, print_unreferenced(). Grouped by stack.
 *
 * What kmemleak names was unreferenced at its last scan; it errs (pointers it cannot see), so `leaking` is unknown here.
 */
export function parseKmemleak(text: string): readonly CallSite[] {
  const suspects = new Map<string, Suspects>();
  let current: { size: number; pid: number; comm: string; frames: string[] | null } | null = null;
  const finish = (): void => {
    if (current !== null) addSuspect(suspects, current.frames ?? [], current);
    current = null;
  };
  for (const [index, line] of text.split('\n').entries()) {
    const head = /^unreferenced object 0x[0-9a-f]+ \(size (\d+)\):$/.exec(line);
    if (head !== null) {
      finish();
      current = { size: Number(head[1]), pid: 0, comm: '', frames: null };
    } else if (line.trim() === '') continue;
    else if (current === null) throw new Malformed(index + 1, '"unreferenced object 0x… (size N):"', line);
    else readLine(current, line);
  }
  finish();
  return [...suspects.values()].toSorted((a, b) => b.bytes - a.bytes).map(callSite);
}

function readLine(current: { pid: number; comm: string; frames: string[] | null }, line: string): void {
  const owner = /^ +comm "(.*)", pid (\d+),/.exec(line);
  if (owner !== null) {
    current.comm = owner[1]!;
    current.pid = Number(owner[2]);
  } else if (/^ +backtrace\b/.test(line)) current.frames = [];
  else current.frames?.push(line.trim().replace(/^\[<[0-9a-f]+>\] /, ''));
}

function addSuspect(suspects: Map<string, Suspects>, frames: readonly string[], one: { size: number; pid: number; comm: string }): void {
  const stack = frames.filter((frame) => !frame.startsWith('kmemleak_alloc'));
  const key = stack.join('\n');
  const known = suspects.get(key) ?? { stack, count: 0, bytes: 0, processes: new Map() };
  suspects.set(key, known);
  known.count++;
  known.bytes += one.size;
  const process = known.processes.get(one.pid) ?? { pid: one.pid, comm: one.comm, count: 0 };
  known.processes.set(one.pid, process);
  process.count++;
}

/** `allocated` counts only what still lives: kmemleak keeps no history. */
function callSite({ stack, count, bytes, processes }: Suspects): CallSite {
  return {
    cache: 'kmemleak',
    stack,
    allocated: count,
    freed: 0,
    outstanding: count,
    bytes,
    oldest_seconds: null,
    leaking: 'unknown',
    processes: [...processes.values()].toSorted((a, b) => b.count - a.count).slice(0, 5),
  };
}

/** What kmemleak suspects. Reads its list and starts no scan. */
export function readKmemleak(host: Host): Reading<readonly CallSite[]> {
  const text = host.read(path);
  if (!text.ok)
    return { ok: false, unavailable: { ...text.unavailable, help: 'a kernel with CONFIG_DEBUG_KMEMLEAK, debugfs mounted, as root' } };
  try {
    return available(parseKmemleak(text.value));
  } catch (error) {
    if (error instanceof Malformed) return unavailable(path, 'malformed', error.message);
    throw error;
  }
}
