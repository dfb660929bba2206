/**
 * Adaptive group testing (Dorfman 1943; by halving, Hwang 1972): which of n candidates drive the growth? Pausing a set shows
 * what share of the growth it drives. One culprit costs one round for all of them and ⌈log₂ n⌉ halvings.
 */
export interface Eliminated {
  readonly rounds: number;
  /** Growth that goes on while all are paused, as a share of the growth with none paused. */
  readonly remains: number;
  readonly culprits: readonly { readonly index: number; readonly share: number }[];
  /** It was ended early, by the signal or a stop rule: what is left is not narrowed down further. */
  readonly complete: boolean;
}

/** Growth with these paused, as a share of the growth with none paused; null: it must end now. */
export type Measure = (paused: readonly number[]) => Promise<number | null>;

/** While all are paused more than this goes on: none of them drives it. */
const NONE = 0.75;
/** A set that drives less than this is let go. */
const LEAST_SHARE = 0.2;

export async function eliminate(count: number, measure: Measure): Promise<Eliminated> {
  const everyone = Array.from({ length: count }, (_, index) => index);
  let rounds = 0;
  const driven = async (set: readonly number[]): Promise<number | null> => {
    rounds++;
    const goesOn = await measure(set);
    return goesOn === null ? null : Math.min(1, Math.max(0, 1 - goesOn));
  };
  const all = count === 0 ? 0 : await driven(everyone);
  if (all === null) return { rounds, remains: 1, culprits: [], complete: false };
  const remains = 1 - all;
  const culprits: { index: number; share: number }[] = [];
  let complete = true;
  const suspects: { readonly set: readonly number[]; readonly share: number }[] = remains > NONE ? [] : [{ set: everyone, share: all }];
  for (let next = suspects.pop(); next !== undefined; next = suspects.pop()) {
    const { set, share } = next;
    if (set.length === 1) {
      culprits.push({ index: set[0]!, share });
      continue;
    }
    const half = set.slice(0, Math.ceil(set.length / 2));
    const found = await driven(half);
    if (found === null) {
      complete = false;
      break;
    }
    const [first, second] = [Math.min(share, found), Math.max(0, share - found)];
    if (second >= LEAST_SHARE) suspects.push({ set: set.slice(half.length), share: second });
    if (first >= LEAST_SHARE) suspects.push({ set: half, share: first });
    // Each half below the threshold, together above it: many drive it a little. Go where there is more.
    if (first < LEAST_SHARE && second < LEAST_SHARE)
      suspects.push(first >= second ? { set: half, share: first } : { set: set.slice(half.length), share: second });
  }
  return { rounds, remains, culprits: culprits.toSorted((a, b) => b.share - a.share), complete };
}
