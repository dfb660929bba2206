import type { Bpf } from '../../host/bpf.ts';

/** What listening costs, as a share of one CPU. */
export interface Meter {
  /**
   * Measures when it is time to: at first soon, then ever more rarely, and whenever twice as much goes on as before.
   * @param events recorded so far, allocations and frees
   * @returns what the programs cost: the part that listening less would save; undefined when it is not time yet
   */
  measure(programs: readonly number[], events: number): Promise<number | undefined>;
  /** Measures again soon: listening was made cheaper. */
  soon(): void;
  /** Everything this process and its programs used since the beginning; null before the first measurement. */
  average(): number | null;
}

/**
 * Counting run time costs two clock reads a run, and switching it on and off rewrites the kernel's code on every CPU, up
 * to 20 ms in a virtual machine: it is on for this long, and rarely.
 */
const STRETCH_MILLISECONDS = 40;
const FIRST_SECONDS = 0.25;
const RARER = 4;
const BUSIER = 2;

export function openMeter(bpf: Bpf): Meter {
  const began = performance.now();
  const atStart = process.cpuUsage();
  let last = { at: began, events: 0, rate: 0 };
  let next = FIRST_SECONDS;
  let inPrograms: number | null = null;
  const seconds = () => (performance.now() - began) / 1000;

  return {
    async measure(programs, events) {
      const since = (performance.now() - last.at) / 1000;
      const rate = (events - last.events) / Math.max(since, 1e-3);
      const busier = since > FIRST_SECONDS && rate > BUSIER * last.rate && inPrograms !== null;
      if (seconds() < next && !busier) return undefined;
      const statistics = bpf.enableStatistics();
      const before = spent(bpf, programs);
      const started = performance.now();
      await new Promise((resolve) => setTimeout(resolve, STRETCH_MILLISECONDS));
      inPrograms = (spent(bpf, programs) - before) / ((performance.now() - started) * 1e6);
      bpf.closeFd(statistics);
      while (next <= seconds()) next *= RARER;
      last = { at: performance.now(), events, rate };
      return inPrograms;
    },
    soon() {
      next = Math.min(next, seconds() + FIRST_SECONDS);
    },
    average() {
      if (inPrograms === null) return null;
      const used = process.cpuUsage(atStart);
      return inPrograms + (used.user + used.system) / 1e6 / seconds();
    },
  };
}

function spent(bpf: Bpf, programs: readonly number[]): number {
  return programs.reduce((sum, program) => sum + bpf.programInfo(program).runNanoseconds, 0);
}
