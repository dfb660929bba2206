import { buildCommand } from '@stricli/core';
import stringWidth from 'string-width';
import type { DoctorFinding } from '../consult/doctor.ts';
import { count } from '../kernel/units.ts';
import { tell } from '../messages/details.ts';
import { doctorWords } from '../messages/doctor.ts';
import type { Language } from '../messages/reasons.ts';
import { pad } from '../record/layout.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit } from './exit.ts';
import { jsonFlag } from './flags.ts';

const columns = ['examination', 'planted', 'cache', 'expected', 'saw', 'result', 'detail'] as const;

/** @internal a row a finding */
export function renderFindings(findings: readonly DoctorFinding[], language: Language): string {
  const words = doctorWords[language];
  const rows = findings.map((each) =>
    columns.map((column) => {
      if (column === 'result') return words.results[each.result];
      if (column === 'detail') return tell(each.detail, language);
      const value = each[column];
      return value === null ? '–' : typeof value === 'number' ? count(value) : value;
    }),
  );
  const table = [columns.map((column) => words.columns[column]), ...rows];
  const widths = columns.map((_, at) => Math.max(...table.map((cells) => stringWidth(cells[at]!))));
  return table
    .map(
      (cells) =>
        `${cells
          .map((cell, at) => pad(cell, widths[at]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

export const doctorCommand = buildCommand<{ readonly json: boolean }, [], Context>({
  docs: {
    brief: said(
      'what kmai can see on this kernel: plants a known growth and asks every examination',
      '自检:kmai 在此内核上能看到什么:植入已知的增长,逐项检查',
    ),
    fullDescription: said(
      'Exits with 0 when every examination this machine allows sees what was planted, with 2 when one does not, with 77 when none may look.',
      '本机所允许的检查都看见了植入者,退出码为 0;有一项没看见为 2;都无权查看为 77。',
    ),
  },
  parameters: { flags: { json: jsonFlag } },
  async func(flags) {
    const { examineThisMachine } = await import('../consult/doctor.ts');
    const findings = await examineThisMachine((text) => this.progress(text), this.signal, this.language);
    if (flags.json) this.out(`${JSON.stringify(findings, null, 1)}\n`);
    else this.out(renderFindings(findings, this.language));
    const traced = findings.filter(({ examination, result }) => examination !== 'look' && result !== 'cannot');
    if (findings.some(({ result }) => result === 'fails')) this.exit(exit.inconclusive);
    else if (traced.length === 0) this.exit(exit.notPermitted);
  },
});
