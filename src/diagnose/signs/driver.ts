import { reason } from '../../messages/reasons.ts';
import type { Bounds, SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Does the growth follow this counter, within these objects per event? Counters that move together stay unknown. */
export function driver(counter: string, between: Bounds | undefined, { finding }: Examined): SignStanding {
  const found = finding.driver;
  if (found === null) return standing('unknown', reason('sign_no_driver', { counter }));
  if (found.counter !== counter) {
    if (found.indistinguishable?.includes(counter))
      return standing('unknown', reason('sign_driver_inseparable', { counter, other: found.counter }), found.counter);
    return standing('absent', reason('sign_driver_other', { counter, other: found.counter }), found.counter);
  }
  const [low, high] = found.interval95;
  const ratio = { counter, ratio: shown(found.objects_per_event), low: shown(low), high: shown(high) };
  if (between === undefined) return standing('present', reason('sign_driver_is', ratio), counter);
  if (high < between[0] || low > between[1]) {
    return standing('absent', reason('sign_driver_out_of_bounds', { ...ratio, from: between[0], to: between[1] }), counter);
  }
  const inside = found.objects_per_event >= between[0] && found.objects_per_event <= between[1];
  if (inside) return standing('present', reason('sign_driver_is', ratio), counter);
  return standing('unknown', reason('sign_driver_imprecise', { ...ratio, from: between[0], to: between[1] }), counter);
}

/** Does the growth follow something else than this counter? */
export function notDriver(counter: string, { finding }: Examined): SignStanding {
  const found = finding.driver;
  if (found === null) return standing('unknown', reason('sign_no_driver', { counter }));
  if (found.counter === counter)
    return standing(
      'absent',
      reason('sign_driver_is', {
        counter,
        ratio: shown(found.objects_per_event),
        low: shown(found.interval95[0]),
        high: shown(found.interval95[1]),
      }),
      counter,
    );
  if (found.indistinguishable?.includes(counter))
    return standing('unknown', reason('sign_driver_inseparable', { counter, other: found.counter }), found.counter);
  return standing('present', reason('sign_driver_other', { counter, other: found.counter }), found.counter);
}

/** Three significant digits. */
function shown(value: number): number {
  return Number(value.toPrecision(3));
}
