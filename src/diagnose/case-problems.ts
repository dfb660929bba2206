import type * as z from 'zod';
import { signKeys } from '../model/sign.ts';
import { caseSchema } from './case-schema.ts';

/** What the schema says of a value, for a person. `key` is set when the complaint is about a key, not its value. */
export interface Complaint {
  readonly at: readonly (string | number)[];
  readonly key?: string;
  readonly message: string;
  readonly help: string;
}

type Issue = z.core.$ZodIssue;

/** The schema's issues as complaints: what was expected, what was found, what would help. */
export function problemsOf(issues: readonly Issue[], value: unknown): readonly Complaint[] {
  return issues.flatMap((issue) => complaintsOf(issue, [], value));
}

function complaintsOf(issue: Issue, prefix: readonly (string | number)[], root: unknown): readonly Complaint[] {
  const at = [...prefix, ...issue.path.filter((step) => typeof step !== 'symbol')];
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, 20).map((key) => unknownKey(key, at, keysKnownAt(at)));
  if (issue.code === 'invalid_union') return signComplaints(issue.errors, at, root);
  const found = valueAt(root, at);
  const key = at.at(-1);
  if (found === undefined && typeof key === 'string') return [{ at: at.slice(0, -1), message: `${key} is missing`, help: '' }];
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const near = typeof found === 'string' ? nearest(found, values) : null;
    return [{ at, message: `expected ${values.join(', ')}; found ${shown(found)}`, help: near === null ? '' : `did you mean ${near}?` }];
  }
  return [{ at, message: `expected ${expectation(issue)}, found ${shown(found)}`, help: '' }];
}

/** What the schema wants, in words. Its own messages ("a commit id, …") already say it where it has one. */
function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid')) return article(issue.expected);
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    const bound = issue.code === 'too_big' ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
    return bound + (issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' in the list' : '');
  }
  return issue.message;
}

/** A sign is a union on its key: the key says which member was meant, and only that member's complaints help. */
function signComplaints(branches: readonly (readonly Issue[])[], at: readonly (string | number)[], root: unknown): readonly Complaint[] {
  const given = valueAt(root, at);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return [
      { at, message: `expected a sign such as { grows: ip6_dst_cache }, found ${shown(given)}`, help: `signs: ${signKeys.join(', ')}` },
    ];
  }
  const keys = Object.keys(given);
  const meant = keys.filter((key) => (signKeys as readonly string[]).includes(key));
  const first = meant[0];
  if (first === undefined) {
    const key = keys[0];
    return key === undefined
      ? [{ at, message: 'expected a sign, found nothing', help: `signs: ${signKeys.join(', ')}` }]
      : [unknownKey(key, at, signKeys)];
  }
  const other = meant[1];
  if (other !== undefined)
    return [
      {
        at,
        key: other,
        message: `one sign each: ${first} and ${other} stand together`,
        help: 'write them as two signs; any: [ … ] where one of them is enough',
      },
    ];
  const branch = branches.find(
    (issues) => !issues.some((issue) => issue.code === 'unrecognized_keys' && issue.path.length === 0 && issue.keys.includes(first)),
  );
  const complaints = (branch ?? []).flatMap((issue) => complaintsOf(issue, at, root));
  return complaints.length > 0 ? complaints : [{ at, message: `not a sign: ${shown(given)}`, help: `signs: ${signKeys.join(', ')}` }];
}

function unknownKey(key: string, at: readonly (string | number)[], known: readonly string[]): Complaint {
  const close = nearest(key, known);
  const help = close !== null ? `did you mean ${close}?` : known.length > 0 ? `known here: ${known.join(', ')}` : '';
  return { at, key, message: `unknown key ${key}`, help };
}

/** The keys the schema has at a place, through lists and defaults; none inside a union, which knows its own. */
function keysKnownAt(at: readonly (string | number)[]): readonly string[] {
  let schema: z.core.$ZodType = caseSchema;
  for (const step of [...at, null]) {
    let def = (schema as z.core.$ZodTypes)._zod.def;
    while (def.type === 'default' || def.type === 'optional') def = (def.innerType as z.core.$ZodTypes)._zod.def;
    if (step === null) return def.type === 'object' ? Object.keys(def.shape) : [];
    const next: z.core.$ZodType | undefined = def.type === 'object' ? def.shape[step] : def.type === 'array' ? def.element : undefined;
    if (next === undefined) return [];
    schema = next;
  }
  return [];
}

function valueAt(root: unknown, at: readonly (string | number)[]): unknown {
  let value = root;
  for (const step of at) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function article(expected: string): string {
  if (expected === 'object') return 'keys and values';
  if (expected === 'array') return 'a list';
  if (expected === 'string') return 'text';
  return `a ${expected}`;
}

/** The known word nearest to a mistyped one, by edit distance: null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.slice(0, 40), candidate.slice(0, 40));
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
