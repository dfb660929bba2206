import { Meaningless } from '../damage.ts';

/** A type as written: `struct net`, `unsigned long`, `u8`, with `*`s. */
export interface TypeText {
  readonly words: string;
  readonly stars: number;
}

/**
 * What `kmai touch read` takes, C's expressions without calls and arithmetic but + and −:
 *
 *     sum     = unary { ("+" | "-") unary }
 *     unary   = ("*" | "&") unary | "(" type ")" unary | postfix
 *     postfix = primary { "." name | "->" name | "[" sum "]" }
 *     primary = name | number | "(" sum ")" | "per_cpu" "(" sum "," number ")"
 */
export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string; readonly arrow: boolean }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly kind: 'dereference' | 'address'; readonly of: Expression }
  | { readonly kind: 'cast'; readonly to: TypeText; readonly of: Expression }
  | { readonly kind: 'sum'; readonly left: Expression; readonly right: Expression; readonly negative: boolean }
  | { readonly kind: 'perCpu'; readonly of: Expression; readonly cpu: number };

const token = /\s*(?:(0[xX][0-9a-fA-F]+|\d+)|([A-Za-z_][A-Za-z0-9_]*)|(->|[.()[\]*&+,-]))/y;
const typeWords = new Set([
  'struct',
  'union',
  'enum',
  'const',
  'volatile',
  'unsigned',
  'signed',
  'long',
  'short',
  'int',
  'char',
  'void',
  '_Bool',
]);
/** An expression nested deeper than this was not written by a person. */
const deepest = 64;

function tokenize(text: string): readonly string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Meaningless('expected_anything', { found: shortened(text.slice(at)) });
    tokens.push(match[1] ?? match[2] ?? match[3]!);
  }
  return tokens;
}

const shortened = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);
const isName = (text: string | undefined): text is string => text !== undefined && /^[A-Za-z_]/.test(text);
const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d/.test(text);

/** @throws Meaningless where the text is no expression */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let at = 0;
  let depth = 0;

  const rest = (): string => shortened(tokens.slice(at).join(' '));

  function expect(wanted: string): void {
    if (tokens[at] !== wanted) throw new Meaningless('expected_sign', { sign: wanted, found: rest() });
    at++;
  }
  function name(): string {
    const found = tokens[at];
    if (!isName(found)) throw new Meaningless('expected_name', { found: rest() });
    at++;
    return found;
  }

  /** The type between "(" here and its ")"; undefined where what stands there is an expression. */
  function cast(): TypeText | undefined {
    let end = at + 1;
    const words: string[] = [];
    while (isName(tokens[end])) words.push(tokens[end++]!);
    let stars = 0;
    while (tokens[end] === '*') {
      stars++;
      end++;
    }
    if (words.length === 0 || tokens[end] !== ')') return undefined;
    const next = tokens[end + 1];
    const applied = isName(next) || isNumber(next) || next === '(' || next === '*' || next === '&';
    if (!(typeWords.has(words[0]!) || stars > 0 || (applied && words.length === 1))) return undefined;
    at = end + 1;
    return { words: words.filter((word) => word !== 'const' && word !== 'volatile').join(' '), stars };
  }

  function unary(): Expression {
    if (++depth > deepest) throw new Meaningless('too_deep', { deepest });
    try {
      const head = tokens[at];
      if (head === '*' || head === '&') {
        at++;
        return { kind: head === '*' ? 'dereference' : 'address', of: unary() };
      }
      const to = head === '(' ? cast() : undefined;
      return to === undefined ? postfix() : { kind: 'cast', to, of: unary() };
    } finally {
      depth--;
    }
  }

  function postfix(): Expression {
    let value = primary();
    for (;;) {
      const head = tokens[at];
      if (head === '.' || head === '->') {
        at++;
        value = { kind: 'member', of: value, name: name(), arrow: head === '->' };
      } else if (head === '[') {
        at++;
        value = { kind: 'index', of: value, at: sum() };
        expect(']');
      } else return value;
    }
  }

  function primary(): Expression {
    const head = tokens[at];
    if (head === '(') {
      at++;
      const inside = sum();
      expect(')');
      return inside;
    }
    if (isNumber(head)) {
      at++;
      return { kind: 'number', value: BigInt(head) };
    }
    const found = name();
    if (found !== 'per_cpu' || tokens[at] !== '(') return { kind: 'name', name: found };
    at++;
    const of = sum();
    expect(',');
    const cpu = tokens[at++];
    if (!isNumber(cpu)) throw new Meaningless('expected_cpu', { found: cpu ?? '' });
    expect(')');
    return { kind: 'perCpu', of, cpu: Number(cpu) };
  }

  function sum(): Expression {
    let left = unary();
    while (tokens[at] === '+' || tokens[at] === '-') {
      const negative = tokens[at++] === '-';
      left = { kind: 'sum', left, right: unary(), negative };
    }
    return left;
  }

  const whole = sum();
  if (at < tokens.length) throw new Meaningless('expected_end', { found: rest() });
  return whole;
}
