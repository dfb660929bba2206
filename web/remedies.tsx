/** Remedies: what each does, its risk, its exact commands. To be read: the page runs none of them. */
import { useComputed } from '@preact/signals';
import { useState } from 'preact/hooks';
import { tell } from '../src/messages/details.ts';
import type { Finding } from '../src/model/diagnosis.ts';
import type { Plan } from '../src/model/served.ts';
import { remedyLines } from '../src/record/sentences.ts';
import { usePage, useWords } from './state.ts';

export function Remedies({ finding }: { readonly finding: Finding }) {
  const { page, report, language } = useWords();
  if (finding.remedies.length === 0) return null;
  const said = remedyLines(finding, report, language);
  return (
    <div class="part">
      <h3>{page.finding.remedies}</h3>
      <ol class="remedies">
        {finding.remedies.map((remedy, at) => (
          <li key={remedy.id}>
            <p>
              <strong>{said[at]?.replace(/^\d+ /, '') ?? remedy.wording?.does[language] ?? remedy.does}</strong>{' '}
              {!remedy.reversible && <span class="tag">{page.finding.irreversible}</span>}
              {remedy.reversible && said[at] === undefined && <span class="tag">{page.finding.reversible}</span>}
            </p>
            <p class="soft">{remedy.wording?.risk[language] ?? remedy.risk}</p>
            {remedy.commands.length > 0 && (
              <pre aria-label={page.finding.commands} tabIndex={0}>
                {remedy.commands.map(shellLine).join('\n')}
              </pre>
            )}
            {remedy.boot_parameters !== undefined && <p>{report.bootWith(remedy.boot_parameters.join(' '))}</p>}
          </li>
        ))}
      </ol>
      <PlanView finding={finding} />
      <p class="soft">{page.readOnly}</p>
    </div>
  );
}

/** Served live: what the remedies of the likeliest case would do here, filled in, with the way back of each step. */
function PlanView({ finding }: { readonly finding: Finding }) {
  const { page, language } = useWords();
  const { server } = usePage();
  const [plan, setPlan] = useState<Plan | null>(null);
  const best = finding.cases.find(({ standing }) => standing === 'confirmed' || standing === 'probable');
  const here = useComputed(() => server?.served.value?.records.find(({ id }) => id === server.shown.value)?.here === true).value;
  if (server === null || best === undefined || !here) return null;
  if (plan === null)
    return (
      <button type="button" onClick={() => void server.plan(best.id).then(setPlan)}>
        {page.plan.show}
      </button>
    );
  return (
    <div class="plan" role="status">
      <h4>{page.plan.title(plan.case)}</h4>
      {plan.fixed_in.length > 0 && <p>{page.plan.fixedIn(plan.fixed_in.join(', '))}</p>}
      {plan.options.map(({ remedy, steps, why }) => (
        <div key={remedy}>
          <h4>{remedy}</h4>
          {why !== null && (
            <p>
              <code>{why.what}</code>: {tell(why.detail, language)}. {tell(why.help, language)}
            </p>
          )}
          {steps?.map((step, at) => (
            <div key={at}>
              <pre tabIndex={0}>{shellLine(step.argv)}</pre>
              <p class="soft">
                {step.undo === null ? page.finding.irreversible : page.plan.wayBack}{' '}
                {step.lasting && <span class="tag">{page.plan.lasting}</span>}
              </p>
              {step.undo !== null && <pre tabIndex={0}>{step.undo.join('\n')}</pre>}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** An argv as it would be typed: quoted where a shell would take it apart. */
export function shellLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
