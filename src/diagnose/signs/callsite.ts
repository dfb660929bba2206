import { functionName } from '../../kernel/function-name.ts';
import { sameCache } from '../../kernel/cache-alias.ts';
import { reason } from '../../messages/reasons.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** A function on stacks that hold this share of what is held is on the leak's path. */
const enough = 0.25;
/** Stacks that explain this share of the growth are the whole story: a function on none of them is absent. */
const whole = 0.5;

interface Held {
  readonly stack: readonly string[];
  readonly outstanding: number;
  readonly explained: number | null;
}

/** Is the function on a stack that allocates and does not free? Only stacks of the finding's own cache count. */
export function callsite(wanted: string, examined: Examined): SignStanding {
  const held = heldStacks(examined);
  if (held.length === 0) return standing('unknown', reason('sign_nobody_listened', { wanted }));
  const all = held.reduce((sum, one) => sum + one.outstanding, 0);
  const through = held.filter((one) => one.stack.some((frame) => functionName(frame) === wanted));
  const objects = through.reduce((sum, one) => sum + one.outstanding, 0);
  const share = all > 0 ? objects / all : 0;
  const percent = Math.round(share * 100);
  const stacks = through.map((one) => one.stack.slice(0, 3).map(functionName).join(' < '));
  if (share >= enough) return standing('present', reason('sign_callsite_holds', { wanted, objects, percent }), ...stacks);
  const explained = held.reduce((sum, one) => sum + (one.explained ?? 0), 0);
  const known = held.some((one) => one.explained !== null);
  if (all === 0 || (known && explained < whole))
    return standing('unknown', reason('sign_callsite_thin', { wanted, percent: Math.round(explained * 100) }));
  return standing('absent', reason('sign_callsite_elsewhere', { wanted, stacks: held.length, percent }), ...stacks);
}

function heldStacks({ finding, evidence }: Examined): readonly Held[] {
  if (finding.callsites.length > 0) {
    return finding.callsites.map((one) => ({ stack: one.stack, outstanding: one.outstanding, explained: one.explained_fraction }));
  }
  const names = [finding.where.cache, finding.where.owner, ...(finding.where.aliases ?? [])].filter((name) => name !== undefined);
  return evidence.callsites
    .filter((one) => one.leaking === 'yes' && names.some((name) => sameCache(name, one.cache)))
    .map((one) => ({ stack: one.stack, outstanding: one.outstanding, explained: null }));
}
