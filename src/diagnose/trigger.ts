import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import * as z from 'zod';
import type { Presence } from '../model/diagnosis.ts';
import { factIds, factSchemas, type FactId, type Facts } from '../model/facts.ts';

/**
 * The language of trigger conditions: CEL over the one variable `facts`, whose members are the facts of
 * `model/facts.ts`, all typed. Cut down to what a condition needs, because case files also come from strangers:
 * no `matches()` (a native regular expression, exponential in the worst case), no `has()` (it would take an
 * unavailable fact for a no), no `dyn()`, nothing that builds strings or lists larger than what it was given.
 */
const functions: ReadonlySet<string> = new Set([
  'all',
  'contains',
  'endsWith',
  'exists',
  'exists_one',
  'filter',
  'map',
  'size',
  'startsWith',
]);
const loops: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const limits = { maxAstNodes: 400, maxDepth: 24, maxListElements: 64, maxMapEntries: 1, maxCallArguments: 4 };
/** Loops inside loops; and steps of all loops together, which bounds the time by about a second. */
const maxNesting = 2;
const maxSteps = 2_000_000;
/** Longest list taken for one inside an element (a rule's expressions), whose length is not known beforehand. */
const innerList = 16;

export interface Expression {
  readonly text: string;
  readonly type: string;
  /** The facts it reads, sorted. */
  readonly facts: readonly FactId[];
}

/** An expression that is not in the language. `offset` counts from the start of its text. */
export class ExpressionError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
  }
}

/** What an expression gave: a value, or why there is none. */
export type Evaluated =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly why: 'unavailable'; readonly facts: readonly FactId[] }
  | { readonly ok: false; readonly why: 'failed'; readonly detail: string };

export interface TriggerLanguage {
  /** Type-checks without evaluating. @throws ExpressionError */
  check(text: string, wanted: 'condition' | 'texts'): Expression;
  /**
   * Evaluates over the facts that there are. An error inside an expression is absorbed by `||` next to a true
   * and by `&&` next to a false (CEL's own rule), so that what does not depend on a missing fact is decided.
   * @throws ExpressionError where `check` would
   */
  evaluate(text: string, facts: FactValues): Evaluated;
}

export type FactValues = Readonly<Partial<Record<FactId, unknown>>>;

/** The language, ready to check and evaluate. Building it takes about a millisecond: make one and pass it on. */
export function triggerLanguage(): TriggerLanguage {
  const environment = new Environment({ limits });
  const fields: Record<string, string> = {};
  for (const id of factIds) fields[id] = celType(factSchemas[id], id, environment);
  environment.registerType('Facts', { fields });
  environment.registerVariable('facts', 'Facts');

  const parse = (text: string) => {
    try {
      const parsed = environment.parse(text);
      const used = new Set<FactId>();
      inspect(parsed.ast, [], 0, used);
      const checked = parsed.check();
      if (!checked.valid) throw checked.error ?? new Error('does not type-check');
      return { parsed, type: checked.type ?? 'dyn', facts: [...used].toSorted() };
    } catch (error) {
      throw asExpressionError(error);
    }
  };
  return {
    check(text, wanted) {
      const { type, facts } = parse(text);
      const good = wanted === 'condition' ? type === 'bool' : type === 'string' || type === 'list<string>';
      if (!good) throw new ExpressionError(`is a ${type}; expected ${wanted === 'condition' ? 'bool' : 'string or list<string>'}`, 0);
      return { text, type, facts };
    },
    evaluate(text, values) {
      const { parsed, facts } = parse(text);
      const missing = facts.filter((id) => values[id] === undefined);
      if (steps(parsed.ast, values) > maxSteps) return { ok: false, why: 'failed', detail: `more than ${maxSteps} steps over these facts` };
      try {
        return { ok: true, value: parsed({ facts: values }) as unknown };
      } catch (error) {
        if (missing.length > 0) return { ok: false, why: 'unavailable', facts: missing };
        return { ok: false, why: 'failed', detail: asExpressionError(error).message };
      }
    },
  };
}

/** A condition's three values: an error, above all a missing fact that decides, is unknown. */
export function presenceOf(evaluated: Evaluated): Presence {
  if (!evaluated.ok || typeof evaluated.value !== 'boolean') return 'unknown';
  return evaluated.value ? 'present' : 'absent';
}

/** Facts as CEL takes them: whole numbers become BigInt, because CEL tells int from double. */
export function factValues(facts: Facts): FactValues {
  const values: Partial<Record<FactId, unknown>> = {};
  for (const id of factIds) if (facts[id] !== undefined) values[id] = toCel(factSchemas[id], facts[id]);
  return values;
}

type Definition = z.core.$ZodTypes['_zod']['def'];
const definition = (schema: z.core.$ZodType): Definition => (schema as z.core.$ZodTypes)._zod.def;

