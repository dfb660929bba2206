/** A remedy applied, and measured before and after. */
import type { Host } from '../host/host.ts';
import type { Step } from '../intervene/remedy.ts';
import type { Response } from '../intervene/response.ts';
import { apply } from '../intervene/treat.ts';
import { type Measured, verify } from '../intervene/verify.ts';
import type { Case, CaseRemedy } from '../model/case.ts';
import type { Outcome, TreatmentOutcome } from '../model/evidence.ts';
import { type Dose, doseOf, type DoseRequest } from './dose.ts';
import { Refused, refuse } from './refused.ts';
import { responseOf } from './response.ts';

export interface ApplyRequest extends DoseRequest {
  /** Whose growth is watched; the case's own when left out. */
  readonly cache?: string | undefined;
  /** Asked before anything is changed, with the very commands. */
  readonly agreed: (steps: readonly Step[]) => Promise<boolean>;
}

/** @throws Refused, NotPermitted: before anything was changed */
export async function applyAndVerify(
  host: Host,
  found: Case,
  remedy: CaseRemedy,
  steps: readonly Step[],
  request: ApplyRequest,
): Promise<{ readonly outcome: Outcome | null; readonly journal: readonly string[] }> {
  const cache = request.cache ?? found.challenge?.cache ?? grownBy(found);
  if (cache === null) throw new Refused('no cache is named whose growth shows whether it helped: --cache ALIAS');
  const response = responseOf(host, cache);
  if (!response.ok) refuse(response.unavailable);
  const dose = await doseOf(host, found, response.value, request);
  if (!(await request.agreed(steps))) return { outcome: null, journal: [] };
  request.onProgress('growth before …');
  const before = await dose.measure();
  if (!before.ok) refuse(before.unavailable);
  // Ctrl-C until here: nothing has been changed.
  if (request.signal?.aborted === true) throw new Refused('ended before anything was changed');
  const held = response.value.read();
  const applied = await apply(steps);
  if (!applied.ok) refuse(applied.unavailable);
  const left = response.value.read();
  const journal = applied.value.map(({ path }) => path);
  request.onProgress('applied; growth after …');
  const after = await dose.measure();
  return {
    journal,
    outcome: outcomeOf(found, remedy, response.value, dose.per, before.value, after.ok ? after.value : null, request.seconds, steps, [
      held,
      left,
    ]),
  };
}

function outcomeOf(
  found: Case,
  remedy: CaseRemedy,
  { alias, by }: Response,
  per: Dose['per'],
  before: Measured,
  after: Measured | null,
  seconds: number,
  steps: readonly Step[],
  [held, left]: readonly (number | null)[],
): Outcome {
  const judged = after === null ? { verdict: 'cannot-tell' as const, needs: 1 } : verify(before, after);
  const gaveBack =
    steps.some(({ argv }) => argv.some((word) => word.startsWith('vm.drop_caches='))) && held != null && left != null ? held - left : null;
  const unknown: readonly [number, number] = [0, 2 * before.value];
  const treatment: TreatmentOutcome = {
    remedy: remedy.id,
    per,
    before: before.value,
    before95: before.interval95,
    after: after?.value ?? before.value,
    after95: after?.interval95 ?? unknown,
    ...(judged.needs === null ? {} : { needs_seconds: Math.ceil(judged.needs * seconds) }),
    ...(gaveBack === null ? {} : { gave_back: gaveBack }),
  };
  return {
    protocol: `treat-${found.id}`,
    kind: 'treatment',
    at: new Date().toISOString(),
    cache: alias,
    by,
    arms: [],
    verified: judged.verdict,
    treatment,
  };
}

/** The cache whose growth the case requires, where it names one. */
function grownBy({ signs }: Case): string | null {
  const all = signs.require.flatMap((sign) => ('any' in sign ? sign.any : [sign]));
  return all.flatMap((sign) => ('grows' in sign ? [sign.grows] : []))[0] ?? null;
}
