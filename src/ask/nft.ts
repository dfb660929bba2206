import * as z from 'zod';
import type { FactValue } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { lines, parseJson } from './places.ts';

/** Rules of an nftables ruleset, from `nft -j list ruleset` (libnftables-json(5)) and from `nft -a list ruleset`. */
export type NftRule = FactValue<'nftRules'>[number];

/** Statements and expressions that are named in a rule; `xt` is an iptables match or target in nftables' clothes. */
const named = new Set(
  (
    'fib meta ct socket payload exthdr rt ipsec osf tunnel numgen jhash symhash xt vmap map counter limit quota log reject masquerade snat dnat redirect tproxy ' +
    'queue notrack flow synproxy dup fwd last'
  ).split(' '),
);
const verdicts = new Set(['accept', 'drop', 'return', 'continue', 'reject', 'queue']);

const rule = z.looseObject({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.int(),
  comment: z.string().optional(),
  expr: z.array(z.unknown()).optional(),
});
const chain = z.looseObject({ family: z.string(), table: z.string(), name: z.string(), hook: z.string().optional() });
const ruleset = z.looseObject({
  nftables: z.array(z.looseObject({ rule: rule.optional(), chain: chain.optional() })),
});

const key = (...parts: readonly (string | number)[]): string => JSON.stringify(parts);

/** A rule's text is its JSON until `withText` gives it the printed one. */
export function parseNftJson(text: string): NftRule[] {
  const found = ruleset.safeParse(parseJson(text));
  if (!found.success) throw new Malformed(0, `the objects of nft -j (${found.error.issues[0]?.path.join('.') ?? ''})`, text);
  const entries = found.data.nftables;
  const hooks = new Map(
    entries.flatMap((one) =>
      one.chain === undefined ? [] : [[key(one.chain.family, one.chain.table, one.chain.name), one.chain.hook ?? '']],
    ),
  );
  return entries.flatMap(({ rule: one }) => {
    if (one === undefined) return [];
    const seen = expressionsOf(one.expr ?? []);
    return [
      {
        family: one.family,
        table: one.table,
        chain: one.chain,
        hook: hooks.get(key(one.family, one.table, one.chain)) ?? '',
        handle: one.handle,
        ...seen,
        comment: one.comment ?? '',
        text: JSON.stringify(one.expr ?? []),
      },
    ];
  });
}

/**
 * The rules with the text that `nft -a list ruleset` printed for each; one that came between the two listings keeps
 * its own. iptables matches are opaque in JSON, while the listing translates them (rpfilter into a fib expression):
 * what JSON does not tell is taken from there.
 */
export function withText(rules: readonly NftRule[], printed: readonly NftRule[]): NftRule[] {
  const of = (one: NftRule): string => key(one.family, one.table, one.chain, one.handle);
  const listed = new Map(printed.map((one) => [of(one), one]));
  return rules.map((one) => {
    const same = listed.get(of(one));
    if (same === undefined) return one;
    const opaque = one.expressions.includes('xt');
    const told = opaque && one.fibResult === '' ? { fibResult: same.fibResult, fibFlags: same.fibFlags } : {};
    return { ...one, ...told, verdict: one.verdict === '' && opaque ? same.verdict : one.verdict, text: same.text };
  });
}

const xt = z.looseObject({ xt: z.looseObject({ type: z.string(), name: z.string() }) });

/** iptables rules of the nf_tables backend, which JSON shows as `{"xt": {"type": "match", "name": "rpfilter"}}` without their arguments. */
export function parseXtRules(text: string, family: 'ip' | 'ip6'): FactValue<'iptables6'> {
  return parseNftJson(text).flatMap((one) => {
    if (one.family !== family || !one.expressions.includes('xt')) return [];
    const parts = (JSON.parse(one.text) as readonly unknown[]).flatMap((part) => xt.safeParse(part).data?.xt ?? []);
    const names = (type: string): string[] => parts.filter((part) => part.type === type).map((part) => part.name);
    const target = names('target')[0] ?? one.verdict.replace(/^(?:jump|goto) /, '');
    return [
      {
        table: one.table,
        chain: one.chain,
        matches: names('match'),
        target: target === one.verdict ? target.toUpperCase() : target,
        text: one.text,
      },
    ];
  });
}

type Seen = Pick<NftRule, 'expressions' | 'fibResult' | 'fibFlags' | 'socketKey' | 'verdict'>;

const fib = z.looseObject({ result: z.string(), flags: z.union([z.string(), z.array(z.string())]).optional() });
const socket = z.looseObject({ key: z.string() });
const target = z.looseObject({ target: z.string() });

/** How deep a statement may nest; nft's own grammar stays below ten. */
const maxDepth = 64;

