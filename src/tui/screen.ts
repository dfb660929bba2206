/** Lines onto a terminal: only those that changed, all in one write, so that nothing flickers and little goes over a slow line. */

/** Alternate screen, no cursor, no wrapping at the last column. */
export const enterScreen = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
/** What a terminal without an alternate screen needs before: else the shell would go on in the midst of the view. */
export const clearScreen = '\u001b[0m\u001b[H\u001b[2J';
/** The way back, in the other order; harmless where it was never entered. */
export const leaveScreen = '\u001b[0m\u001b[?2026l\u001b[?7h\u001b[?25h\u001b[?1049l';

/** A terminal that knows synchronised output shows all or nothing of what is between; others skip the two. */
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

/**
 * What must be written to turn the one into the other; empty when nothing changed. Each line is cleared before it is written:
 * clearing after would take the last column with it, where a line fills the width.
 * @param before what the terminal shows; null: nothing is known of it, all is drawn
 */
export function changes(before: readonly string[] | null, after: readonly string[]): string {
  let out = before === null ? '\u001b[2J' : '';
  const rows = Math.max(before?.length ?? 0, after.length);
  for (let row = 0; row < rows; row++) {
    const line = after[row] ?? '';
    if (line === (before?.[row] ?? '')) continue;
    out += `\u001b[${row + 1};1H\u001b[K${line}`;
  }
  return out === '' ? '' : begin + out + end;
}
