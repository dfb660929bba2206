/** The verdict: the sentences of the text, first of all. */
import { duration, bytes, englishDuration, chineseDuration } from '../src/kernel/units.ts';
import { say } from '../src/messages/reasons.ts';
import type { Record } from '../src/model/record.ts';
import { subject, verdictLines } from '../src/record/sentences.ts';
import { instant } from './clock.ts';
import { usePage, useWords } from './state.ts';

export function Verdict({ record, partial }: { readonly record: Record; readonly partial: boolean }) {
  const { language, page, report } = useWords();
  const { thinnedTo } = usePage();
  const { machine, window: watched, diagnosis } = record;
  const seconds = (Date.parse(watched.end) - Date.parse(watched.start)) / 1000;
  const words = language === 'zh' ? chineseDuration : englishDuration;
  // Of a window that is still open little was asked yet.
  const seen = [
    `Linux ${machine.release} ${machine.arch}`,
    machine.distribution,
    machine.memory_bytes === null ? '' : bytes(machine.memory_bytes),
  ]
    .map((part) => part.replace(/ ?\bunknown$/, ''))
    .filter((part) => part !== '');
  return (
    <section id="verdict" aria-labelledby="verdict-title">
      <h1 id="verdict-title">
        <span class={`badge ${partial ? 'inconclusive' : diagnosis.verdict}`}>
          {partial ? page.server.running : report.verdicts[diagnosis.verdict]}
        </span>{' '}
        <bdi>{machine.hostname}</bdi>
      </h1>
      <p class="soft">
        {seen.map((part) => `${part} · `)}
        {seconds < 1 ? report.singleLook : report.watched(duration(seconds, words))} ·{' '}
        <time dateTime={watched.end}>{instant(watched.end)}</time>
      </p>
      {partial ? (
        <p class="notice">{page.partial}</p>
      ) : (
        <ol class="said">
          {verdictLines(record, report, language).map((line, at) => (
            <li key={line}>
              {at < diagnosis.findings.length && diagnosis.verdict !== 'healthy' ? <a href={`#finding-${at + 1}`}>{line}</a> : line}
            </li>
          ))}
        </ol>
      )}
      {diagnosis.reasons.length > 0 && !partial && (
        <ul class="plain">
          {diagnosis.reasons.map((reason) => (
            <li key={reason.text}>{say(reason, language)}</li>
          ))}
        </ul>
      )}
      {thinnedTo !== null && <p class="notice">{page.drawn(thinnedTo)}</p>}
    </section>
  );
}

export function findingTitle(record: Record, at: number): string {
  const finding = record.diagnosis.findings[at];
  return finding === undefined ? '' : subject(finding);
}
