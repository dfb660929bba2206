import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKeys } from './keys.ts';
import { type Deed, firstView, press, type Surroundings, type View } from './view.ts';

const around: Surroundings = { names: ['dentry', 'filp', 'pid'], page: 2, lines: 0, running: false };

function typed(
  text: string,
  from: View = firstView,
  where: Partial<Surroundings> = {},
): { readonly view: View; readonly deeds: readonly Deed[] } {
  let view = from;
  const deeds: Deed[] = [];
  for (const key of parseKeys(text).keys) {
    const pressed = press(view, key, { ...around, ...where });
    view = pressed.view;
    if (pressed.deed !== null) deeds.push(pressed.deed);
  }
  return { view, deeds };
}

test('the first row is chosen until somebody chooses, and the choice stays with its cache', () => {
  assert.equal(typed('').view.chosen, null);
  assert.equal(typed('j').view.chosen, 'filp');
  assert.equal(typed('jjjjj').view.chosen, 'pid');
  assert.equal(typed('jk\u001b[A').view.chosen, 'dentry');
});

test('letters sort, as slabtop has them; while a filter is typed they are letters', () => {
  assert.equal(typed('c').view.sort, 'bytes');
  assert.equal(typed('n').view.sort, 'name');
  const { view } = typed('/nfc\u007f');
  assert.deepEqual([view.sort, view.filter, view.typing], ['growth', 'nf', true]);
  assert.deepEqual(typed('/q\r').deeds, []);
  assert.equal(typed('/filp\r\u001b[B').view.filter, 'filp');
});

test('Enter opens the chosen cache, q goes back, q quits', () => {
  const opened = typed('j\r').view;
  assert.deepEqual([opened.screen, opened.chosen], ['detail', 'filp']);
  assert.equal(typed('q', opened).view.screen, 'list');
  assert.deepEqual(typed('qq', opened).deeds, ['quit']);
});

test('what was started is cancelled by leaving it, and ended early by Enter', () => {
  const started = typed('l');
  assert.deepEqual(started.deeds, ['listen']);
  assert.equal(started.view.screen, 'task');
  assert.deepEqual(typed('\r', started.view, { running: true }).deeds, ['early']);
  const left = typed('q', started.view, { running: true });
  assert.deepEqual([left.deeds, left.view.screen], [['cancel'], 'list']);
  assert.deepEqual(typed('q', started.view).deeds, []);
});

test('from a detail one comes back to the detail', () => {
  const diagnosed = typed('\rd').view;
  assert.equal(typed('q', diagnosed).view.screen, 'detail');
});

test('a text scrolls within its lines', () => {
  const help = typed('?').view;
  assert.equal(typed('jjjj', help, { lines: 4 }).view.scroll, 2);
  assert.equal(typed('jjkkk', help, { lines: 4 }).view.scroll, 0);
  assert.equal(typed('j', help, { lines: 1 }).view.scroll, 0);
});

test('Ctrl-C ends it anywhere', () => {
  assert.deepEqual(typed('/a\u0003').deeds, ['quit']);
});
