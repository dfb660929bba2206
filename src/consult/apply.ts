/** A remedy applied, and measured before and after. */
import type { Host } from '../host/host.ts';
import type { Step } from '../intervene/remedy.ts';
import type { Response } from '../intervene/response.ts';
import { apply, ready } from '../intervene/treat.ts';
import { type Measured, verify } from '../intervene/verify.ts';
import { progressText } from '../messages/progress.ts';
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
  const journalReady = ready(steps);
  if (!journalReady.ok) refuse(journalReady.unavailable);
  if (!(await request.agreed(steps))) return { outcome: null, journal: [] };
  request.onProgress(progressText('growth_before', {}, request.language));
  const before = await dose.measure();
  if (!before.ok) refuse(before.unavailable);
  // Ctrl-C until here: nothing has been changed.
  if (request.signal?.aborted === true) throw new Refused('ended before anything was changed');
  const held = response.value.read();
  const applied = await apply(steps);
  if (!applied.ok) refuse(applied.unavailable);
  const left = response.value.read();
  const dropped = steps.some(({ argv }) => argv.some((word) => word.startsWith('vm.drop_caches=')));
  request.onProgress(progressText('growth_after', {}, request.language));
  const after = await dose.measure();
  const treatment = treatmentOf(remedy.id, dose.per, before.value, after.ok ? after.value : null, request.seconds);
  return {
    journal: applied.value.map(({ path }) => path),
    outcome: {
      ...outcomeOf(found, response.value, treatment.verified),
      treatment: { ...treatment.measured, ...(dropped && held !== null && left !== null ? { gave_back: held - left } : {}) },
    },
  };
}

/** Measures once more what a treatment did: growth now, beside the growth before it. Changes nothing. @throws Refused */
export async function verifyAgain(host: Host, found: Case, earlier: Outcome, request: DoseRequest): Promise<Outcome> {
  const { treatment, cache } = earlier;
  if (treatment === undefined || cache === undefined) throw new Refused(`${earlier.protocol} was no treatment`);
  const response = responseOf(host, cache);
  if (!response.ok) refuse(response.unavailable);
  const dose = await doseOf(host, found, response.value, request);
  if (dose.per !== treatment.per)
    throw new Refused(
      `growth was measured per ${treatment.per} before: ${treatment.per === 'event' ? '--peer ADDRESS' : 'leave --peer out'}`,
    );
  request.onProgress(progressText('growth_now', {}, request.language));
  const now = await dose.measure();
  if (!now.ok) refuse(now.unavailable);
  const before = { value: treatment.before, interval95: treatment.before95 };
  const again = treatmentOf(treatment.remedy, dose.per, before, now.value, request.seconds);
  return { ...outcomeOf(found, response.value, again.verified), treatment: again.measured };
}

function treatmentOf(
  remedy: string,
  per: Dose['per'],
  before: Measured,
  after: Measured | null,
  seconds: number,
): { readonly verified: NonNullable<Outcome['verified']>; readonly measured: TreatmentOutcome } {
  const judged = after === null ? { verdict: 'cannot-tell' as const, needs: 1 } : verify(before, after);
  return {
    verified: judged.verdict,
    measured: {
      remedy,
      per,
      before: before.value,
      before95: before.interval95,
      after: after?.value ?? null,
      after95: after?.interval95 ?? null,
      ...(judged.needs === null ? {} : { needs_seconds: Math.ceil(judged.needs * seconds) }),
    },
  };
}

function outcomeOf(found: Case, { alias, by }: Response, verified: NonNullable<Outcome['verified']>): Outcome {
  return { protocol: `treat-${found.id}`, kind: 'treatment', at: new Date().toISOString(), cache: alias, by, arms: [], verified };
}

/** The cache whose growth the case requires, where it names one. */
function grownBy({ signs }: Case): string | null {
  const all = signs.require.flatMap((sign) => ('any' in sign ? sign.any : [sign]));
  return all.flatMap((sign) => ('grows' in sign ? [sign.grows] : []))[0] ?? null;
}
