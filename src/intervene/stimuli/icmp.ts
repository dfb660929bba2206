import { runOnce } from '../../host/repeat.ts';
import { available } from '../../model/reading.ts';
import type { Family, Stimulus } from '../stimulus.ts';

/** `N packets transmitted, M received` (iputils), `N packets transmitted, M packets received` (busybox). */
export function parsePing(text: string): { readonly events: number; readonly answers: number } {
  const found = /(\d+) packets transmitted, (\d+)/.exec(text);
  return { events: Number(found?.[1] ?? 0), answers: Number(found?.[2] ?? 0) };
}

function icmp(family: Family): Stimulus {
  return {
    kind: `icmp${family}`,
    event: 'icmp',
    reach: 'network',
    family,
    needs: { root: true, tools: ['ping'] },
    prepare: async (_arm, { address }) =>
      available({
        async burst(count, signal) {
          if (count === 0) return { events: 0, answers: 0 };
          const argv = ['ping', `-${family}`, '-q', '-n', '-c', String(count), '-i', '0.002', '-W', '1', address] as const;
          return parsePing((await runOnce([...argv], { tie: 'input', signal })).output);
        },
        close: async () => {},
      }),
  };
}

/** Echo requests: every host answers them one by one, without the rate limit of error messages. */
export const icmp4 = icmp(4);
export const icmp6 = icmp(6);
