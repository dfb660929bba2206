import { onlyInThisNetwork } from '../../host/apply.ts';
import { shellLine, shellWord } from '../../host/shell.ts';
import { available, type Reading, unavailable } from '../../model/reading.ts';
import type { Remedy, Step } from '../remedy.ts';

/** Words that `ip rule show` prints and `ip rule add` does not take: such a rule could not be restored as it was. */
const unrestorable = /\[(?:detached|l3mdev-table)\]|unresolved|\bproto kernel\b/;

/** A line of `ip -d rule show` as the arguments that add it again: `32764: from all lookup main …`. Pure. */
export function argumentsOf(line: string): readonly string[] | null {
  const found = /^(\d+):\s+(.*?)\s*$/.exec(line);
  if (found === null || unrestorable.test(line)) return null;
  const words = found[2]!.split(/\s+/).map((word) => (word === 'proto' ? 'protocol' : word));
  return ['pref', found[1]!, ...words];
}

/** A policy rule deleted, with every word it has, so that its neighbour of the same priority stays; restored word by word. */
export const policyRule: Remedy = {
  kind: 'policy-rule',
  recognises: ([program, family, object, verb]) =>
    program === 'ip' && (family === '-6' || family === '-4') && object === 'rule' && verb === 'del',
  async remember([, family = '-6'], { host, found }): Promise<Reading<readonly Step[]>> {
    // Without -d: the lines that `ask` found are printed so; with -d: what is restored.
    const [plain, detailed] = [await host.run(['ip', family, 'rule', 'show']), await host.run(['ip', '-d', family, 'rule', 'show'])];
    if (!plain.ok) return plain;
    if (!detailed.ok) return detailed;
    const printed = detailed.value.stdout.split('\n');
    const normal = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
    const lines = plain.value.stdout.split('\n').flatMap((line, index) => (found.includes(normal(line)) ? [printed[index]!] : []));
    if (lines.length === 0) return unavailable('the policy rule', 'absent', 'no such rule is there now', '`kmai ask` shows the rules');
    const steps: Step[] = [];
    for (const line of lines) {
      const words = argumentsOf(line);
      if (words === null)
        return unavailable('the policy rule', 'unsupported', `${line.trim()}: it could not be restored word by word`, 'delete it by hand');
      const there = `ip -d ${family} rule show | grep -qxF -- ${shellWord(line)}`;
      // A rule without a protocol is printed as `proto boot`: iproute2 sets that by itself.
      steps.push({
        argv: ['ip', family, 'rule', 'del', ...words],
        undo: [onlyInThisNetwork(), `${there} || ${shellLine(['ip', family, 'rule', 'add', ...words])}`, there],
      });
    }
    return available(steps);
  },
};
