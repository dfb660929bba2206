/** Text in columns, as a terminal counts them. */
import stringWidth from 'string-width';

/** ASCII and the figures this view draws with: one column each. Told apart by a table they would cost 15 µs a string. */
const single = /^[\u0020-\u007e\u2500-\u259f·±−…▲▼→↑↓×]*$/;

export function widthOf(text: string): number {
  return single.test(text) ? text.length : stringWidth(text);
}

/** At most so many columns; what does not fit ends with an ellipsis. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  if (single.test(text)) return `${text.slice(0, columns - 1)}…`;
  let kept = '';
  let used = 0;
  for (const character of text) {
    const size = stringWidth(character);
    if (used + size > columns - 1) break;
    kept += character;
    used += size;
  }
  return `${kept}…`;
}

/** Exactly so many columns, the text at the left. */
export function left(text: string, columns: number): string {
  const fitting = clip(text, columns);
  return fitting + ' '.repeat(Math.max(0, columns - widthOf(fitting)));
}

/** Exactly so many columns, the text at the right. */
export function right(text: string, columns: number): string {
  const fitting = clip(text, columns);
  return ' '.repeat(Math.max(0, columns - widthOf(fitting))) + fitting;
}
