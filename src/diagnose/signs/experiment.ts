import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Did a controlled experiment convict (or acquit) this stimulus? Of several, the last one counts. */
export function experiment(stimulus: string, wanted: boolean, { evidence }: Examined): SignStanding {
  const arms = evidence.outcomes.flatMap((outcome) =>
    outcome.arms.filter((arm) => arm.stimulus === stimulus).map((arm) => ({ arm, protocol: outcome.protocol })),
  );
  const last = arms.at(-1);
  if (last === undefined) return standing('unknown', reason('sign_no_experiment', { stimulus }));
  const { arm, protocol } = last;
  // It was tried and could not decide: that acquits nobody.
  if (arm.undecided !== undefined) return standing('unknown', reason('sign_no_experiment', { stimulus }));
  const detail = { stimulus, events: arm.events, ratio: Number(arm.objects_per_event.toPrecision(3)), p: Number(arm.p.toPrecision(2)) };
  return standing(
    arm.convicted === wanted ? 'present' : 'absent',
    reason(arm.convicted ? 'sign_experiment_convicts' : 'sign_experiment_acquits', detail),
    `outcome ${protocol}`,
  );
}
