/**
 * The Record JSON, checked. What a newer kmai added is dropped on reading, what it needs is asked for by path.
 */
import * as z from 'zod';
import { syndromes } from '../model/diagnosis.ts';
import { holdingKinds } from '../model/evidence.ts';
import { type Record, recordSchema } from '../model/record.ts';

const interval = z.tuple([z.number(), z.number()]).readonly();
const strings = z.array(z.string());
const wording = z.object({ en: z.string(), zh: z.string() });

const unavailable = z.object({
  what: z.string(),
  reason: z.enum(['absent', 'denied', 'unsupported', 'malformed']),
  detail: z.string(),
  help: z.string(),
});

const rankTerm = z.object({ of: z.string(), points: z.number() });

const series = z
  .object({
    name: z.string(),
    labels: z.record(z.string(), z.string()),
    unit: z.enum(['objects', 'bytes', 'pages', 'events', 'seconds', 'ratio']),
    times: z.array(z.number()),
    values: z.array(z.number().nullable()),
  })
  .refine((s) => s.times.length === s.values.length, { error: 'times and values must have the same length' });

const callsite = z.object({
  cache: z.string(),
  stack: strings,
  allocated: z.number(),
  freed: z.number(),
  outstanding: z.number(),
  bytes: z.number(),
  oldest_seconds: z.number().nullable(),
  leaking: z.enum(['yes', 'no', 'unknown']),
  explained_fraction: z.exactOptional(z.number().nullable()),
  processes: z.exactOptional(z.array(z.object({ pid: z.int(), comm: z.string(), count: z.number() }))),
  cpus: z.exactOptional(z.array(z.int())),
});

const specimen = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('cache'),
    name: z.string(),
    aliases: strings,
    object_size: z.number(),
    objects: z.number().nullable(),
    slabs: z.number().nullable(),
    objects_per_slab: z.exactOptional(z.int()),
    reclaimable: z.exactOptional(z.boolean()),
    flags: z.exactOptional(strings),
  }),
  z.object({
    kind: z.literal('census'),
    cache: z.string(),
    objects: z.number(),
    offsets: z.array(z.object({ offset: z.int(), points_to: z.string(), share: z.number() })),
    types: z.array(z.object({ type: z.string(), score: z.number() })),
  }),
  z.object({
    kind: z.literal('orphans'),
    cache: z.string(),
    objects: z.number(),
    unreferenced: z.number(),
    unreachable: z.number(),
    type: z.exactOptional(z.string()),
    samples: z.exactOptional(strings),
    holders: z.exactOptional(z.array(z.object({ place: z.string(), pointers: z.number() }))),
  }),
  z.object({
    kind: z.literal('pages'),
    present: z.number(),
    managed: z.number(),
    parts: z.array(z.object({ id: z.string(), pages: z.number() })),
    unowned: z.object({
      pages: z.number(),
      orders: z.array(z.object({ order: z.int(), blocks: z.number() })),
      samples: strings,
    }),
    holders: z.array(z.object({ place: z.string(), pages: z.number() })),
    vmalloc: z.array(z.object({ caller: z.string(), pages: z.number() })),
  }),
]);

const outcome = z.object({
  protocol: z.string(),
  arms: z.array(
    z.object({
      stimulus: z.string(),
      events: z.number(),
      objects_per_event: z.number(),
      interval95: interval,
      p: z.number(),
      convicted: z.boolean(),
      undecided: z.exactOptional(z.enum(['wide', 'unanswered', 'not-reproduced', 'too-few'])),
      answers: z.exactOptional(z.number()),
      bytes_per_event: z.exactOptional(z.number()),
      dose_response: z.exactOptional(z.number()),
      rechallenge: z.exactOptional(z.number()),
      address: z.exactOptional(z.string()),
    }),
  ),
  verified: z.enum(['stopped', 'slowed', 'unchanged', 'cannot-tell']).nullable(),
  kind: z.exactOptional(z.enum(['challenge', 'elimination', 'treatment'])),
  at: z.exactOptional(z.string()),
  cache: z.exactOptional(z.string()),
  by: z.exactOptional(z.string()),
  seed: z.exactOptional(z.number()),
  stopped: z.exactOptional(z.enum(['interrupted', 'memory', 'pressure', 'time'])),
  elimination: z.exactOptional(
    z.object({
      candidates: z.number(),
      rounds: z.number(),
      rate: z.number(),
      remains: z.number(),
      culprits: z.array(z.object({ name: z.string(), pids: z.array(z.int()), share: z.number() })),
      spared: z.number(),
    }),
  ),
  treatment: z.exactOptional(
    z.object({
      remedy: z.string(),
      per: z.enum(['event', 'second']),
      before: z.number(),
      before95: interval,
      after: z.number().nullable(),
      after95: interval.nullable(),
      needs_seconds: z.exactOptional(z.number()),
      gave_back: z.exactOptional(z.number()),
    }),
  ),
});

const reason = z.object({
  code: z.string(),
  args: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  text: z.string(),
});
const reasons = z.array(reason);

const next = z.object({
  exam: z.enum(['look', 'listen', 'ask', 'touch', 'challenge', 'eliminate', 'treat']),
  why: z.string(),
  burden: z.string(),
  command: strings,
});

