import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import xterm from '@xterm/headless';
import { changes, enterScreen, leaveScreen } from './screen.ts';

const columns = 12;
const rows = 5;

const shown = (terminal: InstanceType<typeof xterm.Terminal>): readonly string[] =>
  Array.from({ length: rows }, (_, row) => terminal.buffer.active.getLine(row)!.translateToString(true));

const written = (terminal: InstanceType<typeof xterm.Terminal>, text: string): Promise<void> =>
  new Promise((resolve) => terminal.write(text, resolve));

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '█', '中'), maxLength: columns / 2 }).map((text) => text.trimEnd());
const full = fc.string({ unit: fc.constantFrom('x', 'y'), minLength: columns, maxLength: columns });
const screens = fc.array(fc.array(fc.oneof(line, full), { maxLength: rows }), { minLength: 1, maxLength: 5 });

test('whatever was on the screen, it shows the next lines, the last column of full ones too', async () => {
  await fc.assert(
    fc.asyncProperty(screens, async (frames) => {
      const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
      await written(terminal, enterScreen);
      let before: readonly string[] | null = null;
      for (const after of frames) {
        await written(terminal, changes(before, after));
        assert.deepEqual(
          shown(terminal),
          Array.from({ length: rows }, (_, row) => after[row] ?? ''),
        );
        before = after;
      }
      await written(terminal, leaveScreen);
      assert.equal(terminal.buffer.active.type, 'normal');
      terminal.dispose();
    }),
    { numRuns: 60 },
  );
});

test('what did not change is not written again', () => {
  assert.equal(changes(['a', 'b'], ['a', 'b']), '');
  assert.equal(changes(['a', 'b', 'c'], ['a', 'x']), '\u001b[?2026h\u001b[2;1H\u001b[Kx\u001b[3;1H\u001b[K\u001b[?2026l');
});
