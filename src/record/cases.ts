/** The casebook for people: a list, and one case in full. */
import type { Language } from '../messages/reasons.ts';
import { reportWords } from '../messages/report.ts';
import { tellTerm } from '../messages/signs.ts';
import type { Case } from '../model/case.ts';
import { signLabel } from '../model/sign.ts';
import { pad, painter, row, type TextOptions } from './layout.ts';

export function renderCaseList(cases: readonly Case[], language: Language, options: TextOptions): string {
  const words = reportWords[language];
  const ink = painter(options.color);
  const width = Math.max(0, ...cases.map(({ id }) => id.length));
  const lines = cases.map((one) => `${ink.bold(pad(one.id, width))}  ${pad(words.classes[one.class], 18)}  ${one.title[language]}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

const labelWidth = 10;

export function renderCase(one: Case, language: Language, options: TextOptions): string {
  const words = reportWords[language];
  const ink = painter(options.color);
  const lines = [ink.bold(`${one.id}: ${one.title[language]}`), ''];
  const add = (label: string, paragraphs: readonly string[]): void => {
    if (paragraphs.length > 0) lines.push(...row(label, labelWidth, paragraphs, options.width));
  };
  add('', [one.summary[language]]);
  lines.push('');
  const labels = words.caseLabels;
  add(labels.class, [`${words.classes[one.class]}, ${one.syndrome}`]);
  if (one.affects) {
    add(labels.introduced, [one.affects.introduced.map(({ in: release }) => release).join(', ')]);
    add(labels.fixed, [
      one.affects.fixed.map(({ in: release }) => release).join(', '),
      ...one.affects.distributions.map(
        (fix) => `${fix.id} ${fix.version ?? ''}: ${fix.package} ${fix.fixed}${fix.advisory === undefined ? '' : ` (${fix.advisory})`}`,
      ),
    ]);
  }
  for (const what of ['require', 'support', 'exclude', 'confirm'] as const)
    add(
      labels[what],
      one.signs[what].map((sign) => tellTerm(signLabel(sign), language)),
    );
  add(
    labels.triggers,
    one.triggers.map(
      (trigger) =>
        `${trigger.title[language]}${trigger.installedBy.length === 0 ? '' : ` (${words.installedBy(trigger.installedBy.join(', '))})`}`,
    ),
  );
  add(
    words.stages.treat,
    one.remedies.flatMap((remedy, index) => [
      `${index + 1} ${remedy.does[language]}${remedy.reversible ? ` (${words.reversible})` : ''}: ${remedy.risk[language]}`,
      ...remedy.commands.map((argv) => `    ${argv.join(' ')}`),
      ...(remedy.boot_parameters.length === 0 ? [] : [`    ${words.bootWith(remedy.boot_parameters.join(' '))}`]),
    ]),
  );
  add(
    labels.cautions,
    one.cautions.map((caution) => caution[language]),
  );
  add(labels.references, one.references);
  return `${lines.join('\n')}\n`;
}
