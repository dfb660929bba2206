import type { EventWindow } from './pairing.ts';
import type { Request } from './engine.ts';

/** Seconds of CLOCK_MONOTONIC: the clock the kernel's tracers are told to use, and Node's own. */
export function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** @returns false when the signal ended it early */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(false);
      return;
    }
    const ended = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', ended);
        resolve(true);
      },
      Math.max(0, milliseconds),
    );
    signal?.addEventListener('abort', ended, { once: true });
  });
}

/** The window of a request while it is open: counts the population as it goes. */
export interface OpenWindow {
  readonly limits: () => EventWindow;
  readonly population: readonly { readonly at: number; readonly objects: number }[];
  readonly elapsed: () => number;
  /** Counts the population now. */
  measure(): void;
  close(): void;
}

export function openWindow(request: Pick<Request, 'measure' | 'onReady'>): OpenWindow {
  const start = monotonicSeconds();
  let end = Number.POSITIVE_INFINITY;
  const population: { at: number; objects: number }[] = [];
  const elapsed = () => Math.min(end, monotonicSeconds()) - start;
  const measure = () => {
    const objects = request.measure();
    if (objects !== null) population.push({ at: elapsed(), objects });
  };
  measure();
  request.onReady?.();
  return {
    limits: () => ({ start, end }),
    population,
    elapsed,
    measure,
    close() {
      measure();
      end = monotonicSeconds();
    },
  };
}

/** Parts the window is measured in. */
export const TICKS = 16;

/** Waits the window through, counting the population at each tick. */
export async function waitThrough(window: OpenWindow, request: Pick<Request, 'seconds' | 'signal'>): Promise<void> {
  for (let tick = 1; tick <= TICKS; tick++) {
    if (!(await pause(((tick * request.seconds) / TICKS - window.elapsed()) * 1000, request.signal))) break;
    if (tick < TICKS) window.measure();
  }
  window.close();
}
