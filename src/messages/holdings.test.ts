import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdingKinds } from '../model/evidence.ts';
import { held, holdingName } from './holdings.ts';
import { reason, say } from './reasons.ts';

test("every kind of what processes hold is named in Chinese; words of the kernel's own stay", () => {
  const kernelWords = new Set(['eventfd', 'timerfd', 'signalfd']);
  assert.deepEqual(
    holdingKinds.filter((kind) => !/[\u4e00-\u9fff]/.test(holdingName(kind, 'zh')) && !kernelWords.has(holdingName(kind, 'zh'))),
    [],
  );
});

test('the reason keeps the id, its sentence has the name', () => {
  const by = reason('held_by', { pid: 7, comm: 'hog', count: '1,000', what: 'epoll-watches', rate: '+10/s' });
  assert.equal(by.args['what'], 'epoll-watches');
  assert.equal(by.text, 'Process 7 (hog) holds 1,000 epoll watches, +10/s.');
  assert.equal(say(by, 'zh'), '进程 7(hog)持有 1,000 个 epoll 监视,+10/秒。');
});

test('a kind of a later version goes by its id', () => {
  assert.equal(held(3, 'futures', 'en'), '3 futures');
  assert.equal(held(3, 'toString', 'zh'), '3 个 toString');
});
