/** What was asked, with each answer's source; and what could not be read, with what would help. */
import { tell } from '../src/messages/details.ts';
import type { Fact } from '../src/model/evidence.ts';
import type { Record } from '../src/model/record.ts';
import { unreadLine } from '../src/record/sentences.ts';
import { useWords } from './state.ts';

export function FactsView({ record }: { readonly record: Record }) {
  const { page } = useWords();
  return (
    <section id="facts" aria-labelledby="facts-title">
      <h2 id="facts-title">{page.sections.facts}</h2>
      {record.facts.length === 0 && <p class="empty">{page.empty.facts}</p>}
      {record.facts.map((fact) => (
        <FactView key={fact.id} fact={fact} />
      ))}
    </section>
  );
}

function FactView({ fact }: { readonly fact: Fact }) {
  const { page } = useWords();
  const items = Array.isArray(fact.value) ? (fact.value as readonly unknown[]) : [fact.value];
  return (
    <details class="fact">
      <summary>
        <strong>{fact.id}</strong> <span class="soft">{Array.isArray(fact.value) ? `(${items.length})` : oneLine(fact.value, 100)}</span>
      </summary>
      <ul class="plain">
        {items.map((item, at) => (
          <li key={at}>
            <code>{oneLine(item, 4000)}</code>
          </li>
        ))}
      </ul>
      <p class="soft">
        {page.columns.from}: <code>{fact.from}</code>
      </p>
    </details>
  );
}

/** A rule, route or unit is known by its text; anything else by its members. */
function oneLine(value: unknown, most: number): string {
  const text = lineOf(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function lineOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('text' in value && typeof value.text === 'string') return value.text;
  return Object.entries(value)
    .filter(([, member]) => member !== '' && member !== false && !(Array.isArray(member) && member.length === 0))
    .map(([key, member]) => `${key} ${typeof member === 'object' ? JSON.stringify(member) : String(member)}`)
    .join(', ');
}

export function UnreadView({ record }: { readonly record: Record }) {
  const { page, report, language } = useWords();
  return (
    <section id="unread" aria-labelledby="unread-title">
      <h2 id="unread-title">{page.sections.unread}</h2>
      {record.unavailable.length === 0 ? (
        <p class="empty">{page.empty.unread}</p>
      ) : (
        <>
          <p class="said">{unreadLine(record, report, language)}</p>
          <table>
            <thead>
              <tr>
                <th scope="col">{page.columns.what}</th>
                <th scope="col">{page.columns.why}</th>
                <th scope="col">{page.columns.help}</th>
              </tr>
            </thead>
            <tbody>
              {record.unavailable.map(({ what, reason, detail, help }, at) => (
                <tr key={at}>
                  <th scope="row">
                    <code>{what}</code>
                  </th>
                  <td>
                    <span class="tag">{page.reasons[reason]}</span> {tell(detail, language)}
                  </td>
                  <td>{tell(help, language)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
