/** Text laid out for a terminal: a label column, wrapped lines, colour only where it is wanted. */
import { Ansis } from 'ansis';
import stringWidth from 'string-width';

export { printable } from './printable.ts';

export interface TextOptions {
  /** columns; 100 at most is used, so that lines stay readable */
  readonly width: number;
  readonly color: boolean;
}

export function painter(color: boolean): Ansis {
  return new Ansis(color ? 1 : 0);
}

/** Words, blanks, and single CJK characters; punctuation that ends something stays with what it ends. */
const pieces = /[^\s\u2e80-\u9fff\uff00-\uffef]+[,。:;!?、)】」』”]*|[\u2e80-\u9fff\uff00-\uffef][,。:;!?、)】」』”,.;:!?)]*|\s+/g;

/** Breaks text at spaces (and between CJK characters) into lines of at most `width` columns. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const piece of text.match(pieces) ?? []) {
    const size = stringWidth(piece);
    if (used > 0 && used + size > width) {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
    }
    if (used === 0 && /^\s+$/.test(piece)) continue;
    line += piece;
    used += size;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

/** Pads to a width as the terminal shows it. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text;
}

/** A row of the report: a label, then paragraphs, each wrapped and indented under the first. */
export function row(label: string, labelWidth: number, paragraphs: readonly string[], width: number): string[] {
  const indent = 2 + labelWidth + 1;
  const lines = paragraphs.flatMap((paragraph) => wrap(paragraph, Math.min(width, 100) - indent));
  return lines.map((line, index) => `  ${pad(index === 0 ? label : '', labelWidth)} ${line}`);
}
