/** Known leaks: what speaks for and against each, and its conditions on this host. */
import { say } from '../src/messages/reasons.ts';
import { tellTerm } from '../src/messages/signs.ts';
import type { CaseStanding, Finding, Reason } from '../src/model/diagnosis.ts';
import { caseLines, triggerLines } from '../src/record/sentences.ts';
import { useWords } from './state.ts';

export function Cases({ finding }: { readonly finding: Finding }) {
  const { language, page, report } = useWords();
  const said = caseLines(finding, report, language);
  if (finding.cases.length === 0 && said.length === 0) return null;
  return (
    <div class="part">
      <h3>{page.finding.cases}</h3>
      <ul class="said">
        {said.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {finding.cases.map((one, at) => (
        <CaseView key={one.id} standing={one} open={at === 0} />
      ))}
    </div>
  );
}

function CaseView({ standing, open }: { readonly standing: CaseStanding; readonly open: boolean }) {
  const { language, page, report } = useWords();
  return (
    <details class="case" open={open}>
      <summary>
        <strong>
          <bdi>{standing.id}</bdi>
        </strong>{' '}
        <span class={`tag ${standing.standing}`}>{report.standings[standing.standing]}</span> {standing.title?.[language]}
      </summary>
      {standing.triggers.length > 0 && (
        <>
          <h4>{page.finding.triggers}</h4>
          <ul class="plain marked">
            {triggerLines(standing, report).map((line, at) => (
              <li key={line} class={standing.triggers[at]!.presence}>
                {line}
              </li>
            ))}
          </ul>
        </>
      )}
      <div class="weighed">
        <Weighed title={page.finding.for} mark="+" reasons={standing.for} />
        <Weighed title={page.finding.against} mark="−" reasons={standing.against} />
        <Weighed title={page.finding.unknown} mark="?" reasons={standing.unknown} />
      </div>
      {standing.terms !== undefined && <Terms standing={standing} />}
      {standing.references !== undefined && standing.references.length > 0 && (
        <>
          <h4>{page.finding.references}</h4>
          <ul>
            {standing.references.map((text) => (
              <li key={text}>
                <Reference text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

function Weighed({ title, mark, reasons }: { readonly title: string; readonly mark: string; readonly reasons: readonly Reason[] }) {
  const { language } = useWords();
  return (
    <div>
      <h4>
        {title} <span class="soft">({reasons.length})</span>
      </h4>
      {reasons.length === 0 ? (
        <p class="soft">–</p>
      ) : (
        <ul class="plain">
          {reasons.map((reason) => (
            <li key={reason.code + reason.text}>
              <span class="mark" aria-hidden="true">
                {mark}
              </span>{' '}
              {say(reason, language)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the rank is the sum of: bars to the right speak for the case, bars to the left against it. */
function Terms({ standing }: { readonly standing: CaseStanding }) {
  const { language, page } = useWords();
  const terms = standing.terms ?? [];
  const most = Math.max(1, ...terms.map(({ points }) => Math.abs(points)));
  return (
    <>
      <h4>
        {page.finding.rank}: {standing.rank === undefined ? '' : standing.rank < 0 ? `−${-standing.rank}` : standing.rank}
      </h4>
      <table class="terms">
        <tbody>
          {terms.map(({ of, points }) => (
            <tr key={of}>
              <th scope="row">{tellTerm(of, language)}</th>
              <td class="number">{points > 0 ? `+${points}` : `−${-points}`}</td>
              <td class="balance" aria-hidden="true">
                <span class={points < 0 ? 'less' : 'more'} style={{ width: `${(Math.abs(points) / most) * 50}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Only what is plainly an address of the web becomes a link: a record is nobody's word. */
function Reference({ text }: { readonly text: string }) {
  return /^https:\/\/[\w.-]+(?:\/[\w./?=&%#+-]*)?$/.test(text) ? (
    <a href={text} rel="noreferrer noopener">
      {text}
    </a>
  ) : (
    <>{text}</>
  );
}
