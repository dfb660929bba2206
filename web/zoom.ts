/** Pan and zoom of a span of time, by pointer, wheel and keys, the same for every picture over time. */

export type Span = readonly [number, number];

/** What a reader looks at. It outlives the picture, which is drawn anew whenever more is known. */
export interface Look {
  /** All there is. */
  full: Span;
  span: Span;
  /** Held by the pointer: where it was taken, and what was shown then. */
  dragged: { readonly x: number; readonly from: Span } | null;
}

export interface Zoomable {
  /** Draws what is looked at now. */
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

/**
 * What is shown once more is known: all of it where all was shown; the newest where the end was shown, as wide as before;
 * else the same time. Another time altogether is shown whole: it is another record.
 */
export function carried(span: Span, before: Span, now: Span): Span {
  if (now[0] >= before[1] || now[1] <= before[0]) return now;
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= (before[1] - before[0]) / 1000;
  const follows = near(span[1], before[1]);
  if (follows && near(span[0], before[0])) return now;
  const by = follows ? now[1] - span[1] : 0;
  return within([span[0] + by, span[1] + by], now);
}

/** The look at a picture of `full`, with what was looked at before. */
export function lookAt(full: Span, before: Look | null): Look {
  return before === null
    ? { full, span: full, dragged: null }
    : { full, span: carried(before.span, before.full, full), dragged: before.dragged };
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
export function handleZoom(element: HTMLElement, look: Look, { show, area }: Zoomable): () => void {
  const go = (wanted: Span): void => {
    look.span = within(wanted, look.full);
    show(look.span);
  };
  const handlers: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void } = {
    keydown: (event) => {
      const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      go(step(look.span, look.full));
    },
    wheel: (event) => {
      // A wheel that scrolls the page past a picture must not be caught by it.
      if (!event.ctrlKey && !element.contains(document.activeElement)) return;
      event.preventDefault();
      const { left, width } = area();
      go(zoomed(look.span, event.deltaY > 0 ? 1.25 : 0.8, (event.clientX - left) / width));
    },
    pointerdown: (event) => {
      if (event.button !== 0) return;
      element.focus({ preventScroll: true });
      look.dragged = { x: event.clientX, from: look.span };
    },
    pointermove: (event) => {
      const { dragged } = look;
      if (dragged === null || event.buttons === 0) look.dragged = null;
      else if (Math.abs(event.clientX - dragged.x) > 2) go(moved(dragged.from, (dragged.x - event.clientX) / area().width));
    },
    pointerup: () => {
      look.dragged = null;
    },
    dblclick: () => go(look.full),
  };
  const list = Object.entries(handlers) as [string, EventListener][];
  for (const [name, handler] of list) element.addEventListener(name, handler, { passive: false });
  return () => {
    for (const [name, handler] of list) element.removeEventListener(name, handler);
  };
}
