/** The caches: what slabtop shows, seen through merging, with rates, intervals and courses. */
import { useMemo, useState } from 'preact/hooks';
import { bytes, count, signed } from '../src/kernel/units.ts';
import type { Record } from '../src/model/record.ts';
import { CacheDetail } from './cache-detail.tsx';
import { CacheMap } from './cache-map.tsx';
import { type CacheRow, cacheRows, type Rate, rateOf } from './course.ts';
import { Lazy } from './lazy.tsx';
import { Sparkline } from './sparkline.tsx';
import { useWords } from './state.ts';

const shownAtFirst = 20;
type Column = 'cache' | 'objects' | 'held' | 'rate';
interface Rated {
  readonly row: CacheRow;
  readonly rate: Rate | null;
}

const sorts: Readonly<{ [K in Column]: (a: Rated, b: Rated) => number }> = {
  cache: (a, b) => a.row.name.localeCompare(b.row.name),
  objects: (a, b) => (b.row.objects ?? 0) - (a.row.objects ?? 0),
  held: (a, b) => (b.row.held ?? 0) - (a.row.held ?? 0),
  rate: (a, b) => (b.rate?.perSecond ?? 0) * (b.row.objectSize ?? 1) - (a.rate?.perSecond ?? 0) * (a.row.objectSize ?? 1),
};

export function CachesView({ record }: { readonly record: Record }) {
  const { page } = useWords();
  const rows = useMemo(() => cacheRows(record), [record]);
  return (
    <section id="caches" aria-labelledby="caches-title">
      <h2 id="caches-title">{page.sections.caches}</h2>
      {rows.length === 0 ? (
        <p class="empty">{page.empty.caches}</p>
      ) : (
        <Lazy height={600}>{() => <CacheTable record={record} rows={rows} />}</Lazy>
      )}
    </section>
  );
}

function CacheTable({ record, rows }: { readonly record: Record; readonly rows: readonly CacheRow[] }) {
  const { page } = useWords();
  const [wanted, setWanted] = useState('');
  const [sort, setSort] = useState<Column | null>(null);
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState('');
  const rated = useMemo(() => rows.map((row): Rated => ({ row, rate: rateOf(row.active) })), [rows]);
  const matching = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    const kept =
      text === ''
        ? rated
        : rated.filter(({ row }) => [row.name, row.owner, ...row.aliases].some((name) => name.toLowerCase().includes(text)));
    return sort === null ? kept : kept.toSorted(sorts[sort]);
  }, [rated, wanted, sort]);
  const order = useMemo(() => matching.map(({ row }) => row.name), [matching]);
  const shown = all ? matching : matching.slice(0, shownAtFirst);
  const head = (column: Column, number: boolean) => (
    <th scope="col" class={number ? 'number' : ''} aria-sort={sort === column ? (column === 'cache' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" title={page.sortBy(page.columns[column])} onClick={() => setSort(sort === column ? null : column)}>
        {page.columns[column]}
        <span aria-hidden="true">{sort === column ? (column === 'cache' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
  return (
    <>
      <CacheMap rows={rows} order={order} />
      <div class="tools">
        <label>
          <span class="hidden">{page.filter}</span>
          <input
            type="search"
            class="wide"
            placeholder={page.filter}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <span role="status">{page.shown(shown.length, rows.length)}</span>
      </div>
      {matching.length === 0 && <p class="empty">{page.empty.match}</p>}
      <table class="caches" onKeyDown={walkRows}>
        <thead>
          <tr>
            {head('cache', false)}
            <th scope="col">{page.columns.owner}</th>
            {head('objects', true)}
            {head('held', true)}
            {head('rate', true)}
            <th scope="col">{page.columns.course}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ row, rate }) => (
            <Row
              key={row.name}
              row={row}
              rate={rate}
              record={record}
              open={open === row.name}
              onOpen={() => setOpen(open === row.name ? '' : row.name)}
            />
          ))}
        </tbody>
      </table>
      {matching.length > shownAtFirst && (
        <button type="button" onClick={() => setAll(!all)}>
          {all ? page.showFewer : page.showAll(matching.length)}
        </button>
      )}
    </>
  );
}

interface RowProps extends Rated {
  readonly record: Record;
  readonly open: boolean;
  readonly onOpen: () => void;
}

function Row({ row, rate, record, open, onOpen }: RowProps) {
  const { page } = useWords();
  const others = row.aliases.length;
  return (
    <>
      <tr class={row.finding > 0 ? 'found' : ''}>
        <th scope="row">
          <button type="button" class="row" aria-expanded={open} onClick={onOpen}>
            <bdi>{row.name}</bdi>
          </button>
        </th>
        <td>
          {row.owner !== '' && row.owner !== row.name ? (
            <a href={`#finding-${row.finding}`}>
              <bdi>{row.owner}</bdi>
            </a>
          ) : others > 0 ? (
            <span class="soft">{page.merged(others + 1)}</span>
          ) : (
            ''
          )}
        </td>
        <td class="number">{row.objects === null ? '–' : count(row.objects)}</td>
        <td class="number">{row.held === null ? '–' : bytes(row.held)}</td>
        <td class="number">
          <RateText rate={rate} />
        </td>
        <td>
          <Sparkline series={row.active} />
        </td>
      </tr>
      {open && (
        <tr class="detail">
          <td colSpan={6}>
            <CacheDetail record={record} row={row} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Objects a second with their interval. */
export function RateText({ rate }: { readonly rate: Rate | null }) {
  const { page } = useWords();
  if (rate === null) return <>–</>;
  if (rate.perSecond === 0) return <span class="soft">0</span>;
  const { perSecond, interval95 } = rate;
  return (
    <span title={interval95 === null ? page.noInterval : undefined}>
      {signed(perSecond)}
      {page.per.second}
      <span class="soft"> ({interval95 === null ? '?' : page.interval(signed(interval95[0]), signed(interval95[1]))})</span>
    </span>
  );
}

/** Up and down go from row to row, as in slabtop. */
function walkRows(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || !(event.target instanceof HTMLElement) || !event.target.matches('button.row')) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('button.row')];
  const next = buttons[buttons.indexOf(event.target) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
