import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { wrap } from './layout.ts';

test('no line begins with what ends a sentence or closes a bracket, in either width', () => {
  const text = '内核应已包含修复(自 6.1.120 起). 未知: 没有测量或无法读取; 增长的对象是 filp。';
  for (let width = 8; width < 60; width++)
    for (const line of wrap(text, width)) {
      assert.doesNotMatch(line, /^[,.;:!?),。;:!?)]/, `${width}: ${line}`);
      assert.ok(stringWidth(line) <= Math.max(width, 10), `${width}: ${line}`);
    }
});
