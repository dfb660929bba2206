/** What treating a case would do on this machine, command by command, with the way back. Reads only. */
import type { Plan } from '../model/served.ts';
import { treat } from './treat.ts';

/** @throws NoSuchCase */
export async function planOf(about: string, signal: AbortSignal): Promise<Plan> {
  const treated = await treat({
    about,
    apply: null,
    verify: false,
    agreed: () => Promise.resolve(false),
    peers: [],
    seconds: 0,
    given: [],
    signal,
    language: 'en',
    onProgress: () => undefined,
  });
  return {
    case: treated.case.id,
    fixed_in: treated.fixedIn,
    options: treated.options.map(({ remedy, steps, why }) => ({
      remedy: remedy.id,
      steps: steps?.map(({ argv, undo, lasting }) => ({ argv, undo, lasting: lasting === true })) ?? null,
      why,
    })),
  };
}
