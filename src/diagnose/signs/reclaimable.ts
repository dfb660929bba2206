import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Is the growing cache one that reclaim may shrink (SLAB_RECLAIM_ACCOUNT, sysfs reclaim_account)? */
export function reclaimable(wanted: boolean, { finding, evidence }: Examined): SignStanding {
  const { cache } = finding.where;
  if (cache === undefined) {
    const yes = finding.where.kind === 'file-cache';
    return standing(yes === wanted ? 'present' : 'absent', reason('sign_reclaimable', { what: finding.where.kind, yes }));
  }
  const specimen = evidence.specimens.find((one) => one.kind === 'cache' && (one.name === cache || one.aliases.includes(cache)));
  const yes = specimen?.kind === 'cache' ? specimen.reclaimable : undefined;
  if (yes === undefined) return standing('unknown', reason('sign_not_measured', { what: `/sys/kernel/slab/${cache}/reclaim_account` }));
  return standing(
    yes === wanted ? 'present' : 'absent',
    reason('sign_reclaimable', { what: cache, yes }),
    `/sys/kernel/slab/${cache}/reclaim_account`,
  );
}
