import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalOf } from './terminal.ts';

test('what a terminal can do is told by its name', () => {
  const kinds = ['xterm-256color', 'tmux-256color', 'screen', 'xterm', 'linux', 'vt100', 'vt220', 'dumb', ''].map((TERM) => {
    const { dumb, plain, colors } = terminalOf({ TERM });
    return [TERM, dumb, plain, colors];
  });
  assert.deepEqual(kinds, [
    ['xterm-256color', false, false, 2],
    ['tmux-256color', false, false, 2],
    ['screen', false, false, 1],
    ['xterm', false, false, 1],
    ['linux', false, true, 1],
    ['vt100', false, true, 0],
    ['vt220', false, true, 0],
    ['dumb', true, false, 0],
    ['', true, false, 0],
  ]);
  assert.equal(terminalOf({ TERM: 'xterm', COLORTERM: 'truecolor' }).colors, 2);
  assert.equal(terminalOf({}).dumb, true);
});
