/** What was pressed, from the bytes a terminal sends: ECMA-48 and xterm's control sequences, UTF-8 for the rest. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'named';
      readonly name:
        | 'up'
        | 'down'
        | 'left'
        | 'right'
        | 'home'
        | 'end'
        | 'page-up'
        | 'page-down'
        | 'enter'
        | 'escape'
        | 'backspace'
        | 'interrupt'
        | 'suspend'
        | 'redraw'
        | 'end-of-input';
    };

type Name = Extract<Key, { kind: 'named' }>['name'];

const controls: Readonly<Record<string, Name>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'interrupt',
  '\u0004': 'end-of-input',
  '\u000c': 'redraw',
  '\u001a': 'suspend',
};

/** The end of a sequence, in its CSI (or SS3) form: letter, or number with ~. */
const sequences: Readonly<Record<string, Name>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '4~': 'end',
  '7~': 'home',
  '8~': 'end',
  '5~': 'page-up',
  '6~': 'page-down',
};

export interface Keys {
  readonly keys: readonly Key[];
  /** The beginning of a sequence whose rest has not come: over a slow line it may. */
  readonly rest: string;
}

/** Never throws: sequences that are not known are skipped whole. */
export function parseKeys(text: string): Keys {
  const keys: Key[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    if (character !== '\u001b') {
      const whole = String.fromCodePoint(text.codePointAt(at)!);
      const name = Object.hasOwn(controls, character) ? controls[character] : undefined;
      if (name !== undefined) keys.push({ kind: 'named', name });
      else if (whole >= ' ') keys.push({ kind: 'text', text: whole });
      at += whole.length;
      continue;
    }
    const next = text[at + 1];
    if (next === undefined) return { keys, rest: text.slice(at) };
    if (next !== '[' && next !== 'O') {
      keys.push({ kind: 'named', name: 'escape' });
      at += 1;
      continue;
    }
    let end = at + 2;
    while (end < text.length && text[end]! >= ' ' && text[end]! <= '?') end++;
    if (end >= text.length) return { keys, rest: text.slice(at) };
    const name = nameOf(text.slice(at + 2, end), text[end]!);
    if (name !== undefined) keys.push({ kind: 'named', name });
    at = end + 1;
  }
  return { keys, rest: '' };
}

/** Modifiers (`1;5A`) are ignored. */
function nameOf(parameters: string, final: string): Name | undefined {
  const id = final === '~' ? `${parameters.split(';')[0]}~` : final;
  return Object.hasOwn(sequences, id) ? sequences[id] : undefined;
}
