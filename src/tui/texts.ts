/** Screens that are text: detail, help, what a task found. A title stays, the rest scrolls, the last line has the keys. */
import { wrap } from '../record/layout.ts';
import { keysLine, span, type Stage } from './list.ts';
import type { Task } from './task.ts';
import { clip, left, widthOf } from './text.ts';

export function textLines(
  stage: Stage,
  text: readonly string[],
  scroll: number,
  running: boolean,
  title: string | null = null,
): readonly string[] {
  const page = textPage(stage);
  const top = title === null ? [] : [stage.ink.bold(clip(title, stage.columns)), ''];
  const shown = text.slice(scroll, scroll + page - top.length);
  const { keys } = stage.words;
  const known: readonly (readonly [string, string])[] = running
    ? [
        ['Esc', keys.cancel],
        [stage.ascii ? 'Enter' : '↵', keys.early],
      ]
    : [
        ['q', keys.back],
        ...(text.length > page - top.length ? ([['↑↓', keys.scroll]] as const) : []),
        ...(title === null
          ? ([
              ['l', keys.listen],
              ['d', keys.diagnose],
              ['?', keys.help],
            ] as const)
          : []),
      ];
  const filled = Array.from({ length: page - top.length }, (_, row) => shown[row] ?? '');
  return [...top, ...filled, keysLine(known, stage.ink, stage.columns)];
}

/** Rows for text. */
export function textPage({ rows }: Stage): number {
  return rows - 1;
}

export function helpLines({ words, columns }: Stage): readonly string[] {
  const keyWidth = Math.max(...words.help.map(([keys]) => widthOf(keys)));
  return words.help.flatMap(([keys, does]) =>
    wrap(does, Math.max(20, columns - keyWidth - 6)).map((line, at) => `  ${left(at === 0 ? keys : '', keyWidth)}  ${line}`),
  );
}

/** A bar for its seconds while it runs; then what it found. */
export function taskLines({ columns, language, ink }: Stage, task: Task): readonly string[] {
  const result = task.result();
  if (result !== null) return result.trimEnd().split('\n');
  const seconds = Math.min(task.seconds, (performance.now() - task.started) / 1000);
  const width = Math.max(10, Math.min(60, columns - 30));
  const full = Math.round((seconds / task.seconds) * width);
  const bar = `  [${ink.up('#'.repeat(full))}${'.'.repeat(width - full)}] ${span(seconds, language)} / ${span(task.seconds, language)}`;
  return ['', bar, '', ...wrap(task.progress(), columns - 4).map((line) => `  ${line}`)];
}
