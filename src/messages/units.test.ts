import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inChinese } from './units.ts';

test('amounts are told with Chinese units', () => {
  for (const [english, chinese] of [
    ['3.59 objects/s', '3.59 对象/秒'],
    ['108 objects/s (92.1 to 124)', '108 对象/秒 (92.1 至 124)'],
    ['+27.1 KiB/s', '+27.1 KiB/秒'],
    ['+108/s', '+108/秒'],
    ['16 s', '16 秒'],
    ['5 h 40 min', '5 小时 40 分'],
    ['a longer one', '更长'],
  ] as const)
    assert.equal(inChinese(english), chinese);
});

test('what only holds an amount stays: a rule, a path, a name', () => {
  for (const text of ['limit rate 10/s burst 5 s', '/proc/5 s', 'kmalloc-4k', '1000: from all lookup main', 'eth0', '6.1.192-2'])
    assert.equal(inChinese(text), text);
});
