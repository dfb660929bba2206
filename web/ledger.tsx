/** The ledger: where every byte of MemTotal is, over time and now. */
import { useMemo, useState } from 'preact/hooks';
import { bytes, signed } from '../src/kernel/units.ts';
import type { Record } from '../src/model/record.ts';
import { Chart, type Drawing } from './chart.tsx';
import type { Ink } from './colours.ts';
import { type LedgerCourse, ledgerCourse, rateOf, seriesOf } from './course.ts';
import { Share } from './share.tsx';
import { Lazy } from './lazy.tsx';
import { useWords } from './state.ts';

const modes = ['stack', 'used', 'change'] as const;
type Mode = (typeof modes)[number];

export function LedgerView({ record }: { readonly record: Record }) {
  const { page } = useWords();
  const [mode, setMode] = useState<Mode>('stack');
  const course = useMemo(() => ledgerCourse(record), [record]);
  const named = (id: string): string => (id === 'rest' ? page.rest : (page.parts[id] ?? id));
  const drawing = useMemo(() => ({ course, mode, page }), [course, mode, page]);
  return (
    <section id="ledger" aria-labelledby="ledger-title">
      <h2 id="ledger-title">{page.sections.ledger}</h2>
      {record.ledger === null ? (
        <p class="empty">{page.empty.ledger}</p>
      ) : (
        <>
          {course !== null && (
            <>
              <div class="tools">
                {modes.map((one) => (
                  <button key={one} type="button" aria-pressed={mode === one} onClick={() => setMode(one)}>
                    {page.ledgerModes[one]}
                  </button>
                ))}
              </div>
              <Lazy height={340}>
                {() => (
                  <Chart
                    label={`${page.sections.ledger}: ${page.ledgerModes[mode]}`}
                    hint={page.chartHint}
                    height={300}
                    of={drawing}
                    draw={(colours) =>
                      mode === 'change'
                        ? changes(course, colours, named, page.axis.gainedBytes)
                        : stacked(course, mode, colours, named, page.columns.bytes)
                    }
                  />
                )}
              </Lazy>
              <p class="soft hint">{page.chartHint}</p>
            </>
          )}
          <LedgerTable record={record} />
        </>
      )}
    </section>
  );
}

const format = (value: number): string => (value < 0 ? `−${bytes(-value)}` : bytes(value));

/** Each part on top of those before it; what is free is white, so that the eye sees what is used. */
function stacked(course: LedgerCourse, mode: Mode, colours: Ink, named: (id: string) => string, yLabel: string): Drawing {
  const parts = mode === 'used' ? course.parts.filter(({ id }) => !id.startsWith('free')) : course.parts;
  const order = [...parts].toSorted((a, b) => Number(a.id === 'free') - Number(b.id === 'free'));
  let below = course.times.map(() => 0);
  const sums = order.map(({ values }) => {
    below = below.map((sum, at) => sum + Math.max(0, values[at]!));
    return below;
  });
  const colour = colourOf(course, colours);
  return {
    // The highest sum is drawn first and the others over it.
    data: [[...course.times], ...sums.toReversed()],
    series: order.toReversed().map(({ id, values }) => ({
      label: named(id),
      stroke: colours.ground,
      width: 0.5,
      fill: id === 'free' ? colours.grid : colour(id),
      points: { show: false },
      value: (_: unknown, __: number | null, ___: number, at: number | null) =>
        at === null ? format(values.at(-1)!) : format(values[at]!),
    })),
    scales: { y: { range: (_, __, most) => [0, most * 1.02] } },
    value: format,
    binary: true,
    yLabel,
  };
}

function changes(course: LedgerCourse, colours: Ink, named: (id: string) => string, yLabel: string): Drawing {
  const colour = colourOf(course, colours);
  return {
    data: [[...course.times], ...course.parts.map(({ values }) => values.map((value) => value - values[0]!))],
    series: course.parts.map(({ id }, at) => ({
      label: named(id),
      stroke: colour(id),
      width: 2,
      ...(at % 2 === 0 ? {} : { dash: [8, 3] }),
      points: { show: false },
      value: (_: unknown, value: number | null) => (value === null ? '–' : signed(value, bytes)),
    })),
    value: format,
    binary: true,
    yLabel,
  };
}

function colourOf(course: LedgerCourse, { series }: Ink): (id: string) => string {
  const order = course.parts.map(({ id }) => id).filter((id) => id !== 'rest' && id !== 'free');
  return (id) => (id === 'rest' || id === 'free' ? series[7]! : series[order.indexOf(id) % 7]!);
}

function LedgerTable({ record }: { readonly record: Record }) {
  const { page, report } = useWords();
  const ledger = record.ledger!;
  const rows = [...ledger.parts, { id: 'unaccounted', bytes: ledger.unaccounted_bytes, estimate: undefined }]
    .filter((part) => part.bytes !== 0)
    .toSorted((a, b) => b.bytes - a.bytes);
  const rate = (id: string): string => {
    const slope = rateOf(seriesOf(record, 'ledger_bytes', { part: id })[0]);
    if (slope === null) return '';
    const { perSecond, interval95 } = slope;
    if (perSecond === 0) return '0';
    const between = interval95 === null ? '' : ` (${page.interval(format(interval95[0]), format(interval95[1]))})`;
    return `${signed(perSecond, bytes)}${page.per.second}${between}`;
  };
  return (
    <table>
      <caption class="soft">
        MemTotal {bytes(ledger.total_bytes)}
        {ledger.reconciliation_error === undefined ? '' : ` · ${ledger.reconciliation_error}`}
      </caption>
      <thead>
        <tr>
          <th scope="col">{page.columns.part}</th>
          <th scope="col" class="number">
            {page.columns.bytes}
          </th>
          <th scope="col">{page.columns.share}</th>
          <th scope="col" class="number">
            {page.columns.rate} ({page.columns.interval})
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((part) => (
          <tr key={part.id}>
            <th scope="row" title={part.estimate}>
              {part.id === 'unaccounted' ? report.unaccounted : (page.parts[part.id] ?? part.id)}
              {part.estimate === undefined ? '' : ' ≈'}
            </th>
            <td class="number">{format(part.bytes)}</td>
            <td>
              <Share share={part.bytes / ledger.total_bytes} />
            </td>
            <td class="number">{rate(part.id)}</td>
          </tr>
        ))}
        {(ledger.of_which ?? [])
          .filter((part) => part.bytes !== 0)
          .map((part) => (
            <tr key={`of ${part.id}`} class="soft">
              <th scope="row">
                ↳ {page.parts[part.id] ?? part.id} ({page.parts[part.within] ?? part.within})
              </th>
              <td class="number">{format(part.bytes)}</td>
              <td />
              <td />
            </tr>
          ))}
      </tbody>
    </table>
  );
}
