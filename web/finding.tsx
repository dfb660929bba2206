/** A finding: every sentence of the text, each with its picture. */
import { count, signed } from '../src/kernel/units.ts';
import { held } from '../src/messages/holdings.ts';
import { say } from '../src/messages/reasons.ts';
import type { Finding } from '../src/model/diagnosis.ts';
import type { Record } from '../src/model/record.ts';
import { callsiteLines, subject } from '../src/record/sentences.ts';
import { Cases } from './cases.tsx';
import { flamePathsOf, FlameGraph } from './flame.tsx';
import { DriverPicture, GrowthPicture } from './growth.tsx';
import { Lazy } from './lazy.tsx';
import { NextExams } from './next.tsx';
import { OutcomeList } from './outcomes.tsx';
import { Remedies } from './remedies.tsx';
import { Share } from './share.tsx';
import { Specimens } from './specimens.tsx';
import { useWords } from './state.ts';

interface FindingProps {
  readonly record: Record;
  readonly finding: Finding;
  readonly number: number;
}

export function FindingView({ record, finding, number }: FindingProps) {
  const { language, page, report } = useWords();
  const id = `finding-${number}`;
  const { where } = finding;
  const names = new Set([where.cache, where.owner].filter((name) => name !== undefined));
  const specimens = record.specimens.filter((one) => {
    if (one.kind === 'pages') return where.kind === 'pages';
    return one.kind !== 'cache' && names.has(one.cache);
  });
  const outcomes = record.outcomes.filter(
    ({ cache }) => cache !== undefined && (names.has(cache) || where.aliases?.includes(cache) === true),
  );
  const sites = record.callsites.filter(({ cache }) => names.has(cache) || where.aliases?.includes(cache) === true);
  return (
    <section id={id} aria-labelledby={`${id}-title`} class="finding">
      <h2 id={`${id}-title`}>
        <bdi>{subject(finding)}</bdi>
        <span class="tag">{report.classes[finding.class]}</span>
        <span class="tag">{page.syndromes[finding.syndrome]}</span>
      </h2>
      <ul class="said">
        {finding.reasons.map((reason) => (
          <li key={reason.code + reason.text}>{say(reason, language)}</li>
        ))}
      </ul>
      <div class="pair">
        <GrowthPicture record={record} finding={finding} />
        <DriverPicture record={record} finding={finding} />
      </div>
      <Attribution finding={finding} />
      <Holders finding={finding} />
      {(finding.callsites.length > 0 || sites.length > 0) && (
        <div class="part">
          <h3>{page.finding.callsites}</h3>
          <ul class="said">
            {callsiteLines(finding, report).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <Lazy height={240}>
            {() => <FlameGraph paths={flamePathsOf(sites.length > 0 ? sites : finding.callsites)} root={subject(finding)} />}
          </Lazy>
        </div>
      )}
      {specimens.length > 0 && <Specimens specimens={specimens} />}
      {outcomes.length > 0 && (
        <div class="part">
          <h3>{page.finding.experiments}</h3>
          <OutcomeList outcomes={outcomes} />
        </div>
      )}
      <Cases finding={finding} />
      <Remedies finding={finding} />
      {finding.next.length > 0 && (
        <div class="part">
          <h3>{page.finding.next}</h3>
          <NextExams exams={finding.next} />
        </div>
      )}
    </section>
  );
}

/** Which alias the growing objects are, by each population's own counter; what none explains stays visible. */
function Attribution({ finding }: { readonly finding: Finding }) {
  const { page, report } = useWords();
  const { attribution, unexplained_share, accompanied_by } = finding;
  if (attribution.length === 0 && accompanied_by === undefined) return null;
  return (
    <div class="part">
      <h3>{page.finding.attribution}</h3>
      {attribution.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{page.columns.owner}</th>
              <th scope="col">{page.columns.from}</th>
              <th scope="col" class="number">
                {page.columns.rate}
              </th>
              <th scope="col">{page.columns.share}</th>
            </tr>
          </thead>
          <tbody>
            {attribution.map((one) => (
              <tr key={one.alias + one.by}>
                <th scope="row">
                  <bdi>{one.alias}</bdi>
                </th>
                <td>
                  <code>{one.by}</code>
                </td>
                <td class="number">
                  {signed(one.objects_per_second)} {page.per.objectsPerSecond}
                </td>
                <td>
                  <Share share={one.share} />
                </td>
              </tr>
            ))}
            {unexplained_share !== null && (
              <tr>
                <th scope="row" colSpan={3}>
                  {report.unknown}
                </th>
                <td>
                  <Share share={unexplained_share} />
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
      {accompanied_by !== undefined && (
        <p>
          {page.finding.company}:{' '}
          {accompanied_by.map((one) => `${one.cache} (${signed(one.objects_per_second)}${page.per.second})`).join(', ')}
        </p>
      )}
    </div>
  );
}

function Holders({ finding }: { readonly finding: Finding }) {
  const { language, page } = useWords();
  if (finding.holders.length === 0) return null;
  return (
    <div class="part">
      <h3>{page.finding.holders}</h3>
      <table>
        <tbody>
          {finding.holders.map((holder) => (
            <tr key={`${holder.pid} ${holder.what}`}>
              <th scope="row">
                <bdi>{holder.comm}</bdi> <span class="soft">({holder.pid})</span>
              </th>
              <td class="number">{held(count(holder.count), holder.what, language)}</td>
              <td class="number">{holder.per_second === undefined ? '' : `${signed(holder.per_second)}${page.per.second}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
