import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { file, firstOf, lines } from '../places.ts';

/** Which distribution it is: os-release(5). */
export const osRelease: Question<'osRelease'> = {
  id: 'osRelease',
  ask: (host) => firstOf<'osRelease'>(file(host, '/etc/os-release', parseOsRelease), file(host, '/usr/lib/os-release', parseOsRelease)),
};

/** `NAME=value` lines, shell quoting allowed; without an ID the specification says "linux". */
export function parseOsRelease(text: string): FactValue<'osRelease'> {
  const values = new Map<string, string>();
  for (const [index, line] of lines(text).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const found = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (found?.[1] === undefined) throw new Malformed(index + 1, 'NAME=value', line);
    values.set(found[1], unquote(found[2] ?? ''));
  }
  return {
    id: values.get('ID') ?? 'linux',
    versionId: values.get('VERSION_ID') ?? '',
    idLike: (values.get('ID_LIKE') ?? '').split(/\s+/).filter((word) => word !== ''),
    name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? '',
  };
}

function unquote(value: string): string {
  const text = value.trim();
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  return (/^".*"$/.test(text) ? text.slice(1, -1) : text).replaceAll(/\\(["$`\\])/g, '$1');
}
