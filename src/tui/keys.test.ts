import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseKeys } from './keys.ts';

const names = (text: string): readonly string[] => parseKeys(text).keys.map((key) => (key.kind === 'text' ? key.text : key.name));

test('letters, arrows in both forms, and keys with a number', () => {
  assert.deepEqual(names('q/统\r'), ['q', '/', '统', 'enter']);
  assert.deepEqual(names('\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[H\u001b[4~'), ['up', 'down', 'page-up', 'page-down', 'home', 'end']);
  assert.deepEqual(names('\u0003\u001a\u007f'), ['interrupt', 'suspend', 'backspace']);
});

test('an arrow with a modifier is that arrow, and a sequence nobody knows is skipped whole', () => {
  assert.deepEqual(names('\u001b[1;5A'), ['up']);
  assert.deepEqual(names('a\u001b[200~b\u001b[?1;2cx'), ['a', 'b', 'x']);
});

test('a sequence that comes in two parts waits for the second', () => {
  const first = parseKeys('j\u001b[');
  assert.deepEqual(first, { keys: [{ kind: 'text', text: 'j' }], rest: '\u001b[' });
  assert.deepEqual(names(`${first.rest}B`), ['down']);
  assert.deepEqual(parseKeys('\u001b'), { keys: [], rest: '\u001b' });
});

test('any bytes give keys and a rest that is an end of them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { keys, rest } = parseKeys(text);
      assert.ok(keys.length <= text.length && text.endsWith(rest));
    }),
  );
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('\u001b', '[', 'O', ';', '1', '~', 'A', 'q') }), (text) => void parseKeys(text)));
});
