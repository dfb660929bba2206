import { buildCommand } from '@stricli/core';
import { count } from '../kernel/units.ts';
import type { Context } from './context.ts';
import { said } from './language.ts';
import { exit } from './exit.ts';
import { jsonFlag } from './flags.ts';

/** @internal columns of what `kmai doctor` found */
export function renderFindings(
  findings: readonly { readonly [column: string]: string | number | null }[],
  columns: readonly string[],
): string {
  const cell = (value: string | number | null | undefined) =>
    value === null || value === undefined ? '–' : typeof value === 'number' ? count(value) : value;
  const widths = columns.map((column) => Math.max(column.length, ...findings.map((each) => cell(each[column]).length)));
  const line = (cells: readonly string[]) => cells.map((text, i) => (i === cells.length - 1 ? text : text.padEnd(widths[i]!))).join('  ');
  return `${[line(columns), ...findings.map((each) => line(columns.map((column) => cell(each[column]))))].join('\n')}\n`;
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
    const findings = await examineThisMachine((text) => this.progress(text), this.signal);
    if (flags.json) this.out(`${JSON.stringify(findings, null, 1)}\n`);
    else
      this.out(
        renderFindings(
          findings.map((each) => ({ ...each })),
          ['examination', 'planted', 'cache', 'expected', 'saw', 'result', 'detail'],
        ),
      );
    const traced = findings.filter(({ examination, result }) => examination !== 'look' && result !== 'cannot');
    if (findings.some(({ result }) => result === 'fails')) this.exit(exit.inconclusive);
    else if (traced.length === 0) this.exit(exit.notPermitted);
  },
});
