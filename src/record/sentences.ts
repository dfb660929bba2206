/** The sentences of a record, pure: the text, the live view and the page draw the very same ones. */
import { bytes, chineseDuration, duration, englishDuration, figure, signed } from '../kernel/units.ts';
import { reasonWords, tell } from '../messages/details.ts';
import { type Language, say } from '../messages/reasons.ts';
import type { ReportWords } from '../messages/report.ts';
import type { CaseStanding, Finding, NextExam } from '../model/diagnosis.ts';
import type { Record } from '../model/record.ts';
import { printable } from './printable.ts';

/** What was examined, and for how long. */
export function header(record: Record, words: ReportWords, language: Language): string {
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

/** The verdict: a line a finding, each with its rate, its class and when memory is gone. */
export function verdictLines(record: Record, words: ReportWords, language: Language): string[] {
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

/** Who allocated what is still held, with the innermost frames. */
export function callsiteLines(finding: Finding, words: ReportWords): string[] {
  return finding.callsites.slice(0, 3).map(({ stack, outstanding, bytes: held, explained_fraction }) => {
    const explains = explained_fraction === null ? '' : `, ${words.explained(percent(explained_fraction))}`;
    const frames = stack.slice(0, 6).map((frame) => frame.replace(/\+0x.*/, ''));
    return `${figure(outstanding)} (${bytes(held)})${explains}: ${frames.join(' ← ')}`;
  });
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(0)} %`;
}

/** The conditions of a case on this host: found, not found or unknown. */
export function triggerLines(standing: CaseStanding, words: ReportWords): string[] {
  return standing.triggers.map(({ id, presence, found, installed_by }) => {
    const by = installed_by.length > 0 ? `  (${words.installedBy(installed_by.join(', '))})` : '';
    if (presence === 'present') return `✔ ${found === '' ? id : found.split('\n').slice(0, 3).join('; ')}${by}`;
    return presence === 'absent'
      ? `✘ ${id}: ${words.triggerAbsent}`
      : `? ${id}: ${words.triggerUnknown}${found === '' ? '' : `, ${found}`}`;
  });
}

/** The cases that stand, each with what speaks against it. */
export function caseLines(finding: Finding, words: ReportWords, language: Language): string[] {
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

/** What can be done, most thorough first. */
export function remedyLines(finding: Finding, words: ReportWords, language: Language): string[] {
  return finding.remedies
    .slice(0, 4)
    .map(
      (remedy, index) =>
        `${index + 1} ${remedy.wording?.does[language] ?? remedy.does}${remedy.reversible ? ` (${words.reversible})` : ''}`,
    );
}

/** An examination that would decide, with its burden and its command. */
export function nextLine(next: NextExam, language: Language): string {
  return `${tell(next.why, language)} (${tell(next.burden, language)}): ${next.command.join(' ')}`;
}

/** What could not be read, those first that a privilege would open; the JSON has all with their help. */
export function unreadLine(record: Record, words: ReportWords, language: Language): string {
  const why = reasonWords[language];
  const denied = record.unavailable.filter(({ reason }) => reason === 'denied');
  const others = record.unavailable.filter(({ reason }) => reason !== 'denied');
  const shown = [...denied, ...others].slice(0, 10).map(({ what, reason, detail, help }) => {
    const name = what.replace(/^\/sys\/kernel\/debug\//, '');
    if (reason === 'denied') return `${name} (${why[reason]}: ${tell(detail, language)}${help === '' ? '' : `; ${tell(help, language)}`})`;
    return reason === 'malformed' ? `${name} (${tell(detail, language)})` : `${name} (${why[reason]})`;
  });
  const rest = record.unavailable.length - shown.length;
  return [...shown, ...(rest > 0 ? [words.more(rest)] : [])].join(', ');
}
