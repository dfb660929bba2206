/** Pan and zoom of a span of time, by pointer, wheel and keys, the same for every picture over time. */

export type Span = readonly [number, number];

export interface Zoomable {
  readonly full: Span;
  readonly span: () => Span;
  readonly show: (span: Span) => void;
  /** Where time is drawn, in CSS pixels of the window. */
  readonly area: () => { readonly left: number; readonly width: number };
}

/** Never wider than all there is, never narrower than a ten-thousandth of it. */
export function within([from, to]: Span, [first, last]: Span): Span {
  const all = last - first;
  const wide = Math.min(all, Math.max(all / 10_000, to - from));
  const start = Math.min(Math.max(first, from + (to - from - wide) / 2), last - wide);
  return [start, start + wide];
}

/** By `factor` about a place in the span: 0 its start, 1 its end. */
export function zoomed([from, to]: Span, factor: number, about: number): Span {
  const at = from + about * (to - from);
  return [at - (at - from) * factor, at + (to - at) * factor];
}

export function moved([from, to]: Span, share: number): Span {
  const by = share * (to - from);
  return [from + by, to + by];
}

const steps: Readonly<{ [key: string]: (span: Span, full: Span) => Span }> = {
  ArrowLeft: (span) => moved(span, -0.2),
  ArrowRight: (span) => moved(span, 0.2),
  '+': (span) => zoomed(span, 0.5, 0.5),
  '=': (span) => zoomed(span, 0.5, 0.5),
  '-': (span) => zoomed(span, 2, 0.5),
  '0': (_, full) => full,
};

/** @returns what takes the listeners away again */
export function handleZoom(element: HTMLElement, { full, span, show, area }: Zoomable): () => void {
  const go = (wanted: Span): void => show(within(wanted, full));
  let dragged: { readonly x: number; readonly from: Span } | null = null;
  const handlers: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void } = {
    keydown: (event) => {
      const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      go(step(span(), full));
    },
    wheel: (event) => {
      // A wheel that scrolls the page past a picture must not be caught by it.
      if (!event.ctrlKey && !element.contains(document.activeElement)) return;
      event.preventDefault();
      const { left, width } = area();
      go(zoomed(span(), event.deltaY > 0 ? 1.25 : 0.8, (event.clientX - left) / width));
    },
    pointerdown: (event) => {
      if (event.button !== 0) return;
      element.focus({ preventScroll: true });
      dragged = { x: event.clientX, from: span() };
    },
    pointermove: (event) => {
      if (dragged === null || event.buttons === 0) dragged = null;
      else if (Math.abs(event.clientX - dragged.x) > 2) go(moved(dragged.from, (dragged.x - event.clientX) / area().width));
    },
    pointerup: () => {
      dragged = null;
    },
    dblclick: () => go(full),
  };
  const list = Object.entries(handlers) as [string, EventListener][];
  for (const [name, handler] of list) element.addEventListener(name, handler, { passive: false });
  return () => {
    for (const [name, handler] of list) element.removeEventListener(name, handler);
  };
}
