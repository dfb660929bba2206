/**
 * A capture (`.kmai`): a tar, compressed with zstd, or the same unpacked in a folder.
 *
 *     manifest.json        what it is, when each phase began, which files could not be read
 *     once/PATH            a file that was read in one phase only
 *     samples/N/PATH       a file as read in phase N; left out where it was as in the phase before
 *     lists/N.json         folders as listed in phase N, likewise
 *     commands/N.json      the Nth run of a program, with its phase, likewise
 *     traces/              for recordings of tracing
 *
 * A phase is the time from one wait to the next. What is asked for in phase N is answered by its newest sample of
 * a phase up to N, and where there is none, by its first.
 */
import * as z from 'zod';

export const captureSchema = 'kmai.capture/1';

const unavailable = z.object({
  what: z.string(),
  reason: z.enum(['absent', 'denied', 'unsupported', 'malformed']),
  detail: z.string(),
  help: z.string(),
});
const phase = z.int().nonnegative();

/** `manifest.json` of a capture. It only ever gains fields. */
export const manifestSchema = z.object({
  schema: z.literal(captureSchema),
  /** The version of kmai that wrote it. */
  kmai: z.string(),
  hostname: z.string(),
  /** What was recorded: a live machine, or one that was itself a replay. */
  from: z.enum(['live', 'capture', 'sosreport', 'folder']),
  /** Seconds between samples as asked for; null for a single look. */
  interval: z.number().positive().nullable(),
  redacted: z.boolean(),
  /** When each phase began, unix seconds. */
  phases: z.array(z.object({ at: z.number() })).min(1),
  /** Files that could not be read, from which phase on. */
  refusals: z.array(z.object({ path: z.string(), phase, unavailable })),
  /** What the recorded host itself had to leave out. */
  defects: z.array(z.string()),
});
export type Manifest = z.infer<typeof manifestSchema>;

const entry = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  target: z.string().exactOptional(),
});

/** `lists/<phase>.json`: the folders listed in that phase. */
export const listsSchema = z.array(
  z.union([z.object({ path: z.string(), entries: z.array(entry) }), z.object({ path: z.string(), unavailable })]),
);

/** `commands/<n>.json`: one run of a program, or why there was none. A folder of one moment may leave out the phase. */
export const commandSchema = z.union([
  z.object({ argv: z.array(z.string()), phase: phase.default(0), unavailable }),
  z.object({ argv: z.array(z.string()), phase: phase.default(0), code: z.int(), stdout: z.string(), stderr: z.string().default('') }),
]);
export type StoredCommand = z.infer<typeof commandSchema>;

/** JSON of a schema, or what is wrong with it: where in it, and what was expected there. */
export function parsed<T>(schema: z.ZodType<T>, text: string): { readonly value: T } | { readonly wrong: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { wrong: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const result = schema.safeParse(json);
  if (result.success) return { value: result.data };
  const issue = result.error.issues[0];
  return { wrong: issue === undefined ? 'not of its form' : `${issue.path.join('.') || 'it'}: ${issue.message}` };
}
