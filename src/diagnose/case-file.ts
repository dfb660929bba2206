import { isAlias, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import type { Case } from '../model/case.ts';
import { caseSchema } from './case-schema.ts';
import { problemsOf, type Complaint } from './case-problems.ts';
import { ExpressionError, type TriggerLanguage } from './trigger.ts';

/** What is wrong in a case file: where, what was expected, what would help. Lines and columns count from 1. */
export interface CaseProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The place in the document: "signs.require[0].grows"; empty for the whole. */
  readonly at: string;
  readonly message: string;
  /** Empty where there is nothing to add. */
  readonly help: string;
}

export interface CaseText {
  readonly path: string;
  readonly text: string;
}

export type ParsedCase = { readonly ok: true; readonly case: Case } | { readonly ok: false; readonly problems: readonly CaseProblem[] };

/** A case with everything in it is 10 KB; eight times that is not a case any more. */
const maxBytes = 80_000;
/** A case is 6 deep. */
const maxDepth = 16;
const maxProblems = 20;

/** One case from its file's text: YAML, schema, then the types of its trigger conditions. Pure; never throws on bad text. */
export function parseCase(file: CaseText, language: TriggerLanguage): ParsedCase {
  const whole = (line: number, column: number, message: string, help: string): ParsedCase => ({
    ok: false,
    problems: [{ path: file.path, line, column, at: '', message, help }],
  });
  if (file.text.length > maxBytes)
    return whole(1, 1, `the file has ${file.text.length} characters; at most ${maxBytes} are read`, 'split it into several cases');
  const deep = depthExceeded(file.text);
  if (deep !== null) return whole(deep.line, deep.column, `nested deeper than ${maxDepth}`, 'a case is at most 6 deep');

  const counter = new LineCounter();
  const document = parseDocument(file.text, {
    lineCounter: counter,
    prettyErrors: false,
    // checked below: the parser compares each key with each other one
    uniqueKeys: false,
    stringKeys: true,
    logLevel: 'error',
    resolveKnownTags: false,
  });
  const place = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const problems = faults.slice(0, maxProblems).map((fault) => ({
      path: file.path,
      ...place(fault.pos[0]),
      at: '',
      message: `not YAML: ${fault.message}`,
      help: yamlHelp(fault.code),
    }));
    return { ok: false, problems };
  }
  const shared = firstShared(document);
  if (shared !== null)
    return whole(...lineColumn(place(shared.range?.[0] ?? 0)), 'anchors, aliases and tags may not be used', 'write the value out');

  const twice = firstRepeatedKey(document);
  if (twice !== null) return whole(...lineColumn(place(twice.offset)), `the key ${twice.key} is given twice`, 'remove one of the two');

  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const parsed = caseSchema.safeParse(value, { reportInput: true });
  const complaints = parsed.success ? expressionComplaints(parsed.data, language) : problemsOf(parsed.error.issues, value);
  if (parsed.success && complaints.length === 0) return { ok: true, case: parsed.data };
  const problems = complaints.slice(0, maxProblems).map((complaint) => ({
    path: file.path,
    ...place(offsetOf(document, complaint)),
    at: dotted(complaint.at),
    message: complaint.message,
    help: complaint.help,
  }));
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function expressionComplaints(parsed: Case, language: TriggerLanguage): readonly Complaint[] {
  const complaints: Complaint[] = [];
  const check = (text: string, wanted: 'condition' | 'texts', at: readonly (string | number)[]) => {
    try {
      const { facts } = language.check(text, wanted);
      if (facts.length === 0)
        complaints.push({ at, message: 'reads no fact', help: 'a condition is about this host: facts.policyRules6.exists(r, …)' });
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const column =
        error.offset > 0 ? ` (at character ${error.offset + 1}: ${JSON.stringify(text.slice(error.offset, error.offset + 30))})` : '';
      complaints.push({ at, message: `${error.message}${column}`, help: 'CEL over facts: docs/casebook.md, "Triggers"' });
    }
  };
  parsed.triggers.forEach((trigger, index) => {
    check(trigger.when, 'condition', ['triggers', index, 'when']);
    trigger.found.forEach((text, nth) => check(text, 'texts', ['triggers', index, 'found', nth]));
  });
  return complaints.concat(
    repeated(parsed.triggers, 'triggers'),
    repeated(parsed.remedies, 'remedies'),
    repeated(parsed.challenge?.arms ?? [], 'challenge', 'arms'),
  );
}

function repeated(given: readonly { readonly id: string }[], ...at: readonly string[]): readonly Complaint[] {
  return given.flatMap(({ id }, index) =>
    given.findIndex((other) => other.id === id) === index
      ? []
      : [{ at: [...at, index, 'id'], message: `the id ${id} is given twice`, help: 'give it another' }],
  );
}

/** The offset of what a complaint is about: a key for an unknown key, else the value, else its nearest parent. */
function offsetOf(document: Document, complaint: Complaint): number {
  let node: unknown = document.contents;
  for (const step of complaint.at) {
    if (!isCollection(node)) break;
    const next: unknown = node.get(step, true);
    if (!isNode(next)) break;
    node = next;
  }
  if (complaint.key !== undefined && isMap(node)) {
    const key = node.items.find((pair) => isScalar(pair.key) && pair.key.value === complaint.key)?.key;
    if (isNode(key)) return key.range?.[0] ?? 0;
  }
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function firstShared(document: Document): Node | null {
  let found: Node | null = null;
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node) && !('anchor' in node && node.anchor) && !node.tag) return undefined;
      found = node;
      return visit.BREAK;
    },
  });
  return found;
}

function firstRepeatedKey(document: Document): { readonly key: string; readonly offset: number } | null {
  let found: { readonly key: string; readonly offset: number } | null = null;
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) found ??= { key: String(key.value), offset: key.range?.[0] ?? 0 };
        seen.add(key.value);
      }
      return found === null ? undefined : visit.BREAK;
    },
  });
  return found;
}

/**
 * Where brackets or indentation first pass the limit. The YAML parser recurses, so depth is bounded before it
 * runs. Brackets inside quoted text count too: no case has sixteen of them open at once.
 */
function depthExceeded(text: string): { readonly line: number; readonly column: number } | null {
  let line = 1;
  for (const row of text.split('\n')) {
    // "- - - -" nests without indentation
    const lead = /^[ \-?:]*/.exec(row)?.[0] ?? '';
    if (lead.length > maxDepth * 4 || lead.replaceAll(' ', '').length > maxDepth) return { line, column: lead.length };
    line += 1;
  }
  let depth = 0;
  line = 1;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') [line, start] = [line + 1, at + 1];
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth = Math.max(0, depth - 1);
    if (depth > maxDepth) return { line, column: at - start + 1 };
  }
  return null;
}

function yamlHelp(code: string): string {
  if (code === 'MULTIPLE_DOCS') return 'one case a file';
  if (code === 'TAB_AS_INDENT') return 'indent with spaces';
  return '';
}

const lineColumn = ({ line, column }: { readonly line: number; readonly column: number }) => [line, column] as const;

function dotted(at: readonly (string | number)[]): string {
  return at.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}
