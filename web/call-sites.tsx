/** Who allocated what is still held: the sites with the most, with their numbers and their calls, innermost first. */
import { count } from '../src/kernel/units.ts';
import { listenedWords } from '../src/messages/listened.ts';
import type { CallSite } from '../src/model/evidence.ts';
import { siteTexts } from '../src/record/callsites.ts';
import { useWords } from './state.ts';

const mostShown = 10;
/** Innermost calls that are seen without opening the rest. */
const firstFrames = 6;

export function CallSites({ sites }: { readonly sites: readonly CallSite[] }) {
  const { language } = useWords();
  const words = listenedWords[language];
  const holding = sites.filter(({ outstanding }) => outstanding > 0).toSorted((a, b) => b.bytes - a.bytes);
  const rest = [
    ...(holding.length > mostShown ? [words.more(count(holding.length - mostShown))] : []),
    ...(sites.length > holding.length ? [words.freedAll(count(sites.length - holding.length))] : []),
  ];
  return (
    <>
      {holding.slice(0, mostShown).map((site, at) => (
        <Site key={`${site.cache} ${site.stack.join()}`} site={site} number={at + 1} />
      ))}
      {rest.length > 0 && <p class="soft">{rest.join('; ')}.</p>}
    </>
  );
}

function Site({ site, number }: { readonly site: CallSite; readonly number: number }) {
  const { language } = useWords();
  const words = listenedWords[language];
  const { head, more } = siteTexts(site, number, language);
  const frames = site.stack.map((frame) => frame.replace(/\+0x[0-9a-f/x]*/, ''));
  return (
    <div class="site">
      <p>
        {head} <bdi class="tag">{site.cache}</bdi>
      </p>
      {more.map((line) => (
        <p key={line} class="soft">
          {line}
        </p>
      ))}
      {frames.length === 0 ? (
        <p class="soft">{words.noStack}</p>
      ) : (
        <details>
          <summary>
            <code>{frames.slice(0, firstFrames).join(' ← ')}</code>
          </summary>
          <pre tabIndex={0}>{site.stack.join('\n')}</pre>
        </details>
      )}
    </div>
  );
}
