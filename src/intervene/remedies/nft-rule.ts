import * as z from 'zod';
import { onlyInThisNetwork } from '../../host/apply.ts';
import { shellLine, shellWord } from '../../host/shell.ts';
import { available, Malformed, type Reading, unavailable } from '../../model/reading.ts';
import type { Remedy, Step } from '../remedy.ts';

const listing = z.object({
  nftables: z.array(
    z.looseObject({ rule: z.looseObject({ handle: z.int(), expr: z.array(z.unknown()), comment: z.string().optional() }).optional() }),
  ),
});

export interface Remembered {
  /** What `nft -j -f -` takes to put the rule back where it was. */
  readonly json: string;
  readonly handle: number;
}

/** A rule of a chain's JSON with its place: before the rule that follows it, or at the end. Pure. @throws Malformed */
export function rememberRule(
  text: string,
  chain: { readonly family: string; readonly table: string; readonly chain: string },
  handle: number,
): Remembered | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed(0, 'JSON of nft -j', text);
  }
  const found = listing.safeParse(value);
  if (!found.success) throw new Malformed(0, 'a chain of nft -j', text);
  const rules = found.data.nftables.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  const at = rules.findIndex((rule) => rule.handle === handle);
  const rule = rules[at];
  // An iptables match in nftables' clothes: JSON has its name only.
  if (rule === undefined || JSON.stringify(rule.expr).includes('"xt":')) return null;
  const next = rules[at + 1];
  const body = { ...chain, ...(rule.comment === undefined ? {} : { comment: rule.comment }), expr: rule.expr };
  const command = next === undefined ? { add: { rule: body } } : { insert: { rule: { ...body, handle: next.handle } } };
  return { json: JSON.stringify({ nftables: [command] }), handle };
}

/** An nftables rule deleted by its handle; remembered as JSON with its place in the chain. Its handle is another afterwards. */
export const nftRule: Remedy = {
  kind: 'nft-rule',
  recognises: ([program, verb, object]) => program === 'nft' && verb === 'delete' && object === 'rule',
  async remember(_argv, { host, facts, found }): Promise<Reading<readonly Step[]>> {
    const rules = (facts.nftRules ?? []).filter(({ text }) => found.includes(text));
    if (rules.length === 0) return unavailable('the nftables rule', 'absent', 'no such rule is there now', '`kmai ask` shows the rules');
    const steps: Step[] = [];
    for (const { family, table, chain, handle } of rules) {
      const place = [family, table, chain];
      const [json, text] = [
        await host.run(['nft', '-j', '-s', 'list', 'chain', ...place]),
        await host.run(['nft', '-s', '-a', 'list', 'chain', ...place]),
      ];
      if (!json.ok) return json;
      if (!text.ok) return text;
      const remembered = rememberRule(json.value.stdout, { family, table, chain }, handle);
      const line = text.value.stdout
        .split('\n')
        .find((each) => each.endsWith(` # handle ${handle}`))
        ?.replace(/ # handle \d+$/, '');
      if (remembered === null || line === undefined)
        return unavailable(
          'the nftables rule',
          'unsupported',
          `handle ${handle} of ${place.join(' ')} could not be restored as it was`,
          'delete it by hand',
        );
      const bare = text.value.stdout.split('\n').map((each) => each.replace(/ # handle \d+$/, ''));
      const times = bare.filter((each) => each === line).length;
      const there = `[ "$(${shellLine(['nft', '-s', 'list', 'chain', ...place])} | grep -cxF -- ${shellWord(line)})" -ge ${times} ]`;
      steps.push({
        argv: ['nft', 'delete', 'rule', ...place, 'handle', String(handle)],
        undo: [onlyInThisNetwork(), `${there} || printf '%s' ${shellWord(remembered.json)} | nft -j -f -`, there],
      });
    }
    return available(steps);
  },
};
