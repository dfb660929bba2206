/** The page as a whole: a bar, a table of contents, and the record from its verdict down to what could not be read. */
import { useComputed } from '@preact/signals';
import { languages } from '../src/messages/reasons.ts';
import type { Record } from '../src/model/record.ts';
import { CallSites } from './call-sites.tsx';
import { CachesView } from './caches.tsx';
import { Examine, Journal } from './examine.tsx';
import { FactsView, UnreadView } from './facts.tsx';
import { FindingView } from './finding.tsx';
import { flamePathsOf, FlameGraph } from './flame.tsx';
import { Lazy } from './lazy.tsx';
import { LedgerView } from './ledger.tsx';
import { NextExams } from './next.tsx';
import { OutcomeList } from './outcomes.tsx';
import { Specimens } from './specimens.tsx';
import { chooseLanguage, themes, usePage, useWords } from './state.ts';
import { findingTitle, Verdict } from './verdict.tsx';

export function App() {
  const { page } = useWords();
  const { record, server } = usePage();
  const shown = record.value;
  return (
    <>
      <a class="skip" href="#main">
        {page.skip}
      </a>
      <Bar />
      <div class="layout">
        <Contents record={shown} />
        <main id="main" tabIndex={-1}>
          {server !== null && <Examine server={server} />}
          {shown === null ? (
            <p class="empty large">{server === null ? page.loading : page.server.noRecord}</p>
          ) : (
            <RecordView record={shown} />
          )}
          <Journal />
        </main>
      </div>
    </>
  );
}

const languageNames = { en: 'English', zh: '中文' } as const;

function Bar() {
  const { page } = useWords();
  const state = usePage();
  const record = state.record.value;
  const whole = record !== null && state.thinnedTo === null;
  return (
    <header class="bar">
      <span class="brand">
        kmai <span lang="zh-Hans">K脉</span>
      </span>
      <div class="tools" role="group" aria-label={page.language}>
        {languages.map((one) => (
          <button key={one} type="button" lang={one} aria-pressed={state.language.value === one} onClick={() => chooseLanguage(state, one)}>
            {languageNames[one]}
          </button>
        ))}
      </div>
      <label>
        <span class="hidden">{page.theme}</span>
        <select
          value={state.theme.value}
          onChange={(event) => {
            state.theme.value = themes.find((one) => one === event.currentTarget.value) ?? 'system';
          }}
        >
          {themes.map((one) => (
            <option key={one} value={one}>
              {page.themes[one]}
            </option>
          ))}
        </select>
      </label>
      {whole && (
        <button type="button" onClick={() => save(record)}>
          {page.saveRecord}
        </button>
      )}
      <button type="button" onClick={() => print()}>
        {page.print}
      </button>
    </header>
  );
}

function save(record: Record): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(record, null, 1)], { type: 'application/json' }));
  link.download = `kmai-${record.machine.hostname.replace(/[^\w.-]/g, '_')}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Contents({ record }: { readonly record: Record | null }) {
  const { page } = useWords();
  const { server } = usePage();
  const sections = page.sections;
  const link = (id: string, text: string, inner = false) => (
    <li key={id} class={inner ? 'inner' : ''}>
      <a href={`#${id}`}>{text}</a>
    </li>
  );
  return (
    <nav aria-label={page.navigation}>
      <ul>
        {server !== null && link('examine', sections.examine)}
        {record !== null && (
          <>
            {link('verdict', sections.verdict)}
            {record.diagnosis.findings.map((_, at) => link(`finding-${at + 1}`, findingTitle(record, at), true))}
            {(['ledger', 'caches', 'callsites', 'specimens', 'outcomes', 'next', 'facts', 'unread'] as const).map((id) =>
              link(id, sections[id]),
            )}
          </>
        )}
        {link('journal', sections.journal)}
      </ul>
    </nav>
  );
}

function RecordView({ record }: { readonly record: Record }) {
  const { page } = useWords();
  const { server } = usePage();
  // Computed, so that the second hand of an examination does not draw the whole record anew.
  const partial = useComputed(() => server?.shown.value === 0 && server.served.value?.running?.kind === 'diagnose').value;
  const { callsites, outcomes, specimens, diagnosis } = record;
  const read = specimens.filter(({ kind }) => kind !== 'cache');
  return (
    <>
      <Verdict record={record} partial={partial} />
      {!partial && diagnosis.findings.map((finding, at) => <FindingView key={at} record={record} finding={finding} number={at + 1} />)}
      <LedgerView record={record} />
      <CachesView record={record} />
      <section id="callsites" aria-labelledby="callsites-title">
        <h2 id="callsites-title">{page.sections.callsites}</h2>
        {callsites.length === 0 ? (
          <p class="empty">{page.empty.callsites}</p>
        ) : (
          <>
            <CallSites sites={callsites} />
            <Lazy height={240}>
              {() => (
                <FlameGraph
                  root={page.sections.callsites}
                  paths={flamePathsOf(callsites.map((site) => ({ ...site, stack: [...site.stack, site.cache] })))}
                />
              )}
            </Lazy>
          </>
        )}
      </section>
      <section id="specimens" aria-labelledby="specimens-title">
        <h2 id="specimens-title">{page.sections.specimens}</h2>
        {read.length === 0 ? <p class="empty">{page.empty.specimens}</p> : <Specimens specimens={read} />}
      </section>
      <section id="outcomes" aria-labelledby="outcomes-title">
        <h2 id="outcomes-title">{page.sections.outcomes}</h2>
        {outcomes.length === 0 ? <p class="empty">{page.empty.outcomes}</p> : <OutcomeList outcomes={outcomes} />}
      </section>
      <section id="next" aria-labelledby="next-title">
        <h2 id="next-title">{page.sections.next}</h2>
        <NextExams exams={diagnosis.next.length > 0 ? diagnosis.next : diagnosis.findings.flatMap(({ next }) => next)} />
      </section>
      <FactsView record={record} />
      <UnreadView record={record} />
    </>
  );
}
