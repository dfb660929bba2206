import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../host/host.ts';
import { available, unavailable } from '../model/reading.ts';
import { protocolSchema } from './protocol.ts';
import { mustStop } from './stop-rules.ts';

function machine(files: Readonly<Record<string, string>>, now = 100): Host {
  return {
    kind: 'live',
    origin: 'a test',
    read: (path) => (files[path] === undefined ? unavailable(path, 'absent', 'ENOENT') : available(files[path])),
    readBytes: (path) => unavailable(path, 'absent', 'ENOENT'),
    list: (path) => unavailable(path, 'absent', 'ENOENT'),
    run: async ([what = '']) => unavailable(what, 'absent', 'ENOENT'),
    clock: { now: () => now, wait: async () => true },
    defects: [],
    close: async () => {},
  };
}
const stop = protocolSchema.shape.stop.parse({ seconds: 50 });
const meminfo = (kilobytes: number) => ({ '/proc/meminfo': `MemTotal: 1000000 kB\nMemAvailable:    ${kilobytes} kB\n` });
const pressure = (percent: string) => ({
  '/proc/pressure/memory': `some avg10=${percent} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n`,
});

test('65 536 kB available is the floor: at it the experiment goes on, one kB below it ends', () => {
  assert.equal(mustStop(machine(meminfo(65_536)), stop, 100, undefined), null);
  assert.equal(mustStop(machine(meminfo(65_535)), stop, 100, undefined), 'memory');
});
test('tasks that wait for memory in more than 40 % of ten seconds end it', () => {
  assert.equal(mustStop(machine(pressure('40.00')), stop, 100, undefined), null);
  assert.equal(mustStop(machine(pressure('40.01')), stop, 100, undefined), 'pressure');
});
test('its time ends it, and Ctrl-C before anything else', () => {
  assert.equal(mustStop(machine({}, 150), stop, 100, undefined), null);
  assert.equal(mustStop(machine({}, 151), stop, 100, undefined), 'time');
  assert.equal(mustStop(machine({ ...meminfo(1), ...pressure('99.00') }, 151), stop, 100, AbortSignal.abort()), 'interrupted');
});
test('what cannot be read stops nothing: an old kernel has no PSI', () => {
  assert.equal(mustStop(machine({}), stop, 100, undefined), null);
});
