import type { FactValue } from '../../model/facts.ts';
import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, firstOf, integer, lines } from '../places.ts';

/** The audit subsystem's state: a backlog that only grows is memory held for a reader that does not read. */
export const auditRules: Question<'auditRules'> = {
  id: 'auditRules',
  ask: (host) => firstOf<'auditRules'>(command(host, ['auditctl', '-s'], 'install auditd', parseAuditStatus)),
};

/** `enabled 1` … a line each; audit before 2.0 printed `AUDIT_STATUS: enabled=1 flag=1 …` on one. */
export function parseAuditStatus(text: string): FactValue<'auditRules'> {
  const values = new Map<string, string>();
  for (const line of lines(text)) {
    for (const pair of line.startsWith('AUDIT_STATUS:') ? line.split(' ').slice(1) : [line]) {
      const found = /^(\w+)[ =](\d+)\b/.exec(pair.trim());
      if (found?.[1] !== undefined && found[2] !== undefined) values.set(found[1], found[2]);
    }
  }
  const number = (name: string): number => {
    if (!values.has(name)) throw new Malformed(1, `${name} NUMBER`, text);
    return integer(values.get(name), 1, `the number of ${name}`);
  };
  return { enabled: number('enabled'), backlog: number('backlog'), backlogLimit: number('backlog_limit'), lost: number('lost') };
}
