/** Numbers as people read them: always with a unit, never with more digits than the measurement has. */

const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 1073741824 → "1.0 GiB"; below 1 KiB whole bytes. The sign is kept. */
export function bytes(value: number): string {
  const power = Math.min(binary.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10)));
  const scaled = value / 1024 ** power;
  return `${power === 0 ? Math.round(scaled) : scaled.toFixed(1)} ${binary[power]}`;
}

/** 131234 → "131,234". By hand: toLocaleString would load 8 MB of ICU into a program that is to be small. */
export function count(value: number): string {
  const digits = Math.abs(Math.round(value)).toFixed(0);
  const grouped = digits.length < 4 ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return Math.round(value) < 0 ? `-${grouped}` : grouped;
}

/** Three significant digits, no exponent: 131.23 → "131", 0.5021 → "0.502", 1234567 → "1,234,567". */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 100) return count(value);
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return value.toFixed(digits);
}

/** With its sign, a true minus included: "+131", "−0.5", "+0". */
export function signed(value: number, format: (value: number) => string = figure): string {
  return value < 0 ? `−${format(-value)}` : `+${format(value)}`;
}

/** Value and half-width to the same decimal: rate(131.23, 0.94) → "131.2 ± 0.9". */
export function plusMinus(value: number, half: number): string {
  if (!Number.isFinite(half)) return figure(value);
  const digits = half > 0 ? Math.min(4, Math.max(0, -Math.floor(Math.log10(half)))) : 1;
  return `${value.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

export interface DurationWords {
  readonly second: string;
  readonly minute: string;
  readonly hour: string;
  readonly day: string;
  readonly year: string;
}

export const englishDuration: DurationWords = { second: ' s', minute: ' min', hour: ' h', day: ' d', year: ' y' };
export const chineseDuration: DurationWords = { second: ' 秒', minute: ' 分', hour: ' 小时', day: ' 天', year: ' 年' };

/** The two largest units: 20400 → "5 h 40 min". */
export function duration(seconds: number, words: DurationWords = englishDuration): string {
  const units: readonly (readonly [number, string])[] = [
    [31_557_600, words.year],
    [86_400, words.day],
    [3600, words.hour],
    [60, words.minute],
    [1, words.second],
  ];
  if (seconds < 10) return `${figure(seconds)}${words.second}`;
  const at = units.findIndex(([size]) => seconds >= size);
  const [size, word] = units[at]!;
  const whole = Math.floor(seconds / size);
  const next = units[at + 1];
  const rest = next ? Math.round((seconds - whole * size) / next[0]) : 0;
  return next && rest > 0 && whole < 10 ? `${whole}${word} ${rest}${next[1]}` : `${whole}${word}`;
}

/** 4294967296 with page size 4096 and the like: the size of a page on x86-64 and (commonly) arm64. */
export const pageBytes = 4096;
