/** All caches over time at a glance: a row a cache, orange where it gained, blue where it gave back. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { bytes, signed } from '../src/kernel/units.ts';
import { clock } from './clock.ts';
import { diverging } from './colours.ts';
import { type CacheRow, pointsOf, spread } from './course.ts';
import { momentAt, paint, type Pyramid, pyramidOf } from './pyramid.ts';
import { usePage, useWords } from './state.ts';
import { handleZoom, type Look, lookAt } from './zoom.ts';

/** The rows' courses on common times; null where nothing was watched. */
export function mapOf(rows: readonly CacheRow[]): { readonly pyramid: Pyramid; readonly values: readonly (readonly number[])[] } | null {
  const longest = rows.reduce<readonly number[]>(
    (best, { bytes: held }) => ((held?.times.length ?? 0) > best.length ? held!.times : best),
    [],
  );
  if (longest.length < 2) return null;
  const values = rows.map(({ bytes: held }) =>
    held === undefined || pointsOf(held).times.length === 0 ? longest.map(() => Number.NaN) : spread(held, longest),
  );
  return {
    pyramid: pyramidOf(
      Float64Array.from(longest),
      values.map((row) => Float64Array.from(row)),
    ),
    values,
  };
}

/** A canvas has its limits. */
const mostLines = 1000;

function moves({ bytes: held }: CacheRow): boolean {
  return held !== undefined && held.values.some((value) => value !== null && value !== held.values[0]);
}

/** @param order names of the caches from top to bottom */
export function CacheMap({ rows, order }: { readonly rows: readonly CacheRow[]; readonly order: readonly string[] }) {
  const { page } = useWords();
  const { dark } = usePage();
  const map = useMemo(() => mapOf(rows), [rows]);
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = useRef<Look | null>(null);
  const [told, setTold] = useState('');
  const isDark = dark.value;
  const numbers = useMemo(() => new Map(rows.map(({ name }, at) => [name, at])), [rows]);
  // Most caches stand still, and say so by their number.
  const lines = order
    .map((name) => numbers.get(name)!)
    .filter((row) => moves(rows[row]!))
    .slice(0, mostLines);
  const lineHeight = Math.max(2, Math.min(14, Math.floor(320 / Math.max(1, lines.length))));
  const height = Math.max(24, lines.length * lineHeight);

  useLayoutEffect(() => {
    const [element, picture] = [place.current, canvas.current];
    // Nothing that matches has moved: there is no picture.
    if (map === null || element === null || picture === null) return;
    const times = map.pyramid.times;
    const now = lookAt([times[0]!, times.at(-1)!], look.current);
    look.current = now;
    const palette = diverging(isDark);
    let frame = 0;
    const small = document.createElement('canvas');
    const draw = (): void => {
      frame = 0;
      const width = Math.max(1, element.clientWidth);
      if (picture.width !== width || picture.height !== height) Object.assign(picture, { width, height });
      if (small.width !== width || small.height !== lines.length) Object.assign(small, { width, height: Math.max(1, lines.length) });
      const image = new ImageData(width, Math.max(1, lines.length));
      paint(map.pyramid, now.span, lines, palette, new Uint32Array(image.data.buffer), width);
      small.getContext('2d')!.putImageData(image, 0, 0);
      const pen = picture.getContext('2d')!;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(small, 0, 0, width, height);
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(draw);
    };
    draw();
    const release = handleZoom(element, now, {
      show: soon,
      area: () => ({ left: element.getBoundingClientRect().left, width: element.clientWidth }),
    });
    const point = (event: MouseEvent): void => {
      const row = lines[Math.floor(event.offsetY / lineHeight)];
      const values = row === undefined ? undefined : map.values[row];
      if (values === undefined) return setTold('');
      const { span } = now;
      const at = momentAt(times, span[0] + (event.offsetX / element.clientWidth) * (span[1] - span[0]));
      return setTold(`${rows[row!]!.name}: ${signed(values[at]! - values[0]!, bytes)}, ${clock(times[at]!, 1)} UTC`);
    };
    picture.addEventListener('mousemove', point);
    const watcher = new ResizeObserver(soon);
    watcher.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      picture.removeEventListener('mousemove', point);
      release();
    };
  }, [map, isDark, order, height]);

  if (map === null || order.length === 0) return null;
  if (lines.length === 0) return <p class="empty">{page.still(order.length)}</p>;
  return (
    <figure class="map">
      <div
        class="chart"
        role="group"
        aria-label={page.map}
        title={page.mapHint}
        tabIndex={0}
        ref={place}
        style={{ minHeight: `${height}px` }}
      >
        <canvas ref={canvas} style={{ height: `${height}px` }} />
      </div>
      <p class="soft reading" aria-hidden="true">
        {told === '' ? page.mapHint : told}
      </p>
      <figcaption>
        {page.map}. <span class="key less" /> {page.more.shrunk} (−{bytes(map.pyramid.most)}) <span class="key same" /> {page.more.steady}{' '}
        <span class="key more" /> {page.more.grown} (+{bytes(map.pyramid.most)}).{' '}
        {order.length > lines.length && page.still(order.length - lines.length)}
      </figcaption>
    </figure>
  );
}
