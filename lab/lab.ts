import { join } from 'node:path';
import { command } from './command.ts';
import { images, payload, type Images } from './disk.ts';
import { kernel, leakModule, type Kernel } from './kernel.ts';
import { alone } from './lock.ts';
import { cache, root } from './paths.ts';
import { installMissing, obstacle, type KernelSeries } from './packages.ts';
import { boot, type Guest, type Machine, smallMachine } from './qemu.ts';
import type { Scenario } from './scenario.ts';

/** The lab can't run on this machine; whoever meets it says so and skips (exit code 77, as test runners know it). */
export class LabUnavailable extends Error {
  override readonly name = 'LabUnavailable';
}

export type Say = (line: string) => void;

export interface Lab {
  readonly kernel: Kernel;
  readonly images: Images;
  readonly payload: string;
}

/** Everything a boot of this kernel needs, made where it is not in the cache. */
export function setUp(series: KernelSeries, say: Say, fresh = false): Lab {
  const reason = obstacle();
  if (reason !== null) throw new LabUnavailable(reason);
  // Two that are started together must not build the same disk over each other.
  return alone(join(cache, 'set-up.lock'), () => {
    installMissing(say);
    const of = kernel(series, say, fresh);
    // What is measured is the kmai of these sources, never one built earlier.
    command(['sh', '-c', '. "$1/scripts/bootstrap.sh" && bootstrap "$1"', 'bootstrap', root]);
    const module = leakModule(of, say);
    return { kernel: of, images: images(of, say), payload: payload(of, module, say) };
  });
}

export function machineOf(scenario: Scenario, cpus = smallMachine.cpus): Machine {
  return { memoryMebibytes: scenario.memory, cpus, kernelArguments: scenario.kernel_arguments };
}

/** A guest with the scenario set up in it, its stimulus not yet started. */
export async function bootFor(lab: Lab, scenario: Scenario, machine: Machine): Promise<Guest> {
  const guest = await boot(lab.kernel, lab.images, lab.payload, machine);
  try {
    const ready = await guest.run(`set -e\n${scenario.set_up}`, 180);
    if (ready.status !== 0) throw new Error(`${scenario.id}: set_up ended with ${ready.status}: ${ready.stderr.trim()}`);
    return guest;
  } catch (error) {
    await guest[Symbol.asyncDispose]();
    throw error;
  }
}
