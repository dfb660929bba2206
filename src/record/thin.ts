/** Long series made short enough for a picture. */
import type { Series } from '../model/evidence.ts';
import type { Record } from '../model/record.ts';
import { counterName } from '../model/series.ts';

/**
 * At most `most` points of each series: of every bucket of equal time the lowest and the highest value, in their order,
 * so that no spike is lost; first and last point stay. Unread values (null) are kept where a bucket has nothing else.
 */
export function thin(series: Series, most: number): Series {
  const { times, values } = series;
  if (times.length <= most) return series;
  const [first, last] = [times[0]!, times.at(-1)!];
  const buckets = Math.max(1, Math.floor((most - 2) / 2));
  const width = (last - first) / buckets || 1;
  const kept = new Set<number>([0, times.length - 1]);
  for (let start = 1; start < times.length - 1; ) {
    const bucket = Math.floor((times[start]! - first) / width);
    let [low, high, end] = [start, start, start];
    while (end < times.length - 1 && (end === start || Math.floor((times[end]! - first) / width) === bucket)) {
      if (beyond(values[end], values[low], -1)) low = end;
      if (beyond(values[end], values[high], 1)) high = end;
      end++;
    }
    kept.add(low).add(high);
    start = end;
  }
  const order = [...kept].toSorted((a, b) => a - b);
  return { ...series, times: order.map((at) => times[at]!), values: order.map((at) => values[at]!) };
}

/** Is `a` further that way than `b`? An unread value is never, and gives way to any that was read. */
function beyond(a: number | null | undefined, b: number | null | undefined, way: 1 | -1): boolean {
  if (a == null) return false;
  return b == null || (a - b) * way > 0;
}

/** What the pictures of a record draw: no other series is needed to show it. */
const drawn = new Set(['slab_active_objects', 'slab_bytes', 'population_objects', 'ledger_bytes', 'cgroups', 'sockets', 'vmalloc_bytes']);

/** The record with its series at most `most` points long, and only those that a picture shows (the drivers' counters among them). */
export function thinned(record: Record, most: number): Record {
  const counters = new Set(record.diagnosis.findings.map(({ driver }) => driver?.counter));
  return {
    ...record,
    series: record.series
      .filter((series) => drawn.has(series.name) || counters.has(counterName(series) ?? ''))
      .map((series) => thin(series, most)),
  };
}
