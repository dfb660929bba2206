/**
 * What the live view costs while it looks once a second: CPU as a share of one core, and resident memory.
 *   node bench/live.ts [seconds]
 * The built program on a pty, as its launcher starts it; user + system of /proc/PID/stat, between two moments after the start.
 * Meanwhile files are opened and kept, 199 a second: what grows is what the view examines at full cost.
 * It prints and asserts nothing, as a shared machine's figures are no test.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workload } from '../test/integration/diagnosed.ts';
import { type OnScreen, onScreen } from '../test/machine/screen.ts';

const seconds = Number(process.argv[2] ?? 30);
/** The first growths are judged at each look; what a view that stays costs comes after. */
const settledAfter = 25;

interface Case {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** Pressed before the measurement. */
  readonly keys: string;
}

const cases: readonly Case[] = [
  { name: '80 × 24', columns: 80, rows: 24, keys: '' },
  { name: '200 × 50', columns: 200, rows: 50, keys: '' },
  { name: "80 × 24, a cache's detail (filp)", columns: 80, rows: 24, keys: '/filp\r\r' },
];

/** Seconds of CPU, to a hundredth. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user = '', system = ''] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

function megabytesOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

async function measured(screen: OnScreen, { rows, keys }: Case): Promise<string> {
  await screen.until('the view', (lines) => lines[rows - 1]?.includes('q quit') === true);
  screen.press(keys);
  const pid = screen.pid();
  await sleep(settledAfter * 1000);
  const [from, began] = [cpuOf(pid), performance.now()];
  await sleep(seconds * 1000);
  const share = (cpuOf(pid) - from) / ((performance.now() - began) / 1000);
  return `${(share * 100).toFixed(2)} % of a core, ${megabytesOf(pid, 'VmRSS').toFixed(0)} MB resident (at most ${megabytesOf(pid, 'VmHWM').toFixed(0)})`;
}

const growing = await workload('hold', ['files', 199 * 600, 199]);
// All at once: each sleeps nearly all the time, and so all are measured under the same load.
const lines = await Promise.all(
  cases.map(async (each) => {
    const screen = await onScreen('bin/kmai look', each);
    try {
      return `${each.name.padEnd(36)}${await measured(screen, each)}`;
    } finally {
      screen.close();
    }
  }),
);
await growing.stop();
console.log(lines.join('\n'));
