import { bootFor, machineOf, type Lab } from './lab.ts';
import type { Guest } from './qemu.ts';
import { started, truth, type Truth } from './run.ts';
import type { Scenario } from './scenario.ts';
import { difference, disproved } from './score.ts';

/** What /proc itself says moved between two moments, largest first; read without kmai, to know what a scenario really does. */
export interface Movement {
  readonly name: string;
  readonly change: number;
}

const snapshot = `for cache in /sys/kernel/slab/*; do [ -L "$cache" ] || echo 1 > "$cache/shrink"; done
awk 'NR > 2 { print "slab." $1, $2 }' /proc/slabinfo
awk '/^(MemFree|MemAvailable|Cached|Shmem|SReclaimable|SUnreclaim|VmallocUsed|Percpu|KernelStack):/ { sub(":", "", $1); print "kB." $1, $2 }' /proc/meminfo
awk '/kmai_lab/ { bytes += $2; areas++ } END { print "vmallocinfo.bytes", bytes + 0; print "vmallocinfo.areas", areas + 0 }' /proc/vmallocinfo
echo "rt6.destinations $(rt6_destinations)"
[ ! -e $parameters/truth ] || sed 's/^/truth./' $parameters/truth`;

/** Slab rows (exact, after shrinking), parts of meminfo and the module's counters. */
export async function state(guest: Guest): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await guest.run(snapshot, 60);
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', value = '']) => [name, Number(value)]),
  );
}

/** Movements of at least `least`, and every one of the module's counters. */
export function movements(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>, least: number): Movement[] {
  return [...after]
    .map(([name, value]) => ({ name, change: value - (before.get(name) ?? 0) }))
    .filter(
      ({ name, change }) => change !== 0 && (Math.abs(change) >= least || name.startsWith('truth.') || name.startsWith('vmallocinfo.')),
    )
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change));
}

export interface Probe {
  readonly movements: readonly Movement[];
  readonly truth: Truth;
  readonly problem: string | null;
}

/** Runs the scenario's stimulus for some seconds with nobody looking. */
export async function probe(lab: Lab, scenario: Scenario, seconds: number): Promise<Probe> {
  await using guest = await bootFor(lab, scenario, machineOf(scenario));
  await using stimulus = started(guest, scenario.stimulus);
  await guest.run(`sleep ${scenario.settle}`, scenario.settle + 30);
  const [before, counted] = [await state(guest), await truth(guest, scenario)];
  await guest.run(`sleep ${seconds}`, seconds + 60);
  const change = difference(counted, await truth(guest, scenario));
  const after = await state(guest);
  return { movements: movements(before, after, 100), truth: change, problem: stimulus.problem() ?? disproved(scenario, change) };
}
