import * as z from 'zod';
import type { FactValue } from '../model/facts.ts';
import { Malformed } from '../model/reading.ts';
import { integer, lines, parseJson } from './places.ts';

/** Policy rules as iproute2 prints them (ip/iprule.c print_rule), as JSON and as text. */
export type PolicyRule = FactValue<'policyRules6'>[number];

/** What JSON of `ip -d -j rule show` may hold. A key without a value ("not", "l3mdev") comes as null. */
const json = z.array(
  z.looseObject({
    priority: z.int().optional(),
    src: z.string().optional(),
    srclen: z.int().optional(),
    dst: z.string().optional(),
    dstlen: z.int().optional(),
    tos: z.string().optional(),
    fwmark: z.string().optional(),
    fwmask: z.string().optional(),
    iif: z.string().optional(),
    oif: z.string().optional(),
    uid_start: z.int().optional(),
    uid_end: z.int().optional(),
    ipproto: z.string().optional(),
    sport: z.union([z.int(), z.string()]).optional(),
    sport_start: z.int().optional(),
    sport_end: z.int().optional(),
    dport: z.union([z.int(), z.string()]).optional(),
    dport_start: z.int().optional(),
    dport_end: z.int().optional(),
    tun_id: z.union([z.int(), z.string()]).optional(),
    table: z.string().optional(),
    // 0 is a value: the rule suppresses the default route. Without suppression the key is absent.
    suppress_prefixlen: z.int().optional(),
    suppress_ifgroup: z.union([z.string(), z.int()]).optional(),
    flow_from: z.string().optional(),
    flow_to: z.string().optional(),
    nat_gateway: z.string().optional(),
    goto: z.union([z.int(), z.string()]).optional(),
    action: z.string().optional(),
    protocol: z.string().optional(),
  }),
);
type Printed = z.infer<typeof json>[number];

export function parseRulesJson(text: string): PolicyRule[] {
  const rules = json.safeParse(parseJson(text, []));
  if (!rules.success) throw new Malformed(0, `rules of ip -j (${rules.error.issues[0]?.path.join('.') ?? ''})`, text);
  return rules.data.map((rule) => ({
    priority: rule.priority ?? 0,
    table: 'l3mdev' in rule ? '[l3mdev-table]' : (rule.table ?? ''),
    suppressPrefixLength: rule.suppress_prefixlen ?? -1,
    suppressInterfaceGroup: rule.suppress_ifgroup === undefined ? -1 : groupNumber(String(rule.suppress_ifgroup), 0),
    from: prefix(rule.src, rule.srclen) ?? 'all',
    to: prefix(rule.dst, rule.dstlen) ?? '',
    fwmark: mark(rule),
    not: 'not' in rule,
    iif: rule.iif ?? '',
    oif: rule.oif ?? '',
    protocol: rule.protocol ?? '',
    action: actionOf(rule),
    text: textOf(rule),
  }));
}

/** A group is printed by its name in /etc/iproute2/group where it has one; only "default", which is 0, comes with iproute2. */
function groupNumber(group: string, line: number): number {
  return group === 'default' ? 0 : integer(group, line, 'the number of an interface group');
}

const prefix = (address: string | undefined, length: number | undefined): string | undefined =>
  address === undefined || length === undefined ? address : `${address}/${length}`;

const mark = (rule: Printed): string =>
  rule.fwmark === undefined ? '' : rule.fwmark + (rule.fwmask === undefined ? '' : `/${rule.fwmask}`);

const terminal = ['blackhole', 'unreachable', 'prohibit', 'nop', 'masquerade'] as const;

function actionOf(rule: Printed): string {
  if (rule.goto !== undefined) return 'goto';
  if (rule.action !== undefined) return rule.action;
  return terminal.find((word) => word in rule) ?? (rule.table !== undefined || 'l3mdev' in rule ? 'lookup' : '');
}

