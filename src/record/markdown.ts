/** A Record as markdown, for a ticket: the same sentences as the text, with the evidence as tables. */
import { bytes, figure, signed } from '../kernel/units.ts';
import { reasonWords, tell } from '../messages/details.ts';
import { type Language, say } from '../messages/reasons.ts';
import { reportWords } from '../messages/report.ts';
import type { Finding } from '../model/diagnosis.ts';
import type { Record } from '../model/record.ts';
import { printable } from './layout.ts';
import { subject } from './text.ts';

export function renderMarkdown(record: Record, language: Language): string {
  const words = reportWords[language];
  const { machine, window, diagnosis } = record;
  const lines = [
    `# kmai: ${text(machine.hostname)}: ${words.verdicts[diagnosis.verdict]}`,
    '',
    `Linux ${text(machine.release)} ${text(machine.arch)}, ${text(machine.distribution)}${machine.memory_bytes === null ? '' : `, ${bytes(machine.memory_bytes)}`}; ${window.start} – ${window.end}`,
    '',
    ...diagnosis.reasons.map((reason) => `- ${text(say(reason, language))}`),
    ...diagnosis.findings.flatMap((finding) => findingLines(finding, language)),
  ];
  if (record.ledger) {
    lines.push('', `## ${words.ledger}`, '', '| | |', '|---|---:|');
    for (const part of record.ledger.parts) if (part.bytes !== 0) lines.push(`| ${text(part.id)} | ${bytes(part.bytes)} |`);
    lines.push(
      `| ${words.unaccounted} | ${bytes(record.ledger.unaccounted_bytes)} |`,
      `| MemTotal | ${bytes(record.ledger.total_bytes)} |`,
    );
  }
  if (record.unavailable.length > 0) {
    lines.push('', `## ${words.stages.unread}`, '');
    for (const { what, reason, detail, help } of record.unavailable)
      lines.push(
        `- ${code(what)}: ${reasonWords[language][reason]}, ${text(tell(detail, language))}${help === '' ? '' : `; ${words.help}: ${text(tell(help, language))}`}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function findingLines(finding: Finding, language: Language): string[] {
  const words = reportWords[language];
  const { growth } = finding;
  const rate =
    growth.objects_per_second === null
      ? `${signed(growth.bytes_per_second, bytes)}${words.perSecond}`
      : `${signed(growth.objects_per_second)} ${words.objectsPerSecond}${growth.since_boot === true ? '' : ` (${figure(growth.interval95[0])} – ${figure(growth.interval95[1])})`}, ${signed(growth.bytes_per_second, bytes)}${words.perSecond}`;
  const average = growth.since_boot === true ? ` ${words.sinceBoot}` : '';
  const lines = ['', `## ${text(subject(finding))}: ${words.classes[finding.class]}`, '', `${rate}${average}`, ''];
  for (const reason of finding.reasons) lines.push(`- ${text(say(reason, language))}`);
  for (const site of finding.callsites)
    lines.push(`- ${figure(site.outstanding)} (${bytes(site.bytes)}): ${site.stack.map(code).join(' ← ')}`);
  for (const standing of finding.cases) {
    lines.push('', `### ${text(standing.id)}: ${words.standings[standing.standing]}`, '');
    for (const trigger of standing.triggers)
      lines.push(
        `- ${{ present: '✔', absent: '✘', unknown: '?' }[trigger.presence]} ${text(trigger.id)} ${trigger.found === '' ? '' : code(trigger.found)}`,
      );
    for (const reason of standing.for) lines.push(`- + ${text(say(reason, language))}`);
    for (const reason of standing.against) lines.push(`- − ${text(say(reason, language))}`);
    for (const reason of standing.unknown) lines.push(`- ? ${text(say(reason, language))}`);
  }
  if (finding.remedies.length > 0) lines.push('', `### ${words.stages.treat}`, '');
  for (const [index, remedy] of finding.remedies.entries()) {
    lines.push(
      `${index + 1}. ${text(remedy.wording?.does[language] ?? remedy.does)} (${text(remedy.wording?.risk[language] ?? remedy.risk)}${remedy.reversible ? `; ${words.reversible}` : ''})`,
    );
    for (const argv of remedy.commands) lines.push(`   - ${code(argv.join(' '))}`);
    if (remedy.boot_parameters !== undefined) lines.push(`   - ${words.bootWith(code(remedy.boot_parameters.join(' ')))}`);
  }
  return lines;
}

/** Text of the examined machine is hostile: it must not become markup. */
function text(value: string): string {
  return printable(value).replace(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}

/** As code, fenced by more backticks than the text holds. */
function code(value: string): string {
  const plain = printable(value);
  const fence = '`'.repeat(1 + Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length)));
  return fence.length === 1 ? `${fence}${plain}${fence}` : `${fence} ${plain} ${fence}`;
}