function expressionsOf(statements: readonly unknown[]): Seen {
  const expressions: string[] = [];
  let seen: Omit<Seen, 'expressions'> = { fibResult: '', fibFlags: [], socketKey: '', verdict: '' };
  const walk = (value: unknown, depth: number): void => {
    if (depth > maxDepth) throw new Malformed(0, `a statement of at most ${maxDepth} levels`, '');
    if (Array.isArray(value)) for (const one of value) walk(one, depth + 1);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        walk(inner, depth + 1);
        if (named.has(name)) expressions.push(name);
        if (name === 'fib') {
          const { data } = fib.safeParse(inner);
          if (data !== undefined) seen = { ...seen, fibResult: data.result, fibFlags: [data.flags ?? []].flat() };
        }
        if (name === 'socket') seen = { ...seen, socketKey: socket.safeParse(inner).data?.key ?? '' };
      }
    }
  };
  for (const statement of statements) {
    walk(statement, 0);
    if (typeof statement !== 'object' || statement === null) continue;
    const [name, inner] = Object.entries(statement)[0] ?? [''];
    if (verdicts.has(name)) seen = { ...seen, verdict: name };
    if (name === 'jump' || name === 'goto') seen = { ...seen, verdict: `${name} ${target.safeParse(inner).data?.target ?? ''}`.trim() };
  }
  return { expressions, ...seen };
}

/** `table FAMILY NAME {` … `chain NAME {` … one rule a line … `}`, with `# handle N` where -a was given. */
export function parseNftText(text: string): NftRule[] {
  const rules: NftRule[] = [];
  const open: { readonly kind: string; readonly words: readonly string[]; hook: string }[] = [];
  for (const [index, raw] of lines(text).entries()) {
    const handle = / # handle (\d{1,15})$/.exec(raw);
    const line = (handle === null ? raw : raw.slice(0, handle.index)).trim();
    if (line === '' || line.startsWith('#')) continue;
    const block = open.at(-1);
    if (line === '}') {
      if (open.pop() === undefined) throw new Malformed(index + 1, 'a block before its end', raw);
      continue;
    }
    if (block === undefined && !/^table \S+ \S+ \{$/.test(line)) throw new Malformed(index + 1, 'table FAMILY NAME {', raw);
    if (line.endsWith('{') && block?.kind !== 'chain') {
      const words = line.split(/\s+/);
      open.push({ kind: words[0] ?? '', words, hook: '' });
      continue;
    }
    if (block?.kind !== 'chain') continue;
    const hook = /^type \S+ hook (\S+)/.exec(line);
    if (hook?.[1] !== undefined) block.hook = hook[1];
    else if (!/^(comment "|policy )/.test(line)) {
      const table = open[0]?.words ?? [];
      rules.push({
        family: table[1] ?? '',
        table: table[2] ?? '',
        chain: block.words[1] ?? '',
        hook: block.hook,
        handle: handle === null ? -1 : Number(handle[1]),
        ...expressionsOfText(line),
        comment: / comment "([^"]*)"$/.exec(line)?.[1] ?? '',
        text: line,
      });
    }
  }
  if (open.length > 0) throw new Malformed(0, 'the end of every block (a cut listing?)', text.slice(-80));
  return rules;
}

/** Header fields by protocol: `tcp dport`, `ip6 saddr`. */
const protocols = new Set('ether vlan arp ip ip6 icmp icmpv6 igmp tcp udp udplite sctp dccp th esp ah comp gre geneve vxlan'.split(' '));
/** Meta keys that nft prints without "meta". */
const unqualified = new Set(
  'iif oif iifname oifname iiftype oiftype iifgroup oifgroup mark skuid skgid nftrace rtclassid pkttype cpu time day hour'.split(' '),
);

function expressionsOfText(line: string): Seen {
  // Comments, names and sets may hold any word: quotes and braces are taken out first.
  const bare = line.replaceAll(/"[^"]*"/g, '""').replaceAll(/\{[^{}]*\}/g, '{}');
  const found = /\bfib ((?:saddr|daddr|mark|iif|oif)(?: \. (?:saddr|daddr|mark|iif|oif))*) (oifname|oif|type|check)\b/.exec(bare);
  const words = (found === null ? bare : bare.replace(found[0], 'fib')).split(/\s+/);
  const expressions: string[] = [];
  let verdict = '';
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (word === 'reject' || word === 'queue') verdict = word;
    if (word === 'jump' || word === 'goto') {
      verdict = `${word} ${next}`;
      at++;
    } else if (verdicts.has(word) && !named.has(word)) verdict = word;
    else if (word === 'meta' || word === 'ct' || word === 'socket' || word === 'rt') {
      expressions.push(word);
      at++;
    } else if (protocols.has(word) && /^[a-z]/.test(next)) {
      expressions.push('payload');
      at++;
    } else if (unqualified.has(word)) expressions.push('meta');
    else if (named.has(word)) expressions.push(word);
    if (word === 'log' || word === 'reject' || word === 'comment')
      while (/^(prefix|""|with|icmpx?|icmpv6|tcp|type|reset|[a-z-]+-[a-z-]+)$/.test(words[at + 1] ?? '')) at++;
  }
  return {
    expressions,
    fibResult: found?.[2] ?? '',
    fibFlags: found?.[1]?.split(' . ') ?? [],
    socketKey: /\bsocket (\w+)/.exec(bare)?.[1] ?? '',
    verdict,
  };
}
