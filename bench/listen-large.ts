/**
 * `listen-large.ts CAPACITY`: listens with the bpf engine, says "ready" as soon as events are counted, ends at a line of its input, and
 * prints as JSON how long it took to begin and to end (milliseconds; the grace not counted), how many it found, and the largest its memory
 * was. In a process of its own, whose memory is that of listening alone, and which starts no other: after a fork each page that is
 * written to costs a fault, which is not listening's.
 */
import process from 'node:process';
import { liveHost } from '../src/host/live.ts';
import { listen } from '../src/listen/listen.ts';

const [capacity] = process.argv.slice(2);
const GRACE_SECONDS = 1;
const done = new AbortController();
const host = liveHost();
const called = performance.now();
let ready = Number.NaN;
let ended = Number.NaN;
const heard = await listen(host, {
  cache: 'filp',
  seconds: 10,
  graceSeconds: GRACE_SECONDS,
  engine: 'bpf',
  ...(capacity === undefined ? {} : { capacity: Number(capacity) }),
  budget: Number.POSITIVE_INFINITY,
  signal: done.signal,
  onReady() {
    ready = performance.now();
    console.log('ready');
    process.stdin.once('data', () => {
      ended = performance.now();
      done.abort();
    });
  },
});
const returned = performance.now();
await host.close();
process.stdin.destroy();
const lost = heard.losses?.mapFull ?? 0;
console.log(
  JSON.stringify({
    start: ready - called,
    stop: returned - ended - GRACE_SECONDS * 1000,
    survivors: (heard.reconciliation?.survivors ?? 0) + lost,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
