/**
 * `bpftrace -f json`: an object a line (src/output/json.cpp). A map's dump is one line, of a hundred megabytes when a
 * million objects live, so its entries are handed over one by one as they come:
 *
 *     {"type": "map", "data": {"@live": {"0xffff…": [13365317602214,77,"sh","\n  f+1\n"], …}}}
 *     {"type": "map", "data": {"@live": [{"key": …, "value": …}, …]}}
 *     {"type": "printf", "data": "…\n"}
 *
 * Numbers above 2^53 are texts since v0.24.
 */
import { type Chunks, type Malformations, malformed } from './lines.ts';

export interface JsonMaps {
  /** An entry of a map; of a map without keys its value under the key ''. */
  readonly entry: (map: string, key: string, value: unknown) => void;
  /** What a program printed. */
  readonly printed?: (text: string) => void;
  /** A line of another type: `attached_probes`, `lost_events`, … */
  readonly other?: (type: string) => void;
}

const [NEWLINE, QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [10, 34, 92, 44, 123, 125, 91, 93];
/** An entry longer than this is none: it is skipped to the line's end, so that memory stays bounded. */
const LONGEST = 1 << 20;

/** Where the reader is: outside, in a line's object, in its `data`, in a map. Deeper levels belong to an entry. */
type Level = 0 | 1 | 2 | 3;

/** @throws nothing: what is not understood is counted in `bad` */
export async function readJsonMaps(chunks: Chunks, { entry, printed, other }: JsonMaps, bad: Malformations): Promise<void> {
  let line = 1;
  let level: Level = 0;
  let deeper = 0;
  let inText = false;
  let escaped = false;
  let skipping = false;
  let type: string | undefined;
  let map = '';

  const wrong = (found: string) => {
    malformed(bad, line, 'a JSON object with a type', found);
    skipping = true;
  };
  const reset = () => {
    [level, deeper, inText, escaped, skipping, type] = [0, 0, false, false, false, undefined];
  };
  /** What stands between two commas at the level. */
  const item = (text: string) => {
    if (text.trim() === '') return;
    const inList = level === 3 && text.trimStart().startsWith('{');
    const parsed = parse(inList ? text : `{${text}}`);
    if (parsed === undefined) {
      wrong(text);
      return;
    }
    if (inList) {
      if (type === 'map' && 'key' in parsed) entry(map, textOf(parsed['key']), parsed['value']);
      return;
    }
    for (const [key, value] of Object.entries(parsed)) {
      if (level === 1 && key === 'type' && typeof value === 'string') type = value;
      else if (level === 1 && key === 'data' && type === 'printf' && typeof value === 'string') printed?.(value);
      else if (level === 2 && type === 'map') entry(key, '', value);
      else if (level === 3 && type === 'map') entry(map, key, value);
    }
  };
  const endOfLine = (text: string) => {
    if (!skipping) {
      if (level > 0 || text.trim() !== '') wrong(text);
      else if (type !== undefined && type !== 'map' && type !== 'printf') other?.(type);
    }
    reset();
    line++;
  };
  /** Whether the object that opens here is a level of its own; `name` is what stands before it. */
  const enters = (name: string): boolean => {
    if (level === 0) return name.trim() === '';
    const key = /^\s*("(?:[^"\\]|\\.)*")\s*:\s*$/.exec(name)?.[1];
    const called = key === undefined ? undefined : parse(`{"name":${key}}`)?.['name'];
    if (level === 1) return called === 'data';
    if (level === 2 && typeof called === 'string') map = called;
    return level === 2 && called !== undefined;
  };

  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let at = rest.length; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) {
        endOfLine(bytes.toString('utf8', start, at));
        start = at + 1;
      } else if (skipping) continue;
      else if (inText) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inText = false;
      } else if (byte === QUOTE) inText = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (deeper === 0 && level < 3 && enters(bytes.toString('utf8', start, at))) {
          level++;
          start = at + 1;
        } else deeper++;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        if (deeper > 0) deeper--;
        else if (level === 0) wrong(bytes.toString('utf8', start, at + 1));
        else {
          item(bytes.toString('utf8', start, at));
          if (level === 1 && type === undefined) wrong(bytes.toString('utf8', start, at));
          level--;
          start = at + 1;
        }
      } else if (byte === COMMA && deeper === 0 && level > 0) {
        item(bytes.toString('utf8', start, at));
        start = at + 1;
      }
    }
    if (skipping) start = bytes.length;
    else if (bytes.length - start > LONGEST) {
      wrong(bytes.toString('utf8', start, start + 80));
      start = bytes.length;
    }
    rest = Buffer.from(bytes.subarray(start));
  }
  endOfLine(rest.toString('utf8'));
}

/** An object, or undefined: the text is none. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : Array.isArray(key) ? key.map(String).join(',') : String(key);
}
