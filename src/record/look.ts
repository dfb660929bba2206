/** `kmai look`: the ledger of MemTotal and the largest or fastest-growing slab caches, with every name they go by. */
import { bytes, count, signed } from '../kernel/units.ts';
import { reasonWords, tell } from '../messages/details.ts';
import { partName } from '../messages/parts.ts';
import type { Language } from '../messages/reasons.ts';
import { reportWords } from '../messages/report.ts';
import type { CacheSpecimen, Series } from '../model/evidence.ts';
import type { Record } from '../model/record.ts';
import { pad, padStart, painter, printable, type TextOptions } from './layout.ts';

export interface LookOptions extends TextOptions {
  /** how many caches */
  readonly top: number;
}

interface CacheRow {
  readonly name: string;
  readonly objects: number;
  readonly held: number;
  readonly objectSize: number | null;
  readonly others: readonly string[];
  readonly perSecond: number | null;
}

export function renderLook(record: Record, language: Language, options: LookOptions): string {
  const words = reportWords[language];
  const ink = painter(options.color);
  const width = Math.min(options.width, 120);
  const lines: string[] = [];

  if (record.ledger) {
    const { total_bytes, parts, unaccounted_bytes } = record.ledger;
    const watched = span(record) > 0;
    lines.push(ink.bold(`${words.ledger}  MemTotal ${bytes(total_bytes)}`));
    const all = [...parts, { id: words.unaccounted, bytes: unaccounted_bytes }];
    for (const part of all.toSorted((a, b) => b.bytes - a.bytes)) {
      if (part.bytes === 0) continue;
      const share = Math.abs(part.bytes) / total_bytes;
      const series = record.series.find(
        ({ name, labels }) => name === 'ledger_bytes' && labels['part'] === (part.id === words.unaccounted ? 'unaccounted' : part.id),
      );
      const rate = watched && series ? meanRate(series) : null;
      lines.push(
        `  ${pad(partName(part.id, language), 20)} ${padStart(bytes(part.bytes), 10)}  ${padStart(`${(share * 100).toFixed(1)} %`, 7)}  ${pad('█'.repeat(Math.round(share * 30)), 30)}${
          rate === null || Math.abs(rate) < 1 ? '' : ` ${signed(rate, bytes)}${words.perSecond}`
        }`.trimEnd(),
      );
    }
    lines.push('');
  }

  const rows = cacheRows(record);
  if (rows.length > 0) {
    const watched = rows.some(({ perSecond }) => perSecond !== null);
    const sorted = rows.toSorted((a, b) => (watched ? (b.perSecond ?? 0) - (a.perSecond ?? 0) || b.held - a.held : b.held - a.held));
    const { columns } = words;
    const head = `  ${pad(columns.cache, 26)} ${padStart(columns.objects, 11)} ${padStart(columns.objectSize, 8)} ${padStart(columns.bytes, 10)}${watched ? ` ${padStart(columns.rate, 12)}` : ''}  ${columns.aliases}`;
    lines.push(ink.bold(head));
    for (const one of sorted.slice(0, options.top)) {
      const growth = watched ? ` ${padStart(one.perSecond === null ? '' : `${signed(one.perSecond)}${words.perSecond}`, 12)}` : '';
      const size = one.objectSize === null ? '?' : count(one.objectSize);
      const start = `  ${pad(printable(one.name), 26)} ${padStart(count(one.objects), 11)} ${padStart(size, 8)} ${padStart(bytes(one.held), 10)}${growth}  `;
      lines.push(`${start}${fit(one.others.map(printable), width - start.length)}`.trimEnd());
    }
    if (sorted.length > options.top) lines.push(`  ${words.more(sorted.length - options.top)}`);
  }
  for (const one of record.unavailable)
    lines.push(
      `  ${words.stages.unread}: ${printable(one.what)} (${reasonWords[language][one.reason]}: ${printable(tell(one.detail, language))}${one.help === '' ? '' : `; ${tell(one.help, language)}`})`,
    );
  return `${lines.join('\n')}\n`;
}

function span(record: Record): number {
  return (Date.parse(record.window.end) - Date.parse(record.window.start)) / 1000;
}

function last(series: Series | undefined): number | null {
  return series?.values.findLast((value) => value !== null) ?? null;
}

/** First to last over the window: what a reader can check by hand. The diagnosis uses better statistics. */
function meanRate(series: Series): number | null {
  const from = series.values.findIndex((value) => value !== null);
  const to = series.values.findLastIndex((value) => value !== null);
  if (from < 0 || to <= from) return null;
  return (series.values[to]! - series.values[from]!) / (series.times[to]! - series.times[from]!);
}

function cacheRows(record: Record): CacheRow[] {
  const described = new Map(record.specimens.filter((one): one is CacheSpecimen => one.kind === 'cache').map((one) => [one.name, one]));
  const held = new Map(record.series.filter(({ name }) => name === 'slab_bytes').map((series) => [series.labels['cache'], last(series)]));
  const watched = span(record) > 0;
  return record.series
    .filter(({ name }) => name === 'slab_active_objects')
    .map((series) => {
      const name = series.labels['cache'] ?? '';
      const specimen = described.get(name);
      return {
        name,
        objects: last(series) ?? 0,
        held: held.get(name) ?? 0,
        objectSize: specimen?.object_size ?? null,
        others: specimen?.aliases.filter((alias) => alias !== name) ?? [],
        perSecond: watched ? meanRate(series) : null,
      };
    });
}

/** As many names as the line holds, and how many more there are. */
function fit(names: readonly string[], width: number): string {
  let text = '';
  for (const [index, name] of names.entries()) {
    const next = text === '' ? name : `${text}, ${name}`;
    const rest = names.length - index - 1;
    if (next.length + (rest > 0 ? 5 : 0) > width) return text === '' ? '' : `${text} +${names.length - index}`;
    text = next;
  }
  return text;
}
