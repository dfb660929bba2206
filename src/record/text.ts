/** A Record as text for a person at a terminal: verdict first, then stage by stage what it stands on. */
import { bytes, chineseDuration, duration, englishDuration, figure, signed } from '../kernel/units.ts';
import { type Language, say } from '../messages/reasons.ts';
import { type ReportWords, reportWords } from '../messages/report.ts';
import type { CaseStanding, Finding, NextExam } from '../model/diagnosis.ts';
import type { Record } from '../model/record.ts';
import { outcomeSentence } from './outcome.ts';
import { painter, printable, row, type TextOptions } from './layout.ts';

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
  const tint = verdict === 'healthy' ? ink.green : verdict === 'inconclusive' ? ink.yellow : ink.red.bold;
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
    if (finding.remedies.length > 0) add(words.stages.treat, remedyLines(finding, words));
    if (finding.next.length > 0) add(words.stages.next, finding.next.slice(0, 2).map(nextLine));
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
  if (record.diagnosis.next.length > 0) add(words.stages.next, record.diagnosis.next.slice(0, 3).map(nextLine));
  const unread = unreadLine(record, words);
  if (unread) add(words.stages.unread, [unread]);
  while (lines.at(-1) === '') lines.pop();
  return `${lines.join('\n')}\n`;
}

function header(record: Record, words: ReportWords, language: Language): string {
  const { hostname, release, memory_bytes } = record.machine;
  const seconds = (Date.parse(record.window.end) - Date.parse(record.window.start)) / 1000;
  return [
    'kmai diagnose',
    printable(hostname),
    `Linux ${printable(release)}`,
    ...(memory_bytes === null ? [] : [bytes(memory_bytes)]),
    seconds < 1 ? words.singleLook : words.watched(duration(seconds, durationWords(language))),
  ].join(' · ');
}

function durationWords(language: Language): typeof englishDuration {
  return language === 'zh' ? chineseDuration : englishDuration;
}

/** What grows, in one word: the owner where it is known, else the cache, else the kind of memory. */
export function subject(finding: Finding): string {
  return finding.where.owner ?? finding.where.cache ?? finding.where.kind;
}

function verdictLines(record: Record, words: ReportWords, language: Language): string[] {
  const { verdict, findings } = record.diagnosis;
  if (verdict === 'healthy') return [words.healthy];
  if (findings.length === 0) return [words.cannotTell];
  const shown = findings.slice(0, 5).map((finding) => {
    const { objects_per_second, bytes_per_second, exhausts_in_seconds } = finding.growth;
    const rate =
      objects_per_second === null
        ? `${signed(bytes_per_second, bytes)}${words.perSecond}`
        : `${signed(objects_per_second)} ${words.objectsPerSecond} (${signed(bytes_per_second, bytes)}${words.perSecond})`;
    const gone = exhausts_in_seconds === null ? '' : `; ${words.gone(duration(exhausts_in_seconds, durationWords(language)))}`;
    const average = finding.growth.since_boot === true ? ` ${words.sinceBoot}` : '';
    const doubt = verdict === 'inconclusive' ? `${words.cannotTell}: ` : '';
    return `${doubt}${words.classes[finding.class]}: ${printable(subject(finding))}, ${rate}${average}${gone}`;
  });
  return findings.length > 5 ? [...shown, words.more(findings.length - 5)] : shown;
}

function callsiteLines(finding: Finding, words: ReportWords): string[] {
  return finding.callsites.slice(0, 3).map(({ stack, outstanding, bytes: held, explained_fraction }) => {
    const explains = explained_fraction === null ? '' : `, ${words.explained(percent(explained_fraction))}`;
    const frames = stack.slice(0, 6).map((frame) => frame.replace(/\+0x.*/, ''));
    return `${figure(outstanding)} (${bytes(held)})${explains}: ${frames.join(' ← ')}`;
  });
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(0)} %`;
}

function triggerLines(standing: CaseStanding, words: ReportWords): string[] {
  return standing.triggers.map(({ id, presence, found, installed_by }) => {
    const by = installed_by.length > 0 ? `  (${words.installedBy(installed_by.join(', '))})` : '';
    if (presence === 'present') return `✔ ${found === '' ? id : found.split('\n').slice(0, 3).join('; ')}${by}`;
    return presence === 'absent'
      ? `✘ ${id}: ${words.triggerAbsent}`
      : `? ${id}: ${words.triggerUnknown}${found === '' ? '' : `, ${found}`}`;
  });
}

function caseLines(finding: Finding, words: ReportWords, language: Language): string[] {
  const standing = finding.cases.filter((one) => one.standing !== 'ruled-out');
  if (standing.length === 0) return finding.class === 'kernel-leak' ? [words.noCase] : [];
  return standing.slice(0, 3).map((one) => {
    const against = one.against.length > 0 ? ` ${words.against}: ${one.against.map((reason) => say(reason, language)).join('; ')}.` : '';
    // Of a probable case, what is unknown are examinations that were not made: the next one is named below.
    const unknown =
      one.unknown.length > 0 && one.standing === 'suspected'
        ? ` ${words.unknown}: ${one.unknown.map((reason) => say(reason, language)).join('; ')}.`
        : '';
    return `${one.id}: ${words.standings[one.standing]}.${against}${unknown}`;
  });
}

function remedyLines(finding: Finding, words: ReportWords): string[] {
  return finding.remedies
    .slice(0, 4)
    .map((remedy, index) => `${index + 1} ${remedy.does}${remedy.reversible ? ` (${words.reversible})` : ''}`);
}

function nextLine(next: NextExam): string {
  return `${next.why} (${next.burden}): ${next.command.join(' ')}`;
}

/** What could not be read, those first that a privilege would open; the JSON has all with their help. */
function unreadLine(record: Record, words: ReportWords): string {
  const denied = record.unavailable.filter(({ reason }) => reason === 'denied');
  const others = record.unavailable.filter(({ reason }) => reason !== 'denied');
  const shown = [...denied, ...others].slice(0, 10).map(({ what, reason, detail, help }) => {
    const name = what.replace(/^\/sys\/kernel\/debug\//, '');
    if (reason === 'denied') return `${name} (${reason}: ${detail}${help === '' ? '' : `; ${help}`})`;
    return reason === 'malformed' ? `${name} (${detail})` : `${name} (${reason})`;
  });
  const rest = record.unavailable.length - shown.length;
  return [...shown, ...(rest > 0 ? [words.more(rest)] : [])].join(', ');
}
