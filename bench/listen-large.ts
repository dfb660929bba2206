/**
 * `listen-large.ts OPERATIONS COUNT`: listens with the bpf engine while COUNT files are opened and held, and prints as JSON how long it
 * took to begin and to end (milliseconds, the grace not counted), how many it found, and the largest its memory was. In a process
 * of its own, whose memory is that of listening alone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { liveHost } from '../src/host/live.ts';
import { listen } from '../src/listen/listen.ts';

const [operations = '', count = '0'] = process.argv.slice(2);
const GRACE_SECONDS = 1;
/** Room for all of them and a few of others. */
const capacity = Math.ceil(Number(count) * 1.05);
const child = spawn(operations, ['hold', count], { stdio: ['pipe', 'pipe', 'inherit'] });
await once(child.stdout, 'data');
const done = new AbortController();
const host = liveHost();
const called = performance.now();
let ready = Number.NaN;
let ended = Number.NaN;
const heard = await listen(host, {
  cache: 'filp',
  seconds: 60,
  graceSeconds: GRACE_SECONDS,
  engine: 'bpf',
  capacity,
  budget: Number.POSITIVE_INFINITY,
  signal: done.signal,
  onReady() {
    ready = performance.now();
    child.stdin.write('go\n');
    child.stdout.once('data', () => {
      ended = performance.now();
      done.abort();
    });
  },
});
const returned = performance.now();
await host.close();
child.stdin.end();
const lost = heard.losses?.mapFull ?? 0;
console.log(
  JSON.stringify({
    start: ready - called,
    stop: returned - ended - GRACE_SECONDS * 1000,
    survivors: (heard.reconciliation?.survivors ?? 0) + lost,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
