/** What the page knows: the record that is shown, the reader's language and colours, and the server where there is one. */
import { signal, type Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { pageWords, type PageWords } from '../src/messages/page.ts';
import { type Language, languages } from '../src/messages/reasons.ts';
import { reportWords, type ReportWords } from '../src/messages/report.ts';
import type { Record } from '../src/model/record.ts';
import type { ServerState } from './server-state.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface PageState {
  readonly record: Signal<Record | null>;
  /** Points that long series were thinned to; null: the record is whole. */
  readonly thinnedTo: number | null;
  readonly language: Signal<Language>;
  readonly theme: Signal<Theme>;
  /** Whether dark colours are shown, by choice or by the system. */
  readonly dark: Signal<boolean>;
  /** null: a report, which stands alone. */
  readonly server: ServerState | null;
}

export const PageContext = createContext<PageState | null>(null);

export function usePage(): PageState {
  const page = useContext(PageContext);
  if (page === null) throw new Error('drawn outside of the page');
  return page;
}

export interface Wording {
  readonly language: Language;
  readonly page: PageWords;
  readonly report: ReportWords;
}

export function useWords(): Wording {
  const language = usePage().language.value;
  return { language, page: pageWords[language], report: reportWords[language] };
}

export function pageState(given: {
  readonly record: Record | null;
  readonly thinnedTo: number | null;
  readonly server: ServerState | null;
}): PageState {
  const asked = new URLSearchParams(location.search).get('lang') ?? remembered('kmai-language') ?? document.documentElement.lang;
  const language = signal(languages.find((one) => one === asked.slice(0, 2)) ?? 'en');
  const theme = signal(themes.find((one) => one === remembered('kmai-theme')) ?? 'system');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const dark = signal(false);
  // Paper is white, whatever the screen is.
  let printing = false;
  const look = (): void => {
    dark.value = !printing && (theme.value === 'system' ? system.matches : theme.value === 'dark');
    document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light';
  };
  system.addEventListener('change', look);
  for (const [event, begins] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const)
    addEventListener(event, () => {
      printing = begins;
      look();
    });
  theme.subscribe((value) => {
    remember('kmai-theme', value);
    look();
  });
  language.subscribe((value) => {
    document.documentElement.lang = value === 'zh' ? 'zh-Hans' : value;
    document.title = pageWords[value].title;
  });
  return { record: signal(given.record), thinnedTo: given.thinnedTo, language, theme, dark, server: given.server };
}

export function chooseLanguage({ language }: PageState, value: Language): void {
  remember('kmai-language', value);
  language.value = value;
}

/** A browser may refuse to remember anything for a file. */
function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // then it is asked for again
  }
}