function celType(schema: z.core.$ZodType, path: string, environment: Environment): string {
  const def = definition(schema);
  if (def.type === 'string') return 'string';
  if (def.type === 'boolean') return 'bool';
  if (def.type === 'number') return isWhole(def) ? 'int' : 'double';
  if (def.type === 'array') return `list<${celType(def.element, path, environment)}>`;
  if (def.type === 'record') return `map<string, ${celType(def.valueType, path, environment)}>`;
  if (def.type !== 'object') throw new TypeError(`facts.${path}: no CEL type for a ${def.type}`);
  const fields = Object.entries(def.shape).map(([key, member]) => [key, celType(member, `${path}_${key}`, environment)]);
  environment.registerType(`Fact_${path}`, { fields: Object.fromEntries(fields) as Record<string, string> });
  return `Fact_${path}`;
}

function toCel(schema: z.core.$ZodType, value: unknown): unknown {
  const def = definition(schema);
  if (def.type === 'number') return isWhole(def) ? BigInt(value as number) : value;
  if (def.type === 'array') return (value as readonly unknown[]).map((element) => toCel(def.element, element));
  if (def.type === 'record') return new Map(Object.entries(value as object).map(([key, member]) => [key, toCel(def.valueType, member)]));
  if (def.type !== 'object') return value;
  const given = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(def.shape).map(([key, member]) => [key, toCel(member, given[key])]));
}

/** z.int() has a format of its own. */
function isWhole(def: object): boolean {
  return 'format' in def;
}

/** Children of a node in any of its shapes. */
function children(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const visit = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(visit);
    else if (isNode(part)) found.push(part);
  };
  visit(node.args);
  return found;
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}

/** Operators that build or compute what no condition needs. */
const refused: ReadonlySet<string> = new Set(['map', '*', '/', '%', '.?', '[?]']);

/** Refuses what is not in the language and notes the facts that are read. `scope` holds the loop variables. */
function inspect(node: ASTNode, scope: readonly string[], nesting: number, used: Set<FactId>): void {
  if (node.op === 'id') {
    if (scope.includes(node.args)) return;
    const hint = node.args === 'facts' ? 'facts is not a value by itself: name a member, facts.policyRules6' : `unknown name ${node.args}`;
    throw new ExpressionError(hint, node.start);
  }
  if (node.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'facts') {
    used.add(knownFact(node.args[1], node.start));
    return;
  }
  if (node.op === 'call' || node.op === 'rcall') {
    const called = node.args[0];
    if (!functions.has(called)) throw new ExpressionError(`${called}() may not be used; ${[...functions].join(', ')} may`, node.start);
    if (node.op === 'rcall' && loops.has(called)) return inspectLoop(node, scope, nesting, used);
  }
  if (refused.has(node.op)) throw new ExpressionError(`${node.op === 'map' ? 'a map' : node.op} may not be used`, node.start);
  for (const child of children(node)) inspect(child, scope, nesting, used);
}

function inspectLoop(node: Extract<ASTNode, { op: 'rcall' }>, scope: readonly string[], nesting: number, used: Set<FactId>): void {
  const [called, receiver, [variable, ...bodies]] = node.args;
  inspect(receiver, scope, nesting, used);
  if (variable === undefined || variable.op !== 'id')
    throw new ExpressionError(`${called}(variable, …) needs a variable's name`, node.start);
  if (variable.args === 'facts') throw new ExpressionError('a variable may not be called facts', variable.start);
  if (nesting >= maxNesting) throw new ExpressionError(`loops may be nested ${maxNesting} deep`, node.start);
  for (const body of bodies) inspect(body, [...scope, variable.args], nesting + 1, used);
}

function knownFact(given: string, offset: number): FactId {
  if (Object.hasOwn(factSchemas, given)) return given as FactId;
  throw new ExpressionError(`there is no fact ${given}; facts are ${factIds.join(', ')}`, offset);
}

/** Upper estimate of loop steps over these facts. */
function steps(node: ASTNode, values: FactValues): number {
  const inner = children(node).reduce((sum, child) => sum + steps(child, values), 1);
  if (node.op !== 'rcall' || !loops.has(node.args[0])) return inner;
  return inner * Math.max(1, longest(node.args[1], values));
}

function longest(receiver: ASTNode, values: FactValues): number {
  if (receiver.op === 'rcall') return longest(receiver.args[1], values);
  if (receiver.op === '.' && receiver.args[0].op === 'id' && receiver.args[0].args === 'facts') {
    const list = values[receiver.args[1] as FactId];
    return Array.isArray(list) ? list.length : innerList;
  }
  return innerList;
}

function asExpressionError(error: unknown): ExpressionError {
  if (error instanceof ExpressionError) return error;
  if (!(error instanceof Error)) throw error;
  const cel = error as Error & { readonly summary?: string; readonly range?: { readonly start: number } };
  return new ExpressionError(cel.summary ?? cel.message, cel.range?.start ?? 0);
}
