/** Many long rows of numbers as colours, at every zoom: each level halves the one below it, so that a frame costs its pixels only. */

export interface Pyramid {
  readonly rows: number;
  /** unix seconds, ascending */
  readonly times: Float64Array;
  /** Level k holds, row by row, the mean colour of 2^k moments; 128 is "as at the start". */
  readonly levels: readonly { readonly columns: number; readonly cells: Uint8Array }[];
  /** Bytes that the ends of the scale stand for. */
  readonly most: number;
}

/** A page: what changes by less is shown as no change. */
const least = 4096;

/** A change as a place on a signed logarithmic scale: 0 … 255, 128 in the middle. */
export function shade(change: number, most: number): number {
  if (Math.abs(change) < least || most <= 0) return 128;
  const size = Math.log1p(Math.abs(change) / least) / Math.log1p(most / least);
  return 128 + Math.round(Math.sign(change) * Math.min(1, size) * 127);
}

/** @param rows values of each row at `times`; NaN where nothing is known. Changes are counted from each row's first value. */
export function pyramidOf(times: Float64Array, rows: readonly Float64Array[]): Pyramid {
  const columns = times.length;
  const bases = rows.map((values) => values.find((value) => !Number.isNaN(value)) ?? 0);
  let most = least;
  for (const [row, values] of rows.entries())
    for (const value of values) if (Math.abs(value - bases[row]!) > most) most = Math.abs(value - bases[row]!);
  const cells = new Uint8Array(columns * rows.length);
  for (const [row, values] of rows.entries())
    for (let column = 0; column < columns; column++) {
      const change = values[column]! - bases[row]!;
      cells[row * columns + column] = Number.isNaN(change) ? 128 : shade(change, most);
    }
  const levels: { columns: number; cells: Uint8Array }[] = [{ columns, cells }];
  for (let level = levels[0]!; level.columns > 1; ) {
    level = halved(level, rows.length);
    levels.push(level);
  }
  return { rows: rows.length, times, levels, most };
}

function halved(level: Pyramid['levels'][number], rows: number): { columns: number; cells: Uint8Array } {
  const columns = Math.ceil(level.columns / 2);
  const cells = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const left = level.cells[row * level.columns + 2 * column]!;
      const right = 2 * column + 1 < level.columns ? level.cells[row * level.columns + 2 * column + 1]! : left;
      cells[row * columns + column] = (left + right + 1) >> 1;
    }
  return { columns, cells };
}

/** The last moment not after `time`. */
export function momentAt(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle]! <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Paints the span of time [from, to] into pixels, a line of pixels a row.
 * @param palette 256 colours as ABGR words; @param order which row stands in which line
 */
export function paint(
  pyramid: Pyramid,
  [from, to]: readonly [number, number],
  order: ArrayLike<number>,
  palette: Uint32Array,
  pixels: Uint32Array,
  width: number,
): void {
  const { times, levels } = pyramid;
  const moments = new Int32Array(width);
  for (let x = 0; x < width; x++) moments[x] = momentAt(times, from + ((x + 0.5) / width) * (to - from));
  const perPixel = Math.max(1, (moments[width - 1]! - moments[0]!) / width);
  const k = Math.min(levels.length - 1, Math.floor(Math.log2(perPixel)));
  const { columns, cells } = levels[k]!;
  for (let line = 0; line < order.length; line++) {
    const base = order[line]! * columns;
    const at = line * width;
    for (let x = 0; x < width; x++) pixels[at + x] = palette[cells[base + (moments[x]! >> k)]!]!;
  }
}
