import { parse, stringify, YAMLParseError } from 'yaml';
import { Malformed } from '../model/reading.ts';
import { protocolSchema, type Protocol } from './protocol.ts';

/** A protocol is a page; a longer file is none. */
const MAX_CHARACTERS = 40_000;

/** A protocol from its YAML. @throws Malformed with the line, or the key that is wrong */
export function parseProtocol(text: string): Protocol {
  if (text.length > MAX_CHARACTERS) throw new Malformed(0, `at most ${MAX_CHARACTERS} characters`, `${text.length}`);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0, logLevel: 'error' });
  } catch (error) {
    if (error instanceof YAMLParseError) throw new Malformed(error.linePos?.[0].line ?? 0, `YAML (${error.code})`, error.message);
    // What an alias stands for is not looked up: yaml says so with a ReferenceError.
    if (error instanceof ReferenceError) throw new Malformed(0, 'YAML without aliases', error.message);
    throw error;
  }
  const found = protocolSchema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new Malformed(0, `${issue?.path.join('.') || 'a protocol'}: ${issue?.message ?? ''}`, text);
}

export function printProtocol(protocol: Protocol): string {
  return stringify(protocol);
}
