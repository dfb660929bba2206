import { runOnce } from '../../host/repeat.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Stimulus } from '../stimulus.ts';

/** `run:PROGRAM ARGUMENT…`: any program, once an event. Words are parted at spaces, no shell reads them. */
export const command: Stimulus = {
  kind: 'run',
  event: 'run',
  reach: 'here',
  needs: { root: false, tools: [] },
  async prepare({ stimulus }) {
    const [program, ...rest] = stimulus
      .slice('run:'.length)
      .split(/\s+/)
      .filter((word) => word !== '');
    if (program === undefined) return unavailable(stimulus, 'absent', 'no program named', 'run:PROGRAM ARGUMENT…');
    return available({
      async burst(count, signal) {
        let events = 0;
        while (events < count) {
          if (signal?.aborted === true) break;
          const ended = await runOnce([program, ...rest], { tie: 'signal', signal });
          // 127: what ties it to us found no such program.
          if (ended.code === null || ended.code === 127) break;
          events++;
        }
        return { events, answers: events };
      },
      close: async () => {},
    });
  },
};
