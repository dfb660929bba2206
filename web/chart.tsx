/** A uPlot chart that follows its place, the colours and the keyboard. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { clock } from './clock.ts';
import { ink, type Ink } from './colours.ts';
import { usePage } from './state.ts';
import { handleZoom, type Look, lookAt, type Span } from './zoom.ts';

export interface Drawing {
  readonly data: uPlot.AlignedData;
  readonly series: readonly uPlot.Series[];
  readonly bands?: readonly uPlot.Band[];
  readonly scales?: uPlot.Scales;
  readonly value: (value: number) => string;
  readonly yLabel: string;
  /** Ticks at powers of two, as bytes are told. */
  readonly binary?: boolean;
}

const powersOfTwo = Array.from({ length: 50 }, (_, power) => 2 ** power);

interface ChartProps {
  readonly label: string;
  readonly hint?: string;
  readonly height: number;
  /** Made anew when `of` changes. */
  readonly draw: (ink: Ink) => Drawing;
  readonly of: unknown;
}

export function Chart({ label, hint, height, draw, of }: ChartProps) {
  const { dark } = usePage();
  const place = useRef<HTMLDivElement>(null);
  const look = useRef<Look | null>(null);
  const pointed = useRef({ left: -10, top: -10 });
  const isDark = dark.value;
  useLayoutEffect(() => {
    const element = place.current!;
    const colours = ink(isDark);
    const drawing = draw(colours);
    const axis: uPlot.Axis = {
      stroke: colours.soft,
      font: colours.font,
      grid: { stroke: colours.grid, width: 1 },
      ticks: { stroke: colours.grid, width: 1 },
    };
    const width = Math.max(200, element.clientWidth);
    const plot = new uPlot(
      {
        width,
        height,
        padding: [12, 12, 0, 0],
        series: [{ label: 'UTC', value: (_: uPlot, time: number | null) => (time === null ? '–' : clock(time, 1)) }, ...drawing.series],
        ...(drawing.bands === undefined ? {} : { bands: [...drawing.bands] }),
        ...(drawing.scales === undefined ? {} : { scales: drawing.scales }),
        axes: [
          {
            ...axis,
            space: 90,
            values: (_: uPlot, ticks: number[], __: number, ___: number, step: number) => ticks.map((time) => clock(time, step)),
          },
          {
            ...axis,
            size: 84,
            ...(drawing.binary === true ? { incrs: powersOfTwo } : {}),
            values: (_: uPlot, ticks: number[]) => ticks.map(drawing.value),
            label: drawing.yLabel,
            labelFont: colours.font,
            labelSize: 20,
          },
        ],
        legend: { show: true, live: true },
        cursor: { drag: { x: false, y: false } },
      },
      drawing.data,
      element,
    );
    const times = drawing.data[0];
    const now = lookAt([times[0] ?? 0, times.at(-1) ?? 1], look.current);
    look.current = now;
    const show = ([min, max]: Span): void => plot.setScale('x', { min, max });
    if (now.span !== now.full) show(now.span);
    // The legend goes on telling what the pointer is at.
    plot.setCursor(pointed.current);
    const release = handleZoom(element, now, {
      show,
      area: () => ({ left: plot.over.getBoundingClientRect().left, width: plot.over.clientWidth }),
    });
    const watcher = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height });
    });
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      release();
      pointed.current = { left: plot.cursor.left ?? -10, top: plot.cursor.top ?? -10 };
      plot.destroy();
    };
  }, [of, isDark, height]);
  return <div class="chart" role="group" aria-label={label} title={hint} tabIndex={0} ref={place} style={{ minHeight: `${height}px` }} />;
}
