/** A series in a line, or in a few. */

const eighths = ' ▁▂▃▄▅▆▇█';
/** For the console, whose font has no eighths. */
const plain = ' ._-=+*%#';

/** Values for `columns` columns: the last of each stretch, the newest at the right; null where nothing was known. */
function resample(values: readonly (number | null)[], columns: number): readonly (number | null)[] {
  if (values.length <= columns) return [...Array.from({ length: columns - values.length }, () => null), ...values];
  return Array.from({ length: columns }, (_, column) => values[Math.ceil(((column + 1) * values.length) / columns) - 1] ?? null);
}

/**
 * @param rows lines it is drawn on, the top one first
 * @param least a range below which all is flat: the step of the counter, so that noise does not look like a mountain
 */
export function spark(values: readonly (number | null)[], columns: number, rows: number, least: number, ascii: boolean): readonly string[] {
  const shown = resample(values, columns);
  const known = shown.filter((value) => value !== null);
  const low = Math.min(...known);
  const range = Math.max(Math.max(...known) - low, least);
  const glyphs = ascii ? plain : eighths;
  const heights = shown.map((value) => (value === null ? 0 : 1 + Math.round(((value - low) / range) * (rows * 8 - 1))));
  return Array.from({ length: rows }, (_, row) =>
    heights.map((height) => glyphs[Math.max(0, Math.min(8, height - (rows - 1 - row) * 8))]).join(''),
  );
}
