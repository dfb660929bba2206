/** Remedies: what each does, its risk, its exact commands. To be read: the page runs none of them. */
import type { Finding } from '../src/model/diagnosis.ts';
import { remedyLines } from '../src/record/sentences.ts';
import { useWords } from './state.ts';

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
              <strong>{said[at]?.replace(/^\d+ /, '') ?? remedy.does}</strong>{' '}
              <span class="tag">{remedy.reversible ? page.finding.reversible : page.finding.irreversible}</span>
            </p>
            <p class="soft">{remedy.wording?.risk[language] ?? remedy.risk}</p>
            {remedy.commands.length > 0 && (
              <pre aria-label={page.finding.commands} tabIndex={0}>
                {remedy.commands.map(shellLine).join('\n')}
              </pre>
            )}
          </li>
        ))}
      </ol>
      <p class="soft">{page.readOnly}</p>
    </div>
  );
}

/** An argv as it would be typed: quoted where a shell would take it apart. */
export function shellLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
