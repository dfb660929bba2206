import * as z from 'zod';
import type { Standing } from '../model/diagnosis.ts';
import { holdingKinds, type Evidence } from '../model/evidence.ts';
import { seriesNames, type SeriesName } from '../model/series.ts';
import { factSchemas } from '../model/facts.ts';
import type { BareFinding } from './examined.ts';

/**
 * A vignette: the evidence of one consultation, small and by hand, that a case must match or must not. What is left
 * out is not measured. Series are written by their values, one a second unless `step` says otherwise.
 */
const seriesSchema = z.strictObject({
  name: z.enum(Object.keys(seriesNames) as [SeriesName, ...SeriesName[]]),
  labels: z.record(z.string(), z.string()).default({}),
  values: z.array(z.number().nullable()).min(1).max(200),
});
const triple = z.tuple([z.number(), z.number()]);

const vignetteSchema = z.strictObject({
  about: z.string().min(1).describe('what it shows, and where its figures are from'),
  expect: z.strictObject({
    standing: z.enum(['confirmed', 'probable', 'suspected', 'ruled-out']),
    /** Ranked before every other case of the casebook. */
    first: z.boolean().default(false),
  }),
  step: z.number().positive().default(1),
  release: z.string().default(''),
  finding: z.strictObject({
    where: z.looseObject({
      kind: z.string(),
      cache: z.string().exactOptional(),
      aliases: z.array(z.string()).exactOptional(),
      owner: z.string().exactOptional(),
      owner_evidence: z.string().exactOptional(),
    }),
    class: z.string().default('kernel-leak'),
    syndrome: z.string().default('unattributed'),
    growth: z.strictObject({
      shape: z.enum(['flat', 'trend', 'plateau', 'step', 'sawtooth', 'falling', 'inconclusive']).default('trend'),
      objects_per_second: z.number().nullable().default(null),
      bytes_per_second: z.number(),
      interval95: triple,
    }),
    attribution: z
      .array(z.strictObject({ alias: z.string(), by: z.string(), objects_per_second: z.number(), share: z.number() }))
      .default([]),
    driver: z
      .strictObject({
        counter: z.string(),
        objects_per_event: z.number(),
        interval95: triple,
        r2: z.number(),
        indistinguishable: z.array(z.string()).exactOptional(),
      })
      .nullable()
      .default(null),
    holders: z.array(z.strictObject({ pid: z.int(), comm: z.string(), count: z.int(), what: z.string() })).default([]),
    callsites: z
      .array(
        z.strictObject({ stack: z.array(z.string()), outstanding: z.int(), bytes: z.int(), explained_fraction: z.number().nullable() }),
      )
      .default([]),
  }),
  series: z.array(seriesSchema).default([]),
  facts: z.record(z.string(), z.unknown()).default({}),
  specimens: z.array(z.looseObject({ kind: z.enum(['cache', 'census', 'orphans']) })).default([]),
  holdings: z
    .array(
      z.strictObject({
        pid: z.int(),
        comm: z.string(),
        what: z.enum(holdingKinds),
        at_start: z.int().nullable(),
        at_end: z.int().nullable(),
      }),
    )
    .default([]),
  outcomes: z.array(z.looseObject({ protocol: z.string() })).default([]),
});

export interface Vignette {
  readonly about: string;
  readonly expect: { readonly standing: Standing; readonly first: boolean };
  readonly finding: BareFinding;
  readonly evidence: Evidence;
}

/** @throws Error that names what is wrong: not JSON, not a vignette, or a fact of another shape than its schema */
export function parseVignette(text: string): Vignette {
  const parsed = vignetteSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { about, expect, step, release, finding, series, facts, specimens, holdings, outcomes } = parsed.data;
  for (const [id, value] of Object.entries(facts)) {
    if (!Object.hasOwn(factSchemas, id)) throw new Error(`facts.${id}: there is no such fact`);
    const checked = factSchemas[id as keyof typeof factSchemas].safeParse(value);
    if (!checked.success) throw new Error(`facts.${id}: ${z.prettifyError(checked.error)}`);
  }
  const evidence: Evidence = {
    machine: { hostname: 'vignette', release, arch: 'x86_64', distribution: '', memory_bytes: null, boot_time: null },
    window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:01:00Z' },
    series: series.map((one) => ({ ...one, unit: seriesNames[one.name].unit, times: one.values.map((_, index) => index * step) })),
    callsites: [],
    facts: Object.entries(facts).map(([id, value]) => ({ id, value, from: 'vignette' })),
    specimens: specimens as unknown as Evidence['specimens'],
    holdings,
    ledger: null,
    unavailable: [],
    outcomes: outcomes as unknown as Evidence['outcomes'],
  };
  const bare = {
    ...finding,
    growth: { ...finding.growth, p: 0.001, exhausts_in_seconds: null, window_needed_seconds: null },
    unexplained_share: null,
    reasons: [],
  } as BareFinding;
  return { about, expect, finding: bare, evidence };
}
