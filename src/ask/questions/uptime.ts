import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf } from '../places.ts';

/** Seconds since boot, time asleep included. */
export const uptimeSeconds: Question<'uptimeSeconds'> = {
  id: 'uptimeSeconds',
  ask: (host) => firstOf<'uptimeSeconds'>(file(host, '/proc/uptime', parseUptime)),
};

/** `350735.47 234388.90`: up, and idle summed over the processors. */
export function parseUptime(text: string): number {
  const found = /^(\d{1,12}\.\d+) \d+\.\d+$/.exec(text.trim());
  if (found?.[1] === undefined) throw new Malformed(1, 'two numbers of seconds', text);
  return Number(found[1]);
}
