import type { Ledger, Series } from '../model/evidence.ts';
import { makeLedger } from './ledger.ts';
import { toSeries, rowOf, hasRow, type Tape, unknowns } from './tape.ts';
import { tapeOf, type Sampled } from './sampler.ts';

/** What the two edges of the window told that no sample does. */
export interface LedgerKnowledge {
  readonly stacksInVmalloc: boolean | null;
  readonly percpuAtBootOnly: boolean | null;
  /** bytes; null: not known, and then amounts that the kernel gives in pages are not either */
  readonly pageSize: number | null;
}

/** The ledger at each sample. null where /proc/meminfo could not be read. */
export function ledgers(sampled: Sampled, knowledge: LedgerKnowledge): readonly (Ledger | null)[] {
  const meminfo = tapeOf(sampled, 'meminfo');
  if (meminfo === null || meminfo.latest === null) return sampled.times.map(() => null);
  const { pageSize } = knowledge;
  const fields = new Map(meminfo.latest.names.map((name) => [name, rowOf(meminfo, name)]));
  const lists = sumOf(tapeOf(sampled, 'zoneinfo'), (name) => name.endsWith(' pcp'), sampled.times.length);
  const zsmalloc = columnOf(tapeOf(sampled, 'vmstat'), 'nr_zspages');
  const sockets = sumOf(tapeOf(sampled, 'sockstat'), (name) => name.endsWith(' mem'), sampled.times.length);
  const slabs = slabPages(tapeOf(sampled, 'slabinfo'), sampled.times.length);
  const pages = (count: number | null | undefined): number | null =>
    count === null || count === undefined || pageSize === null ? null : count * pageSize;
  return sampled.times.map((at, tick) =>
    makeLedger(at, {
      meminfo: (field) => fields.get(field)?.[tick] ?? null,
      perCpuLists: pages(lists[tick]),
      zsmalloc: pages(zsmalloc?.[tick]),
      slabs: slabs[tick] ?? null,
      socketBuffers: pages(sockets[tick]),
      stacksInVmalloc: knowledge.stacksInVmalloc,
      percpuAtBootOnly: knowledge.percpuAtBootOnly,
    }),
  );
}

/** `ledger_bytes{part}` of every part at every sample, `unaccounted` and what lies within parts (large-kmalloc, socket-buffers) too. */
export function ledgerSeries(times: readonly number[], all: readonly (Ledger | null)[]): readonly Series[] {
  const values = new Map<string, (number | null)[]>();
  const put = (id: string, tick: number, bytes: number): void => {
    const row = values.get(id) ?? unknowns(times.length);
    values.set(id, row);
    row[tick] = bytes;
  };
  all.forEach((ledger, tick) => {
    if (ledger === null) return;
    for (const part of [...ledger.parts, ...(ledger.of_which ?? [])]) put(part.id, tick, part.bytes);
    put('unaccounted', tick, ledger.unaccounted_bytes);
  });
  return [...values].map(([part, row]) => toSeries({ name: 'ledger_bytes', labels: { part } }, times, row));
}

function columnOf(tape: Tape | null, row: string): readonly (number | null)[] | null {
  return tape === null || !hasRow(tape, row) ? null : rowOf(tape, row);
}

function sumOf(tape: Tape | null, wanted: (name: string) => boolean, ticks: number): readonly (number | null)[] {
  const names = tape?.latest?.names.filter(wanted) ?? [];
  if (tape === null || names.length === 0) return unknowns(ticks);
  const rows = names.map((name) => rowOf(tape, name));
  return Array.from({ length: ticks }, (_, tick) =>
    rows.reduce<number | null>((sum, row) => (sum === null || row[tick] == null ? null : sum + row[tick]), 0),
  );
}

/** Σ of the third block of the slabinfo frames: bytes of each cache, see `slabinfo.values`. */
function slabPages(tape: Tape | null, ticks: number): readonly (number | null)[] {
  const sums = unknowns(ticks);
  for (const stretch of tape?.stretches ?? []) {
    const rows = stretch.rows.names.length;
    stretch.frames.forEach((frame, at) => {
      if (frame === null) return;
      let sum = 0;
      for (let row = 2 * rows; row < 3 * rows; row++) sum += frame[row]!;
      sums[stretch.from + at] = sum;
    });
  }
  return sums;
}
