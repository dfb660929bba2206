/** Growth with its fit and interval, and events against objects with theirs. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { bytes, figure, signed } from '../src/kernel/units.ts';
import type { PageWords } from '../src/messages/page.ts';
import { reason, say } from '../src/messages/reasons.ts';
import type { Finding } from '../src/model/diagnosis.ts';
import type { Record } from '../src/model/record.ts';
import { Chart, type Drawing } from './chart.tsx';
import type { Ink } from './colours.ts';
import { courseOf, type Course, pairsOf, spread } from './course.ts';
import { Lazy } from './lazy.tsx';
import { Scatter } from './scatter.tsx';
import { useWords } from './state.ts';

interface PictureProps {
  readonly record: Record;
  readonly finding: Finding;
}

export function GrowthPicture({ record, finding }: PictureProps) {
  const { page } = useWords();
  const course = useMemo(() => courseOf(record, finding), [record, finding]);
  const { growth } = finding;
  const objects = growth.objects_per_second !== null;
  const format = (value: number): string =>
    objects ? `${signed(value)} ${page.per.objectsPerSecond}` : `${signed(value, bytes)}${page.per.second}`;
  const caption = page.fit(
    format(growth.objects_per_second ?? growth.bytes_per_second),
    format(growth.interval95[0]),
    format(growth.interval95[1]),
  );
  return (
    <figure>
      <h3>{page.finding.growth}</h3>
      {course === null ? (
        <p class="empty">{page.empty.growth}</p>
      ) : (
        <Lazy height={260}>
          {() => (
            <Chart
              label={`${page.finding.growth}: ${caption}`}
              hint={page.chartHint}
              height={260}
              of={course}
              draw={(colours) => drawCourse(course, colours, page)}
            />
          )}
        </Lazy>
      )}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

function drawCourse(course: Course, colours: Ink, { axis, per: { second: perSecond } }: PageWords): Drawing {
  const [first] = course.lines;
  const times = first!.times;
  const { slope, low, high, intercept, origin } = course.fit;
  const along = (rate: number): number[] => times.map((time) => intercept + rate * (time - origin));
  const lines = course.lines.map(({ times: own, values }) => spread({ name: '', labels: {}, unit: 'objects', times: own, values }, times));
  const plain = course.unit === 'bytes' ? bytes : figure;
  const value = (n: number): string => (n < 0 ? `−${plain(-n)}` : plain(n));
  // Without a pointer the legend tells the last values.
  const shown = (plot: uPlot, n: number | null, series: number): string => {
    const told = n ?? plot.data[series]?.at(-1);
    return told == null ? '–' : value(told);
  };
  const rated = (rate: number): string => `${signed(rate, plain)}${perSecond}`;
  const count = course.lines.length;
  return {
    data: [[...times], ...lines, along(slope), along(low), along(high)],
    series: [
      ...course.lines.map(({ label }, at) => ({
        label,
        stroke: colours.series[at % colours.series.length]!,
        width: 2,
        value: shown,
        ...(at === 0 ? {} : { dash: [6, 3] }),
        points: { show: times.length <= 120 && at === 0, size: 4 },
      })),
      { label: rated(slope), stroke: colours.text, width: 1, dash: [2, 3], value: shown, points: { show: false } },
      { label: `95 %: ${rated(low)}`, stroke: colours.soft, width: 0.5, value: shown, points: { show: false } },
      { label: `95 %: ${rated(high)}`, stroke: colours.soft, width: 0.5, value: shown, points: { show: false } },
    ],
    // Left of the middle the low line is the higher one.
    bands: [
      { series: [count + 3, count + 2], fill: `${colours.series[1]!}33` },
      { series: [count + 2, count + 3], fill: `${colours.series[1]!}33` },
    ],
    value,
    binary: course.unit === 'bytes',
    yLabel: course.unit === 'bytes' ? axis.gainedBytes : axis.gained,
  };
}

export function DriverPicture({ record, finding }: PictureProps) {
  const { language, page } = useWords();
  const { driver } = finding;
  const pairs = useMemo(() => pairsOf(record, finding), [record, finding]);
  return (
    <figure>
      <h3>
        {page.finding.driver}
        {driver === null ? '' : ': '}
        {driver !== null && <bdi>{driver.counter}</bdi>}
      </h3>
      {pairs !== null && driver !== null ? (
        <Lazy height={260}>{() => <Scatter pairs={pairs} driver={driver} />}</Lazy>
      ) : (
        <p class="empty">{driver === null ? page.empty.driver : page.empty.growth}</p>
      )}
      {driver !== null && (
        <figcaption>
          {page.scatter(figure(driver.objects_per_event), figure(driver.interval95[0]), figure(driver.interval95[1]), driver.r2.toFixed(2))}
          {driver.indistinguishable !== undefined && driver.indistinguishable.length > 5 && (
            <> {say(reason('driver_indistinguishable', { counters: driver.indistinguishable.join(', ') }), language)}</>
          )}
        </figcaption>
      )}
    </figure>
  );
}
