/** Events against objects, interval by interval, with the fitted line and its interval: as SVG, so that it prints sharp. */
import { useId } from 'preact/hooks';
import { figure } from '../src/kernel/units.ts';
import type { Driver } from '../src/model/diagnosis.ts';
import type { Pairs } from './course.ts';
import { useWords } from './state.ts';

const [width, height] = [480, 260];
const edge = { left: 64, right: 12, top: 12, bottom: 44 };

export function Scatter({ pairs, driver }: { readonly pairs: Pairs; readonly driver: Driver }) {
  const { page } = useWords();
  const area = useId();
  const events = pairs.points.map(([x]) => x);
  const objects = pairs.points.map(([, y]) => y);
  const [x0, x1] = room(events);
  const [y0, y1] = room(objects);
  const x = (value: number): number => edge.left + ((value - x0) / (x1 - x0)) * (width - edge.left - edge.right);
  const y = (value: number): number => height - edge.bottom - ((value - y0) / (y1 - y0)) * (height - edge.top - edge.bottom);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [cx, cy] = [mean(events), mean(objects)];
  const at = (slope: number, value: number): number => cy + slope * (value - cx);
  const [low, high] = driver.interval95;
  const label = page.scatter(figure(driver.objects_per_event), figure(low), figure(high), driver.r2.toFixed(2));
  const doubt = [
    [x0, at(low, x0)],
    [x1, at(low, x1)],
    [x1, at(high, x1)],
    [x0, at(high, x0)],
  ].map(([px, py]) => `${x(px!)},${y(py!)}`);
  return (
    <svg class="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${pairs.counter}. ${label}`}>
      <clipPath id={area}>
        <rect x={edge.left} y={edge.top} width={width - edge.left - edge.right} height={height - edge.top - edge.bottom} />
      </clipPath>
      {ticks(x0, x1).map((value) => (
        <g key={`x${value}`} class="tick">
          <line x1={x(value)} x2={x(value)} y1={edge.top} y2={height - edge.bottom} />
          <text x={x(value)} y={height - edge.bottom + 16} text-anchor="middle">
            {figure(value)}
          </text>
        </g>
      ))}
      {ticks(y0, y1).map((value) => (
        <g key={`y${value}`} class="tick">
          <line x1={edge.left} x2={width - edge.right} y1={y(value)} y2={y(value)} />
          <text x={edge.left - 8} y={y(value) + 4} text-anchor="end">
            {figure(value)}
          </text>
        </g>
      ))}
      <g clip-path={`url(#${area})`}>
        <polygon class="doubt" points={doubt.join(' ')} />
        {pairs.points.map(([px, py], index) => (
          <circle key={index} class="point" cx={x(px)} cy={y(py)} r="3.5" />
        ))}
        <line class="fit" x1={x(x0)} y1={y(at(driver.objects_per_event, x0))} x2={x(x1)} y2={y(at(driver.objects_per_event, x1))} />
      </g>
      <text class="axis" x={(edge.left + width) / 2} y={height - 8} text-anchor="middle">
        {`${pairs.counter} (${page.axis.events}, ${figure(pairs.seconds)} s)`}
      </text>
      <text class="axis" transform={`translate(14 ${(height - edge.bottom) / 2}) rotate(-90)`} text-anchor="middle">
        {page.axis.objectsInInterval}
      </text>
    </svg>
  );
}

/** From zero where that is near, with a little room at the ends. */
function room(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const wide = high - low || 1;
  return [low < 0 ? low - 0.05 * wide : 0, high + 0.05 * wide];
}

/** Four to eight round numbers. */
export function ticks(from: number, to: number): number[] {
  const rough = (to - from) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((one) => one * power >= rough)! * power;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, at) => (first + at) * step);
}