/** The line `ip rule show` would print: its order of words, protocol left out as it does without -d. */
function textOf(rule: Printed): string {
  const words = [`${rule.priority ?? 0}:`];
  if ('not' in rule) words.push('not');
  words.push('from', prefix(rule.src, rule.srclen) ?? 'all');
  const to = prefix(rule.dst, rule.dstlen);
  if (to !== undefined) words.push('to', to);
  if (rule.tos !== undefined) words.push('tos', rule.tos);
  if (rule.fwmark !== undefined) words.push('fwmark', mark(rule));
  if (rule.iif !== undefined) words.push('iif', rule.iif, ...('iif_detached' in rule ? ['[detached]'] : []));
  if (rule.oif !== undefined) words.push('oif', rule.oif, ...('oif_detached' in rule ? ['[detached]'] : []));
  if ('l3mdev' in rule) words.push('lookup', '[l3mdev-table]');
  if (rule.uid_start !== undefined) words.push('uidrange', `${rule.uid_start}-${rule.uid_end ?? rule.uid_start}`);
  if (rule.ipproto !== undefined) words.push('ipproto', rule.ipproto);
  for (const side of ['sport', 'dport'] as const) {
    const first = rule[`${side}_start`];
    const port = first === undefined ? rule[side] : `${first}-${rule[`${side}_end`] ?? first}`;
    if (port !== undefined) words.push(side, String(port));
  }
  if (rule.tun_id !== undefined) words.push('tun_id', String(rule.tun_id));
  if (rule.table !== undefined) {
    words.push('lookup', rule.table);
    if (rule.suppress_prefixlen !== undefined) words.push('suppress_prefixlength', String(rule.suppress_prefixlen));
    if (rule.suppress_ifgroup !== undefined) words.push('suppress_ifgroup', String(rule.suppress_ifgroup));
  }
  if (rule.flow_to !== undefined) words.push('realms', rule.flow_from === undefined ? rule.flow_to : `${rule.flow_from}/${rule.flow_to}`);
  if (rule.nat_gateway !== undefined) words.push('map-to', rule.nat_gateway);
  else if ('masquerade' in rule) words.push('masquerade');
  if (rule.goto !== undefined) words.push('goto', String(rule.goto), ...('unresolved' in rule ? ['[unresolved]'] : []));
  else if (rule.action !== undefined) words.push(rule.action);
  return words.join(' ');
}

/** Words that carry a value; `lookup [l3mdev-table]` has one too. */
const valued = new Set(
  'from to tos dsfield fwmark iif oif lookup table uidrange ipproto sport dport tun_id suppress_prefixlength suppress_ifgroup realms map-to goto proto flowlabel dev'.split(
    ' ',
  ),
);

/** `32764:	from all lookup main suppress_prefixlength 0 [proto P]`; words of kernels to come are kept in the text and skipped. */
export function parseRulesText(text: string): PolicyRule[] {
  return lines(text).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const head = /^(\d+):\s+(.*)$/.exec(line);
    if (head === null) throw new Malformed(index + 1, 'PRIORITY: [not] from SOURCE …', line);
    const priority = integer(head[1], index + 1, 'a priority');
    const words = (head[2] ?? '').split(/\s+/).filter((word) => word !== '');
    const values = new Map<string, string>();
    const bare = new Set<string>();
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      if (valued.has(word)) values.set(word, words[++at] ?? '');
      else bare.add(word);
    }
    const from = values.get('from');
    if (from === undefined) throw new Malformed(index + 1, 'from SOURCE', line);
    const number = (key: string): number => (values.has(key) ? integer(values.get(key), index + 1, `a number after ${key}`) : -1);
    const table = values.get('lookup') ?? values.get('table') ?? '';
    const group = values.get('suppress_ifgroup');
    return [
      {
        priority,
        table,
        suppressPrefixLength: number('suppress_prefixlength'),
        suppressInterfaceGroup: group === undefined ? -1 : groupNumber(group, index + 1),
        from,
        to: values.get('to') ?? '',
        fwmark: values.get('fwmark') ?? '',
        not: bare.has('not'),
        iif: values.get('iif') ?? '',
        oif: values.get('oif') ?? '',
        protocol: values.get('proto') ?? '',
        action: values.has('goto') ? 'goto' : (terminal.find((word) => bare.has(word)) ?? (table === '' ? '' : 'lookup')),
        text: `${priority}: ${words.join(' ')}`.replace(/ proto \S+$/, ''),
      },
    ];
  });
}
