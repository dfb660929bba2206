import type { Series } from '../src/model/evidence.ts';
import { thin } from '../src/record/thin.ts';
import { pointsOf } from './course.ts';

const [width, height] = [110, 22];

/** The course of a series in a line of text. For the eye only: the rate beside it says the same in numbers. */
export function Sparkline({ series }: { readonly series: Series | undefined }) {
  if (series === undefined) return null;
  const { times, values } = pointsOf(thin(series, 60));
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  if (last <= first) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (time: number): string => (((time - first) / (last - first)) * (width - 2) + 1).toFixed(1);
  const y = (value: number): string => (high === low ? height / 2 : height - 2 - ((value - low) / (high - low)) * (height - 4)).toFixed(1);
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
      <polyline class={high === low ? 'flat' : ''} points={times.map((time, at) => `${x(time)},${y(values[at]!)}`).join(' ')} />
    </svg>
  );
}
