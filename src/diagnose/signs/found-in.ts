import { reason } from '../../messages/reasons.ts';
import type { Where } from '../../model/diagnosis.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Is what grows memory of this kind? */
export function foundIn(kind: Where['kind'], { finding }: Examined): SignStanding {
  return standing(finding.where.kind === kind ? 'present' : 'absent', reason('sign_found_in', { kind: finding.where.kind, wanted: kind }));
}
