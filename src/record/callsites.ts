import { bytes, chineseDuration, count, duration, englishDuration } from '../kernel/units.ts';
import { type ListenedWords, listenedWords } from '../messages/listened.ts';
import type { Language } from '../messages/reasons.ts';
import type { CallSite } from '../model/evidence.ts';

export interface CallSitesView {
  /** How many sites are shown in full. */
  readonly top: number;
  readonly width: number;
}

const FRAMES_SHOWN = 24;

/**
 * Call sites as text: each with what it allocated, freed and still holds, its processes, and its stack innermost first.
 * Sites that hold nothing are summed up in the last line.
 */
export function renderCallSites(sites: readonly CallSite[], view: CallSitesView, language: Language = 'en'): string {
  const words = listenedWords[language];
  const holding = sites.filter((site) => site.outstanding > 0);
  const shown = holding.slice(0, view.top);
  const blocks = shown.map((site, index) => renderSite(site, index + 1, view.width, words, language));
  const rest = [
    ...(holding.length > shown.length ? [words.more(count(holding.length - shown.length))] : []),
    ...(sites.length > holding.length ? [words.freedAll(count(sites.length - holding.length))] : []),
  ];
  return `${[...blocks, ...(rest.length > 0 ? [`${rest.join('; ')}.`] : [])].join('\n\n')}\n`;
}

/** What is said of a call site: what it holds, then what it did and for whom. */
export function siteTexts(site: CallSite, number: number, language: Language): { readonly head: string; readonly more: readonly string[] } {
  const words = listenedWords[language];
  const holds = words.objects(count(site.outstanding), site.outstanding === 1, bytes(site.bytes));
  const unit = language === 'zh' ? chineseDuration : englishDuration;
  const age = site.oldest_seconds === null ? '' : words.oldest(duration(site.oldest_seconds, unit));
  const processes = (site.processes ?? []).map(({ pid, comm, count: objects }) => `${comm === '' ? '?' : comm} (${pid}) ${count(objects)}`);
  return {
    head: words.site(number, holds, words.standing[site.leaking]),
    more: [
      `${words.counts(count(site.allocated), count(site.freed))}${age}${cpus(site, words)}`,
      ...(processes.length > 0 ? [words.by(processes.join(', '))] : []),
    ],
  };
}

function renderSite(site: CallSite, number: number, width: number, words: ListenedWords, language: Language): string {
  const { head, more } = siteTexts(site, number, language);
  const lines = [head, ...more.map((line) => `   ${line}`)];
  site.stack.slice(0, FRAMES_SHOWN).forEach((frame, depth) => lines.push(`   ${depth === 0 ? '┌' : '│'} ${frame}`));
  if (site.stack.length > FRAMES_SHOWN) lines.push(`   ╎ ${words.moreFrames(site.stack.length - FRAMES_SHOWN)}`);
  if (site.stack.length === 0) lines.push(`   ${words.noStack}`);
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)).join('\n');
}

function cpus(site: CallSite, words: ListenedWords): string {
  const list = site.cpus ?? [];
  if (list.length === 0) return '';
  return words.cpus(list.length > 8 ? `${list.slice(0, 8).join(' ')} …` : list.join(' '), list.length === 1);
}
