/** A Record as text for a person at a terminal: verdict first, then stage by stage what it stands on. */
import { type Language, say } from '../messages/reasons.ts';
import { reportWords } from '../messages/report.ts';
import type { Record } from '../model/record.ts';
import { outcomeSentence } from './outcome.ts';
import { painter, row, type TextOptions } from './layout.ts';
import { printable } from './printable.ts';
import { callsiteLines, caseLines, header, nextLine, remedyLines, subject, triggerLines, unreadLine, verdictLines } from './sentences.ts';

export { subject } from './sentences.ts';

const labelWidth = 8;

/**
 * @param options width in columns; colour on or off
 * @returns lines joined by newlines, ending in one
 */
export function renderText(record: Record, language: Language, options: TextOptions): string {
  const words = reportWords[language];
  const ink = painter(options.color);
  const lines: string[] = [];
  const add = (label: string, paragraphs: readonly string[]): void => {
    lines.push(...row(label, labelWidth, paragraphs.map(printable), options.width));
  };

  lines.push(header(record, words, language), '');
  const { findings, reasons, verdict } = record.diagnosis;
  const tint = verdict === 'healthy' ? ink.cyan : verdict === 'inconclusive' ? ink.yellow : ink.red.bold;
  for (const said of verdictLines(record, words, language))
    for (const [index, line] of row(words.verdict, labelWidth, [said], options.width).entries())
      lines.push(index === 0 ? ink.bold(tint(line)) : tint(line));
  lines.push('');

  for (const finding of findings) {
    if (findings.length > 1) lines.push(ink.bold(`  ${printable(subject(finding))}`));
    add(words.stages.look, [finding.reasons.map((reason) => say(reason, language)).join(' ')]);
    if (finding.callsites.length > 0) add(words.stages.listen, callsiteLines(finding, words));
    const [best] = finding.cases.filter(({ standing }) => standing !== 'ruled-out');
    if (best && best.triggers.length > 0) add(words.stages.ask, triggerLines(best, words));
    const cases = caseLines(finding, words, language);
    if (cases.length > 0) add(words.stages.case, cases);
    if (finding.remedies.length > 0) add(words.stages.treat, remedyLines(finding, words, language));
    if (finding.next.length > 0)
      add(
        words.stages.next,
        finding.next.slice(0, 2).map((next) => nextLine(next, language)),
      );
    lines.push('');
  }
  if (reasons.length > 0)
    add(
      words.stages.look,
      reasons.map((reason) => say(reason, language)),
    );
  if (record.outcomes.length > 0)
    add(
      words.stages.treat,
      record.outcomes.map((outcome) => outcomeSentence(outcome, language)),
    );
  if (record.diagnosis.next.length > 0)
    add(
      words.stages.next,
      record.diagnosis.next.slice(0, 3).map((next) => nextLine(next, language)),
    );
  const unread = unreadLine(record, words, language);
  if (unread) add(words.stages.unread, [unread]);
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}
