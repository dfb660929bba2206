/**
 * Work that grows the kernel and is no leak: `churn.ts find|bigfile|burst|cgroups ARGS`. Prints "ready" when it begins;
 * ends by itself or when its stdin closes.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { atPace } from './pace.ts';

const [what = '', amountText = '1', rateText = '1'] = process.argv.slice(2);
const amount = Number(amountText);
const rate = Number(rateText);
const scratch = mkdtempSync(join(tmpdir(), 'kmai-churn-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

const works: Readonly<Record<string, () => void>> = {
  /** Looks up names that don't exist: `amount` negative dentries, `rate` a second, as a `find` fills the dentry cache. */
  find() {
    atPace(amount, rate, (index) => {
      try {
        openSync(join(scratch, `absent-${index}`), 'r');
      } catch {
        // absent on purpose: the kernel remembers that it is not there
      }
    });
  },
  /** Really walks the file system. */
  walk() {
    const child = spawn('find', ['/', '-xdev', '-printf', ''], { stdio: 'ignore' });
    process.on('exit', () => child.kill());
  },
  /** Writes a file of `amount` MiB, `rate` MiB a second, and reads it again. */
  bigfile() {
    const block = Buffer.alloc(1 << 20, 0x5a);
    const file = openSync(join(scratch, 'big'), 'w+');
    atPace(
      amount,
      rate,
      (index) => void writeSync(file, block, 0, block.length, index << 20),
      () => {
        for (let i = 0; i < amount; i++) readSync(file, block, 0, block.length, i << 20);
        closeSync(file);
      },
    );
  },
  /** Opens `amount` files within a moment after two seconds, then is quiet. */
  burst() {
    setTimeout(() => {
      for (let i = 0; i < amount; i++) openSync('/proc/version', 'r');
    }, 2000);
  },
  /** Makes memory cgroups, charges a page of page cache to each, removes them: they die but are not freed. */
  cgroups() {
    const top = `${process.env['KMAI_CGROUPS'] ?? '/sys/fs/cgroup/memory'}/kmai-test-${process.pid}`;
    mkdirSync(top);
    process.on('exit', () => {
      writeFileSync(join(top, '..', 'cgroup.procs'), String(process.pid));
      rmdirSync(top);
    });
    atPace(amount, rate, (index) => {
      const group = join(top, String(index));
      mkdirSync(group);
      writeFileSync(join(group, 'cgroup.procs'), String(process.pid));
      writeFileSync(join(scratch, `charged-${index}`), 'x');
      writeFileSync(join(top, 'cgroup.procs'), String(process.pid));
      rmdirSync(group);
    });
  },
};

const work = Object.hasOwn(works, what) ? works[what] : undefined;
if (work === undefined || !(amount > 0) || !(rate > 0)) {
  console.error(`usage: churn.ts ${Object.keys(works).join('|')} AMOUNT PER_SECOND`);
  process.exit(64);
}
console.log('ready');
work();
