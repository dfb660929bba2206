import { Malformed } from '../model/reading.ts';

/**
 * Reading /proc text by hand, without regular expressions or arrays of pieces: a sample must cost less than
 * the reading of the file itself. Every function moves the cursor on or throws `Malformed`.
 */
export interface Cursor {
  readonly text: string;
  at: number;
  /** 1-based */
  line: number;
}

const newline = 10;
const space = 32;
const tab = 9;

export function cursor(text: string): Cursor {
  return { text, at: 0, line: 1 };
}

export function more(c: Cursor): boolean {
  return c.at < c.text.length;
}

export function skipBlanks(c: Cursor): void {
  const { text } = c;
  let at = c.at;
  for (let code = text.charCodeAt(at); code === space || code === tab; code = text.charCodeAt(at)) at++;
  c.at = at;
}

export function atLineEnd(c: Cursor): boolean {
  skipBlanks(c);
  return c.at >= c.text.length || c.text.charCodeAt(c.at) === newline;
}

/** To the start of the next line, whatever is left on this one: kernels add columns at the end. */
export function nextLine(c: Cursor): void {
  const end = c.text.indexOf('\n', c.at);
  c.at = end < 0 ? c.text.length : end + 1;
  c.line++;
}

/** What is left of the line, for an error or a name with blanks. */
export function restOfLine(c: Cursor): string {
  const end = c.text.indexOf('\n', c.at);
  return c.text.slice(c.at, end < 0 ? c.text.length : end);
}

export function malformed(c: Cursor, expected: string): Malformed {
  return new Malformed(c.line, expected, restOfLine(c));
}

/** A decimal integer, blanks before it skipped. A u64 above 2⁵³ loses its last digits. */
export function integer(c: Cursor, expected: string): number {
  skipBlanks(c);
  const { text } = c;
  let at = c.at;
  const negative = text.charCodeAt(at) === 45;
  if (negative) at++;
  const start = at;
  let value = 0;
  for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(at) - 48) {
    value = value * 10 + digit;
    at++;
  }
  if (at === start || at - start > 20) throw malformed(c, expected);
  c.at = at;
  return negative ? -value : value;
}

/** A hexadecimal integer without 0x, as in /proc/net/stat and softnet_stat. */
export function hexadecimal(c: Cursor, expected: string): number {
  skipBlanks(c);
  const { text } = c;
  const start = c.at;
  let at = start;
  let value = 0;
  for (;;) {
    const code = text.charCodeAt(at);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : code >= 65 && code <= 70 ? code - 55 : -1;
    if (digit < 0) break;
    value = value * 16 + digit;
    at++;
  }
  if (at === start || at - start > 16) throw malformed(c, expected);
  c.at = at;
  return value;
}

/** End of the word that begins here: the next blank, line end or `stop` character. */
export function wordEnd(c: Cursor, stop = -1): number {
  const { text } = c;
  let at = c.at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === space || code === tab || code === newline || code === stop || code !== code) return at;
    at++;
  }
}

/** A word, blanks before it skipped. */
export function word(c: Cursor, expected: string): string {
  skipBlanks(c);
  const end = wordEnd(c);
  if (end === c.at) throw malformed(c, expected);
  const found = c.text.slice(c.at, end);
  c.at = end;
  return found;
}

/** Moves past `expected`, blanks before it skipped. */
export function literal(c: Cursor, expected: string): void {
  skipBlanks(c);
  if (!c.text.startsWith(expected, c.at)) throw malformed(c, JSON.stringify(expected));
  c.at += expected.length;
}

/**
 * Collects the names of rows, and gives back the previous array as long as the same rows come in the same
 * order: no string is made for a row that was there before.
 */
export interface NameCollector {
  readonly like: readonly string[];
  own: string[] | null;
  count: number;
}

export function collectNames(like: readonly string[] = []): NameCollector {
  return { like, own: null, count: 0 };
}

/** The name text[start, end) as the next row's. */
export function addName(names: NameCollector, text: string, start: number, end: number): void {
  if (names.own === null) {
    const expected = names.like[names.count];
    if (expected !== undefined && expected.length === end - start && text.startsWith(expected, start)) {
      names.count++;
      return;
    }
    names.own = names.like.slice(0, names.count);
  }
  names.own.push(text.slice(start, end));
  names.count++;
}

/** The name `text[start, middle) text[from, end)`, two words of the line joined by a blank, as the next row's. */
export function addPair(names: NameCollector, text: string, start: number, middle: number, from: number, end: number): void {
  const expected = names.own === null ? names.like[names.count] : undefined;
  if (expected !== undefined && expected.length === middle - start + 1 + end - from && samePair(expected, text, start, middle, from)) {
    names.count++;
    return;
  }
  const name = `${text.slice(start, middle)} ${text.slice(from, end)}`;
  addName(names, name, 0, name.length);
}

function samePair(expected: string, text: string, start: number, middle: number, from: number): boolean {
  const first = middle - start;
  for (let at = 0; at < expected.length; at++) {
    const code = at < first ? text.charCodeAt(start + at) : at === first ? space : text.charCodeAt(from + at - first - 1);
    if (expected.charCodeAt(at) !== code) return false;
  }
  return true;
}

export function namesOf(names: NameCollector): readonly string[] {
  if (names.own !== null) return names.own;
  return names.count === names.like.length ? names.like : names.like.slice(0, names.count);
}

/** The values of a fixed list of fields, each read in turn. */
export function eachOf(names: readonly string[], read: (name: string) => number): Float64Array {
  const values = new Float64Array(names.length);
  for (let at = 0; at < names.length; at++) values[at] = read(names[at]!);
  return values;
}
