import type { Bpf } from '../../host/bpf.ts';

/** What listening costs, as a share of one CPU; null before the first measurement. */
export interface Meter {
  /** The programs' run time over a short stretch, plus this process's own since the last time. */
  measure(programs: readonly number[]): Promise<number>;
  last(): number | null;
  /** Mean of all measurements. */
  average(): number | null;
}

/** Counting run time costs two clock reads a run: it is on for this long at a time, and no longer. */
const STRETCH_MILLISECONDS = 50;

export function openMeter(bpf: Bpf): Meter {
  let own = process.cpuUsage();
  let since = performance.now();
  const measured: number[] = [];
  return {
    async measure(programs) {
      const statistics = bpf.enableStatistics();
      const before = spent(bpf, programs);
      const started = performance.now();
      await new Promise((resolve) => setTimeout(resolve, STRETCH_MILLISECONDS));
      const inPrograms = (spent(bpf, programs) - before) / ((performance.now() - started) * 1e6);
      bpf.closeFd(statistics);
      const now = performance.now();
      const used = process.cpuUsage(own);
      const ours = (used.user + used.system) / ((now - since) * 1000);
      own = process.cpuUsage();
      since = now;
      measured.push(inPrograms + ours);
      return inPrograms + ours;
    },
    last: () => measured.at(-1) ?? null,
    average: () => (measured.length === 0 ? null : measured.reduce((a, b) => a + b, 0) / measured.length),
  };
}

function spent(bpf: Bpf, programs: readonly number[]): number {
  return programs.reduce((sum, program) => sum + bpf.programInfo(program).runNanoseconds, 0);
}
