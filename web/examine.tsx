/** What only the served page has: examinations to start and to cancel, files to drop, records to choose, the journal. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { tell } from '../src/messages/details.ts';
import { mostSeconds, type Running } from '../src/model/served.ts';
import type { ServerState } from './server-state.ts';
import { usePage, useWords } from './state.ts';
import { instant } from './clock.ts';

export function Examine({ server }: { readonly server: ServerState }) {
  const { language, page, report } = useWords();
  const [wanted, want] = useState<Wanted>({ seconds: '60', cache: '' });
  const served = server.served.value;
  const running = served?.running ?? null;
  return (
    <section id="examine" aria-labelledby="examine-title" class="panel">
      <h2 id="examine-title">
        {page.sections.examine}:{' '}
        {served?.from == null ? (
          page.server.live
        ) : (
          <>
            {page.server.from} <bdi>{served.from}</bdi>
          </>
        )}
      </h2>
      {!server.connected.value && (
        <p class="notice" role="alert">
          {page.server.lost}
        </p>
      )}
      {server.refused.value !== '' && (
        <p class="notice" role="alert">
          {page.server.failed(tell(server.refused.value, language))}
        </p>
      )}
      {served?.ended != null && running === null && (
        <p class="notice" role="status">
          {served.ended.how === 'cancelled' ? page.server.cancelled : page.server.failed(tell(served.ended.why, language))}
        </p>
      )}
      {running !== null ? (
        <Progress server={server} running={running} />
      ) : (
        served?.from == null && <Start server={server} wanted={wanted} want={want} />
      )}
      <Drop server={server} busy={running !== null || server.uploading.value} />
      {served !== null && served.records.length > 0 && (
        <>
          <h3>{page.server.records}</h3>
          <ul class="plain records">
            {served.records.map((record) => (
              <li key={record.id}>
                <button type="button" aria-pressed={server.shown.value === record.id} onClick={() => server.show(record.id)}>
                  <bdi>{record.title}</bdi> · {instant(record.at)} · {report.verdicts[record.verdict]}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** What was typed: it outlives the form, which gives way to the progress of what it started. */
interface Wanted {
  readonly seconds: string;
  readonly cache: string;
}

interface StartProps {
  readonly server: ServerState;
  readonly wanted: Wanted;
  readonly want: (wanted: Wanted) => void;
}

function Start({ server, wanted, want }: StartProps) {
  const { page } = useWords();
  const { seconds, cache } = wanted;
  const chosen = Math.min(mostSeconds, Math.max(1, Number(seconds) || 60));
  const submit = (what: () => void) => (event: Event) => {
    event.preventDefault();
    what();
  };
  return (
    <div class="tools">
      <form onSubmit={submit(() => server.diagnose(chosen))}>
        <label>
          {page.server.seconds}{' '}
          <input
            name="seconds"
            type="number"
            min={1}
            max={mostSeconds}
            value={seconds}
            onInput={(event) => want({ ...wanted, seconds: event.currentTarget.value })}
          />
        </label>
        <button type="submit" class="primary">
          {page.server.diagnose}
        </button>
      </form>
      <form onSubmit={submit(() => cache.trim() !== '' && server.listen(cache.trim(), Math.min(chosen, 120)))}>
        <label>
          {page.server.cache}{' '}
          <input name="cache" value={cache} onInput={(event) => want({ ...wanted, cache: event.currentTarget.value })} />
        </label>
        <button type="submit" disabled={cache.trim() === ''}>
          {page.server.listen}
        </button>
      </form>
    </div>
  );
}

function Progress({ server, running }: { readonly server: ServerState; readonly running: Running }) {
  const { page } = useWords();
  const said =
    running.stage === 'watching'
      ? page.server.watching(running.elapsed.toFixed(0), running.seconds.toFixed(0))
      : running.stage === 'listening'
        ? page.server.listening(running.about)
        : running.stage === 'preparing'
          ? page.server.preparing(running.about)
          : page.server.asking;
  const known = running.seconds > 0 && (running.stage === 'watching' || running.stage === 'listening');
  const mayEnd = running.stage === (running.kind === 'listen' ? 'listening' : 'watching');
  return (
    <div class="tools">
      <label>
        <span role="status">
          {page.server.running}. {said}
        </span>{' '}
        {known ? <progress max={running.seconds} value={Math.min(running.elapsed, running.seconds)} /> : <progress />}
      </label>
      {mayEnd && (
        <button type="button" onClick={() => server.end(true)}>
          {page.server.finish}
        </button>
      )}
      <button type="button" onClick={() => server.end(false)}>
        {page.server.cancel}
      </button>
    </div>
  );
}

/** A file dropped anywhere on the page, or chosen. */
function Drop({ server, busy }: { readonly server: ServerState; readonly busy: boolean }) {
  const { page } = useWords();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const drag = (event: DragEvent): void => {
      event.preventDefault();
      setOver(event.type === 'dragover');
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file !== undefined) server.upload(file);
    };
    addEventListener('dragover', drag);
    addEventListener('dragleave', drag);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', drag);
      removeEventListener('drop', drop);
    };
  }, [server]);
  return (
    <div class={over ? 'drop over' : 'drop'}>
      {over ? page.server.dropNow : server.uploading.value ? page.server.uploading : page.server.drop}{' '}
      <button type="button" disabled={busy} onClick={() => input.current?.click()}>
        {page.server.choose}
      </button>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label={page.server.choose}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) server.upload(file);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

export function Journal() {
  const { page } = useWords();
  const journal = usePage().server?.served.value?.journal;
  return (
    <section id="journal" aria-labelledby="journal-title">
      <h2 id="journal-title">{page.sections.journal}</h2>
      {journal === undefined ? (
        <p class="empty">{page.journal.notHere}</p>
      ) : journal.length === 0 ? (
        <p class="empty">{page.journal.empty}</p>
      ) : (
        <>
          <ul>
            {journal.map((entry) => (
              <li key={entry.at + entry.what}>
                <code>{entry.what}</code> <span class="soft">{instant(entry.at)}</span>{' '}
                <span class="tag">{entry.kept ? page.journal.kept : page.journal.passing}</span>
              </li>
            ))}
          </ul>
          <pre tabIndex={0}>{page.journal.undo}</pre>
        </>
      )}
    </section>
  );
}
