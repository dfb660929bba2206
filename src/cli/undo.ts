import { buildCommand } from '@stricli/core';
import type { Language } from '../messages/reasons.ts';
import { treatmentWords } from '../messages/treatment.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit } from './exit.ts';
import { jsonFlag, languageFlag } from './flags.ts';

interface UndoFlags {
  readonly list: boolean;
  readonly json: boolean;
  readonly lang?: Language | undefined;
}

export const undoCommand = buildCommand<UndoFlags, [], Context>({
  docs: {
    brief: said(
      'takes back whatever kmai has changed and not yet undone, the last change first',
      '撤销 kmai 所做而尚未撤销的一切更改,后改者先撤',
    ),
  },
  parameters: {
    flags: {
      list: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: said('only show what would be undone, and the script that does it', '只显示会撤销什么,以及执行它的脚本'),
      },
      json: jsonFlag,
      lang: languageFlag,
    },
  },
  async func(flags) {
    const { pending, undoAll } = await import('../consult/undo.ts');
    const words = treatmentWords[this.language];
    const listed = pending();
    if (flags.list || listed.length === 0) {
      const lines = listed.map(({ what, path }) => words.pending(what, path));
      this.out(
        flags.json ? `${JSON.stringify(listed, null, 1)}\n` : `${(lines.length === 0 ? [words.nothingToUndo] : lines).join('\n')}\n`,
      );
      return;
    }
    const undone = await undoAll();
    const lines = undone.map(({ entry, failed }) =>
      failed === null ? words.undone(entry.what) : words.notUndone(entry.what, `${failed.detail} (${entry.path})`),
    );
    this.out(flags.json ? `${JSON.stringify(undone, null, 1)}\n` : `${lines.join('\n')}\n`);
    if (undone.some(({ failed }) => failed !== null)) this.exit(exit.inconclusive);
  },
});
