import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Evidence, Holding } from '../model/evidence.ts';
import { heldByProcesses, heldGrowth } from './holders.ts';

function evidence(holdings: readonly Holding[], unavailable: Evidence['unavailable'] = []): Evidence {
  return {
    machine: { hostname: 'h', release: 'r', arch: 'x86_64', distribution: '', memory_bytes: 1 << 30, boot_time: null },
    window: { start: '2026-11-24T22:00:00.000Z', end: '2026-11-24T22:01:00.000Z' },
    series: [],
    callsites: [],
    facts: [],
    specimens: [],
    holdings,
    ledger: null,
    unavailable,
    outcomes: [],
  };
}

const hold = (pid: number, at_start: number | null, at_end: number | null, what: Holding['what'] = 'files'): Holding => ({
  pid,
  comm: `p${pid}`,
  what,
  at_start,
  at_end,
});

test('what all processes came to hold: gains less losses, by the minute', () => {
  // 600 gained, 60 lost by one that closed them, 60 by one that ended: 480 in 60 s
  const grown = heldGrowth(evidence([hold(1, 100, 700), hold(2, 100, 40), hold(3, 60, null)]));
  assert.equal(grown.get('files')?.rate, 8);
  assert.deepEqual(
    grown.get('files')?.holders.map(({ pid, count, per_second }) => [pid, count, per_second]),
    [[1, 700, 10]],
  );
});

test('a process that came in the window held nothing before it', () => {
  assert.equal(heldGrowth(evidence([hold(1, null, 120)])).get('files')?.rate, 2);
});

test('a single look shows no growth of holdings', () => {
  const one = { ...evidence([hold(1, 1, 1)]), window: { start: '2026-11-24T22:00:00.000Z', end: '2026-11-24T22:00:00.000Z' } };
  assert.equal(heldGrowth(one).size, 0);
});

test('growth that the processes came to hold is held; growth they did not is not', () => {
  const seen = evidence([hold(1, 0, 6000)]);
  const held = heldGrowth(seen);
  assert.equal(heldByProcesses(['filp'], 100, held, seen).held, 'yes');
  assert.equal(heldByProcesses(['filp'], 1000, held, seen).held, 'no');
  assert.equal(heldByProcesses(['ip6_dst_cache'], 100, held, seen).held, 'never', 'no descriptor keeps a route');
});

test('where descriptors may not be counted, whether they are held is unknown, not no', () => {
  const denied = evidence([hold(1, 0, 60)], [{ what: '/proc/PID/fd', reason: 'denied', detail: '40 of 41', help: '' }]);
  assert.equal(heldByProcesses(['filp'], 100, heldGrowth(denied), denied).held, 'unknown');
  assert.equal(heldByProcesses(['filp'], 100, new Map(), evidence([])).held, 'unknown');
});

test('in a merged cache each alias may be held in its own way: what grows is the sum', () => {
  const held = heldGrowth(evidence([hold(7, 0, 11_940), hold(9, 0, 16_980, 'inotify-watches')]));
  const seen = evidence([]);
  const files = held.get('files')!.rate;
  const watches = held.get('inotify-watches')!.rate;
  const aliases = ['lsm_file_cache', 'fsnotify_mark_connector'];
  const answer = heldByProcesses(aliases, files + watches, held, seen);
  assert.ok(answer.held === 'yes');
  assert.equal(answer.by.rate, files + watches);
  assert.deepEqual(
    answer.by.holders.map(({ pid, what }) => [pid, what]),
    [
      [9, 'inotify-watches'],
      [7, 'files'],
    ],
  );
  assert.equal(heldByProcesses(['lsm_file_cache'], files + watches, held, seen).held, 'no');
});

test('what could be in a merged cache but grows far faster than it is elsewhere', () => {
  const seen = evidence([]);
  const held = heldGrowth(evidence([hold(9, 0, 60_000, 'inotify-watches')])); // 1,000 a second
  const answer = (rate: number) => heldByProcesses(['lsm_file_cache', 'fsnotify_mark_connector'], rate, held, seen).held;
  assert.deepEqual([answer(1000), answer(100), answer(2000)], ['yes', 'no', 'no']);
});
