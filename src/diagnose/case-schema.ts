import * as z from 'zod';
import type { Case } from '../model/case.ts';
import { syndromes, type Where } from '../model/diagnosis.ts';
import { holdingKinds } from '../model/evidence.ts';
import type { Sign, SingleSign } from '../model/sign.ts';

/**
 * The schema of a case file. Objects are strict: an unknown key is an error, never ignored. Everything has a
 * size limit, since case files also come from strangers. `casebook/schema.json` is generated from it.
 */

const line = z.string().min(1).max(200);
const prose = z.string().min(1).max(2000);
const name = z
  .string()
  .regex(/^[\w.:()-]{1,80}$/, 'a kernel name: letters, digits, _ . : ( ) -')
  .describe('a name as the kernel writes it');
const id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words joined by hyphens')
  .max(64);
/** The texts are for people and must be there in both languages. */
const wording = (text: z.ZodString) => z.strictObject({ en: text, zh: text });
const argv = z.array(z.string().min(1).max(400)).min(1).max(40);
/** Documentation/admin-guide/kernel-parameters.rst: a word, with or without a value. */
const bootParameter = z.string().regex(/^[\w.-]{1,60}(=[^\s"]{1,100})?$/, 'a kernel parameter such as cgroup.memory=nokmem');
const commands = z.array(argv).max(10);

/** As `Where` of a finding names them. */
const whereKinds = [
  'slab',
  'pages',
  'vmalloc',
  'percpu',
  'large-kmalloc',
  'shmem',
  'anon',
  'file-cache',
  'kernel-stack',
  'page-tables',
  'hugetlb',
  'cgroups',
  'sockets',
] as const satisfies readonly Where['kind'][];

const bounds = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low <= high, 'the lower bound first')
  .describe('lower and upper bound, inclusive');

const single = [
  z.strictObject({ grows: name.describe('cache name: the alias, not the name slabinfo shows') }),
  z.strictObject({ callsite: name.describe('kernel function on a stack that allocates and does not free') }),
  z.strictObject({ driver: name.describe('counter that drives the growth'), between: bounds.exactOptional() }),
  z.strictObject({ not_driver: name }),
  z.strictObject({ counted: name.describe('counter of snmp, snmp6 or netstat'), at_least: z.int().min(1) }),
  z.strictObject({ found_in: z.enum(whereKinds) }),
  z.strictObject({ ledger: name.describe('part of the ledger that grows') }),
  z.strictObject({ unaccounted_grows: z.literal(true) }),
  z.strictObject({ vmalloc_caller: name }),
  z.strictObject({ objects_outnumber: z.strictObject({ cache: name, population: line.describe("part of the counter's name") }) }),
  z.strictObject({ population_explains: name }),
  z.strictObject({ dying_cgroups: z.int().min(1).describe('this many, or growing') }),
  z.strictObject({ held_by: z.enum(holdingKinds) }),
  z.strictObject({ not_held: z.literal(true) }),
  z.strictObject({ reclaimable: z.boolean() }),
  z.strictObject({ log: line.describe('text of a kernel log line, no pattern') }),
  z.strictObject({ census: line.describe("type, or symbol the objects point to, as the census of the cache's objects gives it") }),
  z.strictObject({ unreachable: z.literal(true) }),
  z.strictObject({ convicted: line.describe('stimulus') }),
  z.strictObject({ acquitted: line.describe('stimulus') }),
] as const;
const singleSign: z.ZodType<SingleSign> = z.union(single);
const sign: z.ZodType<Sign> = z.union([...single, z.strictObject({ any: z.array(singleSign).min(2).max(8) })]);
const signs = z.array(sign).max(20);

const version = z
  .string({ error: (issue) => (typeof issue.input === 'number' ? 'a version in quotes (5.10 as a number would be 5.1)' : undefined) })
  .regex(/^\d+\.\d+(\.\d+){0,2}$/, 'a kernel version such as "5.16" or "5.10.84"');
const mark = z.strictObject({
  commit: z
    .string()
    .regex(/^[0-9a-f]{12,40}$/, 'a commit id, 12 to 40 hex digits, in quotes')
    .exactOptional(),
  in: version,
});

const cel = z.string().min(1).max(2000).describe('CEL over `facts`');

export const caseSchema = z.strictObject({
  id,
  title: wording(line),
  summary: wording(prose),
  class: z.enum(['kernel-leak', 'held-by-userspace', 'reclaimable', 'bounded', 'accounting']),
  syndrome: z.enum(syndromes),
  affects: z
    .strictObject({
      introduced: z.array(mark).max(20),
      fixed: z.array(mark).max(40),
      distributions: z
        .array(
          z.strictObject({
            id: line.describe('ID of os-release'),
            version: z.string().min(1).max(40).exactOptional(),
            package: line,
            fixed: z.string().min(1).max(120),
            advisory: line.exactOptional(),
          }),
        )
        .max(60)
        .default([]),
    })
    .exactOptional(),
  signs: z.strictObject({
    require: signs
      .min(1)
      .refine(
        (given) => !given.flatMap((one) => ('any' in one ? one.any : [one])).some((one) => 'log' in one),
        'log only as support: a log wraps, so its silence proves nothing',
      ),
    support: signs.default([]),
    exclude: signs.default([]),
    confirm: signs.default([]),
  }),
  triggers: z
    .array(
      z.strictObject({
        id,
        title: wording(line),
        when: cel,
        found: z.array(cel).max(8).default([]),
        installedBy: z.array(id).max(20).default([]),
        necessary: z.boolean().default(true),
      }),
    )
    .max(12)
    .default([]),
  challenge: z
    .strictObject({
      hypothesis: wording(prose),
      cache: name,
      events: z.int().min(1).max(1_000_000),
      arms: z
        .array(
          z.strictObject({
            id,
            stimulus: id,
            target: z.enum(['loopback', 'on-link', 'off-link', 'none']),
            expect: z.enum(['grows', 'flat']),
            perEvent: bounds.exactOptional(),
          }),
        )
        .min(2)
        .max(12),
    })
    .exactOptional(),
  remedies: z
    .array(
      z
        .strictObject({
          id,
          does: wording(prose),
          risk: wording(prose),
          reversible: z.boolean(),
          commands: commands.default([]),
          undo: commands.default([]),
          boot_parameters: z.array(bootParameter).max(4).default([]).describe("for the kernel's command line, at the next boot"),
        })
        .refine(
          ({ commands: now, boot_parameters: later }) => now.length === 0 || later.length === 0,
          'commands or boot_parameters: what is done now and what waits for the next boot are two remedies',
        ),
    )
    .max(12)
    .default([]),
  cautions: z.array(wording(prose)).max(8).default([]),
  references: z.array(line).min(1).max(40),
}) satisfies z.ZodType<Case>;

/** The schema as JSON Schema (2020-12): what is written, with defaults left out. */
export function casebookSchema(): object {
  return { title: 'a case of the kmai casebook', ...z.toJSONSchema(caseSchema, { io: 'input', reused: 'ref' }) };
}
