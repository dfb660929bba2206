/** The flame graph: who holds what, call by call, on a canvas of its own; walked by arrow keys, and read out as it is walked. */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { bytes, count } from '../src/kernel/units.ts';
import { frameNames } from '../src/record/folded.ts';
import { drawFlame, rowHeight } from './flame-draw.ts';
import { type Flame, flameOf, neighbour, nodeAt, searchFlame } from './flame-layout.ts';
import { usePage, useWords } from './state.ts';

export interface HeldPath {
  readonly frames: readonly string[];
  readonly bytes: number;
  readonly objects: number;
}

interface Site {
  readonly stack: readonly string[];
  readonly outstanding: number;
  readonly bytes: number;
}

/** Outermost first, without the offsets that would make one function many. */
export function flamePathsOf(sites: readonly Site[]): HeldPath[] {
  return sites.map(({ stack, bytes: held, outstanding }) => ({
    frames: frameNames({ stack }).toReversed(),
    bytes: held,
    objects: outstanding,
  }));
}

interface FlameProps {
  readonly paths: readonly HeldPath[];
  readonly root: string;
}

const steps: Readonly<{ [key: string]: Parameters<typeof neighbour>[2] }> = {
  ArrowUp: 'child',
  ArrowDown: 'parent',
  ArrowLeft: 'previous',
  ArrowRight: 'next',
};

/** So many calls deep is drawn: a canvas has its limits, and a reader too. */
const mostDepths = 128;

export function FlameGraph({ paths, root }: FlameProps) {
  const { page } = useWords();
  const { dark } = usePage();
  const [by, setBy] = useState<'bytes' | 'objects'>('bytes');
  const [zoom, setZoom] = useState(0);
  const [at, setAt] = useState(0);
  const [wanted, setWanted] = useState('');
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const flame = useMemo(
    () =>
      flameOf(
        paths.map((path) => ({ frames: path.frames, weight: path[by] })),
        root,
      ),
    [paths, by, root],
  );
  const found = useMemo(() => searchFlame(flame, wanted), [flame, wanted]);
  const height = Math.min(flame.depths, mostDepths) * rowHeight;
  const isDark = dark.value;

  useLayoutEffect(() => {
    setZoom(0);
    setAt(0);
  }, [flame]);
  useLayoutEffect(() => {
    const watcher = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    watcher.observe(canvas.current!.parentElement!);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (width > 0)
      drawFlame(canvas.current!, flame, { zoom, at, width, height, hits: wanted.trim() === '' ? null : found.hits, dark: isDark });
  }, [flame, zoom, at, width, height, found, isDark]);

  const format = by === 'bytes' ? bytes : count;
  const share = (weight: number): string => `${((100 * weight) / (flame.weight[0]! || 1)).toFixed(1)} %`;
  const told = (node: number): string =>
    page.flame.node(flame.names[flame.name[node]!]!, format(flame.weight[node]!), share(flame.weight[node]!));
  const place = (event: MouseEvent): number => nodeAt(flame, zoom, width, event.offsetX, Math.floor((height - event.offsetY) / rowHeight));
  const onKey = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step !== undefined) setAt(neighbour(flame, at, step));
    else if (event.key === 'Enter') setZoom(at);
    else if (event.key === 'Escape') {
      setZoom(0);
      setAt(zoom);
    } else return;
    event.preventDefault();
  };
  return (
    <div class="flame">
      <div class="tools">
        {(['bytes', 'objects'] as const).map((one) => (
          <button key={one} type="button" aria-pressed={by === one} onClick={() => setBy(one)}>
            {page.flame.by[one]}
          </button>
        ))}
        <label>
          <span class="hidden">{page.flame.search}</span>
          <input type="search" placeholder={page.flame.search} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        </label>
        {zoom !== 0 && (
          <button type="button" onClick={() => setZoom(0)}>
            {page.flame.whole}
          </button>
        )}
        <span role="status">{wanted.trim() === '' ? '' : page.flame.found(found.nodes, share(found.weight))}</span>
      </div>
      <div
        class="canvas"
        role="application"
        aria-label={page.flame.label(format(flame.weight[0]!))}
        aria-description={page.flame.hint}
        title={page.flame.hint}
        tabIndex={0}
        onKeyDown={onKey}
        onMouseMove={(event) => {
          const node = place(event);
          if (node >= 0 && node !== at) setAt(node);
        }}
        onClick={(event) => {
          const node = place(event);
          if (node >= 0) setZoom(node);
        }}
      >
        <canvas ref={canvas} style={{ height: `${height}px` }} />
      </div>
      <p class="soft reading" aria-live="polite">
        {told(at)}
      </p>
    </div>
  );
}

export type { Flame };
