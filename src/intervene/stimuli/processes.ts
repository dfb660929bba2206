import { runOnce } from '../../host/repeat.ts';
import { available } from '../../model/reading.ts';
import type { Stimulus } from '../stimulus.ts';

/** A process forked, another program executed in it, its end awaited. */
export const fork: Stimulus = {
  kind: 'fork',
  event: 'fork',
  reach: 'here',
  needs: { root: false, tools: ['true'] },
  prepare: async () =>
    available({
      async burst(count, signal) {
        let events = 0;
        while (events < count) {
          if (signal?.aborted === true) break;
          if ((await runOnce(['true'], { tie: 'none' })).code === null) break;
          events++;
        }
        return { events, answers: events };
      },
      close: async () => {},
    }),
};
