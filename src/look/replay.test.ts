import assert from 'node:assert/strict';
import test from 'node:test';
import { captureFiles } from '../host/capture-writer.ts';
import { captureHost } from '../host/capture.ts';
import { liveHost } from '../host/live.ts';
import { memoryTree } from '../host/memory-tree.ts';
import { recorder } from '../host/recorder.ts';
import { look } from './look.ts';

test('a recorded look, replayed, gives the very same', async () => {
  const host = recorder(liveHost());
  const live = await look(host, { seconds: 0.6, interval: 0.2 });
  await host.close();
  const files = captureFiles(host.finish(), { version: '0', hostname: 'here', interval: 0.2 });
  const tree = memoryTree(new Map([...files].map(([path, bytes]) => [path, { kind: 'file' as const, bytes }])));
  const replayed = await look(captureHost(tree, 'a capture'), { seconds: 0 });
  assert.ok(live.series.length > 500);
  assert.deepEqual(replayed, live);
});
