/** How much is listened for: stacks or not, one allocation in how many. `stopped`: nothing any more. */
export interface Effort {
  readonly stacks: boolean;
  readonly sample: number;
  readonly stopped: boolean;
}

const LARGEST_SAMPLE = 1024;

/**
 * What to do about a cost, both as shares of one CPU: nothing while it is within the budget, else the next of
 * no stacks (they are three quarters of the cost), one in n, stop.
 */
export function afford(effort: Effort, cost: number, budget: number): Effort {
  if (cost <= budget || effort.stopped) return effort;
  if (effort.stacks) return { ...effort, stacks: false };
  const sample = effort.sample * 2 ** Math.max(1, Math.ceil(Math.log2(cost / budget)));
  return effort.sample >= LARGEST_SAMPLE ? { ...effort, stopped: true } : { ...effort, sample: Math.min(sample, LARGEST_SAMPLE) };
}

export function describeEffort(effort: Effort): string {
  if (effort.stopped) return 'stopped';
  const share = effort.sample > 1 ? `one allocation in ${effort.sample}` : 'every allocation';
  return `${share}, ${effort.stacks ? 'with' : 'without'} stacks`;
}
