import { reason } from '../../messages/reasons.ts';
import { factSchemas } from '../../model/facts.ts';
import type { SignStanding } from '../../model/sign.ts';
import { standing, type Examined } from '../examined.ts';

/** Does the kernel log hold this text? */
export function log(text: string, { evidence }: Examined): SignStanding {
  const fact = evidence.facts.find((one) => one.id === 'kernelLog');
  const lines = factSchemas.kernelLog.safeParse(fact?.value);
  if (fact === undefined || !lines.success) return standing('unknown', reason('sign_not_measured', { what: 'kernelLog' }));
  const found = lines.data.find((line) => line.text.includes(text));
  if (found === undefined) return standing('absent', reason('sign_log_silent', { text }), fact.from);
  return standing('present', reason('sign_log_says', { line: found.text.slice(0, 160) }), fact.from);
}
