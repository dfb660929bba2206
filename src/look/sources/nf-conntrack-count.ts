import { cursor, integer } from '../scan.ts';
import type { Named, Source } from '../source.ts';

function single(name: string): (this: void, text: string) => Named {
  const names = [name] as const;
  return (text) => ({ names, values: Float64Array.of(integer(cursor(text), `<${name}>`)) });
}

/** One number: connections tracked in this network namespace. */
export const nfConntrackCount: Source<Named> = {
  id: 'nf-conntrack-count',
  path: '/proc/sys/net/netfilter/nf_conntrack_count',
  cadence: 'tick',
  help: { absent: 'the module nf_conntrack is not loaded: nothing is tracked' },
  parse: single('count'),
  keys: () => [null],
  values: (value) => value.values,
};

/** One number: the most connections that may be tracked. */
export const nfConntrackMax: Source<Named> = {
  ...nfConntrackCount,
  id: 'nf-conntrack-max',
  path: '/proc/sys/net/netfilter/nf_conntrack_max',
  cadence: 'edge',
  parse: single('max'),
  keys: () => [{ name: 'population_limit', labels: { cache: 'nf_conntrack', by: '/proc/sys/net/netfilter/nf_conntrack_max' } }],
};
