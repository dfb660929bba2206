import type { Counted } from '../host/datagrams.ts';

const AT_ONCE = 64;

/** A burst of a synchronous act: so many times, and between turns others (Ctrl-C) have theirs. */
export function inTurn(act: () => void): (count: number, signal?: AbortSignal) => Promise<Counted> {
  return async (count, signal) => {
    let events = 0;
    while (events < count) {
      if (signal?.aborted === true) break;
      for (const end = Math.min(count, events + AT_ONCE); events < end; events++) act();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    return { events, answers: events };
  };
}
