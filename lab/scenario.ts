import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { syndromes } from '../src/model/diagnosis.ts';
import { seriesNames } from './packages.ts';
import { scenariosFolder } from './paths.ts';

const range = z.tuple([z.number(), z.number()]).refine(([low, high]) => low <= high, 'the first number is the lower one');
const oneOrMore = <T extends z.ZodType>(of: T) => z.union([of.transform((one) => [one]), z.array(of).min(1)]);

/** What one finding must say. What is left out is not asked for. */
const expectedFinding = z.strictObject({
  class: oneOrMore(z.enum(['kernel-leak', 'held-by-userspace', 'reclaimable', 'bounded', 'accounting'])),
  /** Several where kmai may rightly call the same memory by either. */
  kind: oneOrMore(z.string()),
  /** A cache by any of its names. The row of slabinfo that shows it is found out in the guest, kernel by kernel. */
  cache: z.string().optional(),
  /** The same, and kmai must say that this name, of all that are merged into the row, owns the growth. */
  owner: z.string().optional(),
  syndrome: oneOrMore(z.enum(syndromes)).optional(),
  driver: z.strictObject({ counter: oneOrMore(z.string()), per_event: range }).optional(),
  case: z
    .strictObject({
      id: z.string(),
      standing: oneOrMore(z.enum(['confirmed', 'probable', 'suspected'])),
      triggers: z.array(z.string()).default([]),
    })
    .optional(),
  /** comm of the process that holds the growth */
  holder: z.string().optional(),
  /** Appears in the stack of a callsite that explains the growth; only asked when the scenario listens. */
  callsite: z.string().optional(),
});

const scenarioSchema = z
  .strictObject({
    title: z.string().max(160),
    kernels: z
      .array(z.enum(seriesNames))
      .min(1)
      .default([...seriesNames]),
    /** In the quick set, on the first of its kernels, with this window in seconds. */
    quick: z.int().min(15).max(60).optional(),
    memory: z.int().min(256).max(4096).default(1024).describe('MiB'),
    kernel_arguments: z.array(z.string()).default([]),
    /** Shell, with the words of guest/lab.sh; must end well. */
    set_up: z.string().default(''),
    /** Shell that goes on from before the window until it is stopped. */
    stimulus: z.string().default(''),
    /** What a dump is made after, instead of the stimulus; ends by itself. */
    burst: z.string().default(''),
    settle: z.int().min(0).max(120).default(5).describe('seconds between the stimulus and the window'),
    window: z.int().min(15).max(600).default(60).describe('seconds kmai looks'),
    /** More arguments for `kmai diagnose`. */
    arguments: z.array(z.string()).default([]),
    /** Quantities, each by the shell that prints it; read before and after the window, never by kmai. */
    truth: z.record(z.string(), z.string()).default({}),
    /** What the truth must show, or the lab did not do what it says and nothing is held against kmai. */
    proves: z.array(z.strictObject({ what: z.string(), per: z.string().optional(), between: range })).default([]),
    expect: z.strictObject({
      verdict: oneOrMore(z.enum(['leak', 'growth', 'healthy', 'inconclusive'])),
      findings: z.array(expectedFinding).default([]),
      /** A case that must not be called confirmed or probable. */
      not_case: z.string().optional(),
      /** Truth quantity that kmai's rate for the first finding is compared with. */
      rate: z.string().optional(),
    }),
  })
  .superRefine((scenario, context) => {
    const known = Object.keys(scenario.truth);
    const named = [
      ...scenario.proves.flatMap(({ what, per }) => (per === undefined ? [what] : [what, per])),
      scenario.expect.rate ?? known[0],
    ];
    for (const name of named)
      if (name !== undefined && !known.includes(name)) context.addIssue(`${name} is not among the quantities of truth`);
    if (scenario.expect.verdict.includes('leak') && scenario.proves.length === 0)
      context.addIssue('a leak must be proved by a counter of truth');
  });

export type Scenario = z.infer<typeof scenarioSchema> & { readonly id: string };
export type Expectation = Scenario['expect'];
export type ExpectedFinding = Expectation['findings'][number];

/** A scenario from YAML text. Throws with the id and each thing that is wrong, and where. */
export function parseScenario(id: string, text: string): Scenario {
  const result = scenarioSchema.safeParse(parse(text));
  if (!result.success) throw new Error(`scenario ${id}:\n${z.prettifyError(result.error)}`);
  return { id, ...result.data };
}

export function loadScenario(id: string): Scenario {
  const known = scenarioIds();
  if (!known.includes(id)) throw new Error(`no scenario ${id}. There are: ${known.join(' ')}`);
  return parseScenario(id, readFileSync(join(scenariosFolder, `${id}.yaml`), 'utf8'));
}

export function scenarioIds(): string[] {
  return readdirSync(scenariosFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .toSorted();
}
