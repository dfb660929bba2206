import type { Unavailable } from '../model/evidence.ts';
import type { FactId, FactValue } from '../model/facts.ts';
import type { Completed, Host } from '../host/host.ts';
import { available, Malformed, type Reading, unavailable } from '../model/reading.ts';
import type { Answer } from './question.ts';

/** One place where an answer may be found: a path or a command line, and how to read it there. */
export interface Place<T> {
  readonly from: string;
  readonly read: () => Reading<T> | Promise<Reading<T>>;
}

/** The answer of the first place that has one; without any, why each of them had none. */
export async function firstOf<Id extends FactId>(...places: readonly Place<FactValue<Id>>[]): Promise<Answer<Id>> {
  const reasons: Unavailable[] = [];
  for (const place of places) {
    const reading = await place.read();
    if (reading.ok) return { ok: true, value: reading.value, from: place.from };
    reasons.push(reading.unavailable);
  }
  return { ok: false, unavailable: reasons };
}

/** Reads with a parser: what it cannot read is `malformed`, naming the place and the line. Other errors are defects of ours and pass. */
export function parsed<T>(what: string, text: string, parse: (text: string) => T): Reading<T> {
  try {
    return available(parse(text));
  } catch (error) {
    if (error instanceof Malformed) return unavailable(what, 'malformed', error.message);
    throw error;
  }
}

export function file<T>(host: Host, path: string, parse: (text: string) => T): Place<T> {
  return {
    from: path,
    read: () => {
      const reading = host.read(path);
      return reading.ok ? parsed(path, reading.value, parse) : reading;
    },
  };
}

/**
 * A command's standard output, parsed. A command that failed says nothing, however much it printed.
 * @param help what to do where the program is missing, e.g. "install iproute2"
 */
export function command<T>(host: Host, argv: readonly string[], help: string, parse: (text: string) => T): Place<T> {
  const from = argv.join(' ');
  return {
    from,
    read: async () => {
      const reading = await host.run(argv);
      if (!reading.ok) {
        const why = reading.unavailable;
        return why.reason === 'absent' && why.help === '' ? unavailable(why.what, why.reason, why.detail, help) : reading;
      }
      const failure = failureOf(from, reading.value);
      return failure ?? parsed(from, reading.value.stdout, parse);
    },
  };
}

/** nft, iptables and dmesg all say "Operation not permitted" or "Permission denied"; some exit with 0 all the same, having printed nothing. */
function failureOf(from: string, { code, stdout, stderr }: Completed): Reading<never> | null {
  const said = stderr.trim().split('\n')[0]?.slice(0, 200) ?? '';
  if (/not permitted|permission denied|must be root/i.test(stderr) && (code !== 0 || stdout.trim() === '')) {
    return unavailable(from, 'denied', said, 'run as root');
  }
  return code === 0 ? null : unavailable(from, 'unsupported', `exit code ${code}: ${said}`);
}

/** JSON text as an unknown value; text that is not JSON is malformed. Empty text is what old iproute2 prints for an empty list. */
export function parseJson(text: string, whenEmpty?: unknown): unknown {
  if (text.trim() === '' && whenEmpty !== undefined) return whenEmpty;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Malformed(0, 'JSON', text);
  }
}

/** Lines without their line ends, a last empty one left out. */
export function lines(text: string): readonly string[] {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  return all;
}

/** A non-negative decimal integer that JavaScript holds exactly. */
export function integer(text: string | undefined, line: number, what: string): number {
  const value = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new Malformed(line, what, text ?? '');
  return value;
}
