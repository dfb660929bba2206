/** One cache: its aliases, and how it and its populations went. */
import { useMemo } from 'preact/hooks';
import { bytes, count, figure } from '../src/kernel/units.ts';
import type { Record } from '../src/model/record.ts';
import { Chart } from './chart.tsx';
import { type CacheRow, pointsOf, seriesOf, spread } from './course.ts';
import { useWords } from './state.ts';

export function CacheDetail({ record, row }: { readonly record: Record; readonly row: CacheRow }) {
  const { page } = useWords();
  const names = [row.name, ...row.aliases];
  const counted = useMemo(
    () => seriesOf(record, 'population_objects').filter(({ labels, times }) => names.includes(labels['cache'] ?? '') && times.length > 1),
    [record, row],
  );
  const lines = useMemo(
    () => [row.active, ...counted].filter((one) => one !== undefined).map((series) => ({ series, ...pointsOf(series) })),
    [row, counted],
  );
  const times = lines.reduce<readonly number[]>((best, line) => (line.times.length > best.length ? line.times : best), []);
  return (
    <div>
      <p>
        {row.aliases.length > 0 && (
          <>
            {names.map((name) => (
              <code key={name}>{name}</code>
            ))}{' '}
          </>
        )}
        {row.objectSize !== null && `${count(row.objectSize)} B × ${row.objects === null ? '?' : count(row.objects)}`}
        {row.held !== null && ` · ${bytes(row.held)}`}
        {row.finding > 0 && (
          <>
            {' · '}
            <a href={`#finding-${row.finding}`}>{page.sections.verdict}</a>
          </>
        )}
      </p>
      {times.length < 2 ? (
        <p class="empty">{page.empty.growth}</p>
      ) : (
        <Chart
          label={`${row.name}: ${page.axis.gained}`}
          hint={page.chartHint}
          height={220}
          of={lines}
          draw={(ink) => ({
            data: [
              [...times],
              ...lines.map(({ series }) => {
                const values = spread(series, times);
                return values.map((value) => value - values[0]!);
              }),
            ],
            series: lines.map(({ series }, at) => ({
              label: at === 0 ? row.name : `${series.labels['cache']}: ${series.labels['by']}`,
              stroke: ink.series[at % ink.series.length]!,
              width: 2,
              ...(at === 0 ? {} : { dash: [6, 3] }),
              points: { show: false },
            })),
            value: (value) => (value < 0 ? `−${figure(-value)}` : figure(value)),
            yLabel: page.axis.gained,
          })}
        />
      )}
    </div>
  );
}