const finding = z.object({
  where: z.object({
    kind: z.enum([
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
    ]),
    cache: z.exactOptional(z.string()),
    aliases: z.exactOptional(strings),
    owner: z.exactOptional(z.string()),
    owner_evidence: z.exactOptional(z.string()),
  }),
  class: z.enum(['kernel-leak', 'held-by-userspace', 'reclaimable', 'bounded', 'accounting']),
  syndrome: z.enum(syndromes),
  growth: z.object({
    shape: z.enum(['flat', 'trend', 'plateau', 'step', 'sawtooth', 'falling', 'inconclusive', 'snapshot']),
    objects_per_second: z.number().nullable(),
    bytes_per_second: z.number(),
    interval95: interval,
    p: z.number(),
    exhausts_in_seconds: z.number().nullable(),
    window_needed_seconds: z.number().nullable(),
    since_boot: z.exactOptional(z.literal(true)),
  }),
  attribution: z.array(z.object({ alias: z.string(), by: z.string(), objects_per_second: z.number(), share: z.number() })),
  unexplained_share: z.number().nullable(),
  driver: z
    .object({
      counter: z.string(),
      objects_per_event: z.number(),
      interval95: interval,
      r2: z.number(),
      indistinguishable: z.exactOptional(strings),
      simple_ratio: z.exactOptional(z.string()),
      basis: z.exactOptional(z.enum(['variation', 'ratio'])),
      kin: z.exactOptional(z.boolean()),
    })
    .nullable(),
  holders: z.array(
    z.object({ pid: z.int(), comm: z.string(), count: z.number(), what: z.string(), per_second: z.exactOptional(z.number()) }),
  ),
  callsites: z.array(z.object({ stack: strings, outstanding: z.number(), bytes: z.number(), explained_fraction: z.number().nullable() })),
  cases: z.array(
    z.object({
      id: z.string(),
      standing: z.enum(['confirmed', 'probable', 'suspected', 'ruled-out']),
      title: z.exactOptional(wording),
      references: z.exactOptional(strings),
      rank: z.exactOptional(z.number()),
      terms: z.exactOptional(z.array(rankTerm)),
      for: reasons,
      against: reasons,
      unknown: reasons,
      triggers: z.array(
        z.object({ id: z.string(), presence: z.enum(['present', 'absent', 'unknown']), found: z.string(), installed_by: strings }),
      ),
    }),
  ),
  remedies: z.array(
    z.object({
      id: z.string(),
      does: z.string(),
      risk: z.string(),
      reversible: z.boolean(),
      commands: z.array(strings),
      boot_parameters: z.exactOptional(strings),
      wording: z.exactOptional(z.object({ does: wording, risk: wording })),
    }),
  ),
  next: z.array(next),
  reasons,
  accompanied_by: z.exactOptional(z.array(z.object({ cache: z.string(), objects_per_second: z.number() }))),
});

export const recordFile = z.object({
  schema: z.literal(recordSchema),
  machine: z.object({
    hostname: z.string(),
    release: z.string(),
    arch: z.string(),
    distribution: z.string(),
    memory_bytes: z.number().nullable(),
    boot_time: z.string().nullable(),
  }),
  window: z.object({ start: z.iso.datetime(), end: z.iso.datetime() }),
  series: z.array(series),
  callsites: z.array(callsite),
  facts: z.array(z.object({ id: z.string(), value: z.unknown(), from: z.string() })),
  specimens: z.array(specimen),
  holdings: z.array(
    z.object({
      pid: z.int(),
      comm: z.string(),
      what: z.enum(holdingKinds),
      at_start: z.number().nullable(),
      at_end: z.number().nullable(),
    }),
  ),
  ledger: z
    .object({
      at: z.number(),
      total_bytes: z.number(),
      parts: z.array(z.object({ id: z.string(), bytes: z.number(), estimate: z.exactOptional(z.string()) })),
      unaccounted_bytes: z.number(),
      of_which: z.exactOptional(z.array(z.object({ id: z.string(), within: z.string(), bytes: z.number() }))),
      reconciliation_error: z.exactOptional(z.string()),
    })
    .nullable(),
  unavailable: z.array(unavailable),
  outcomes: z.array(outcome),
  diagnosis: z.object({
    verdict: z.enum(['leak', 'growth', 'healthy', 'inconclusive']),
    findings: z.array(finding),
    reasons,
    next: z.array(next),
  }),
}) satisfies z.ZodType<Record>;

/** A Record that is not one. The message names the file, the place in it, what was expected and what would help. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord';
}

/**
 * Reads a Record from JSON text.
 * @param origin the path shown in errors
 * @throws BadRecord where the text is no JSON, or no record
 */
export function parseRecord(text: string, origin: string): Record {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BadRecord(`${origin}: not JSON: ${(error as Error).message}; expected a record as \`kmai diagnose --json\` prints it`);
  }
  const result = recordFile.safeParse(json);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const place = first?.path.length
    ? first.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
    : '(top)';
  const more = result.error.issues.length > 1 ? ` (and ${result.error.issues.length - 1} more)` : '';
  throw new BadRecord(
    `${origin}: ${place.replace(/^\./, '')}: ${first?.message ?? 'not a record'}${more}; expected schema ${recordSchema}`,
  );
}

/** The record's JSON Schema (draft 2020-12), for other programs; docs/record.schema.json is its print. */
export function recordJsonSchema(): object {
  return z.toJSONSchema(recordFile, { io: 'input' });
}
