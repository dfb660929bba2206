import type { Case } from '../model/case.ts';
import type { CaseStanding, Remedy } from '../model/diagnosis.ts';

/**
 * What to do about a finding: the remedies of the best case, in the case's order. A case that is only suspected
 * gives none: first the examination that decides, because a remedy for the wrong disease helps nobody.
 */
export function remediesOf(cases: readonly Case[], standings: readonly CaseStanding[]): readonly Remedy[] {
  const best = standings.find(({ standing }) => standing === 'confirmed' || standing === 'probable');
  const found = best === undefined ? undefined : cases.find((one) => one.id === best.id);
  return (found?.remedies ?? []).map(({ id, does, risk, reversible, commands, boot_parameters }) => ({
    id,
    does: does.en,
    risk: risk.en,
    reversible,
    commands,
    ...(boot_parameters.length === 0 ? {} : { boot_parameters }),
    wording: { does, risk },
  }));
}
