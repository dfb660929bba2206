import { runOnce } from '../../host/repeat.ts';
import { available } from '../../model/reading.ts';
import type { Prepared, Stimulus } from '../stimulus.ts';

/** Makes $1 of something in one shell, and says how many it made. */
const repeated = (once: string): string => `i=0; while [ $i -lt "$1" ] && ${once}; do i=$((i+1)); done; echo $i`;

function shell(script: string, around: readonly string[] = []): Prepared {
  return {
    async burst(count, signal) {
      if (count === 0) return { events: 0, answers: 0 };
      const made = Number(
        (await runOnce(['env', ...around, 'sh', '-c', script, 'sh', String(count)], { tie: 'signal', signal })).output.trim(),
      );
      const events = Number.isSafeInteger(made) ? made : 0;
      return { events, answers: events };
    },
    close: async () => {},
  };
}

/** A tmpfs mounted and unmounted, in a mount namespace of its own: no one else sees it, and it ends with its shell. */
export const mount: Stimulus = {
  kind: 'mount',
  event: 'mount',
  reach: 'here',
  needs: { root: true, tools: ['unshare', 'mount', 'umount'] },
  prepare: async () =>
    available(shell(repeated('mount -t tmpfs -o size=4k kmai /tmp && umount /tmp'), ['unshare', '--mount', '--propagation', 'private'])),
};

/** A network namespace made and left: it is gone with the process that was its only one. */
export const netns: Stimulus = {
  kind: 'netns',
  event: 'netns',
  reach: 'here',
  needs: { root: true, tools: ['unshare'] },
  prepare: async () => available(shell(repeated('unshare --net true'))),
};
