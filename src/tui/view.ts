/** What the reader looks at, and how a key changes it. Pure: what is to be done beyond that is named, not done. */
import { type SortKey, sortKeys } from '../messages/live.ts';
import type { Key } from './keys.ts';

export interface View {
  readonly screen: 'list' | 'detail' | 'help' | 'task';
  /** Where `back` leads to from help and from a task. */
  readonly under: 'list' | 'detail';
  readonly sort: SortKey;
  readonly filter: string;
  /** The filter is being typed: letters are letters. */
  readonly typing: boolean;
  /** The chosen cache; null: whichever stands first, until somebody chooses. */
  readonly chosen: string | null;
  /** First line shown of a text that is longer than the screen. */
  readonly scroll: number;
}

export const firstView: View = {
  screen: 'list',
  under: 'list',
  sort: 'growth',
  filter: '',
  typing: false,
  chosen: null,
  scroll: 0,
};

export type Deed = 'quit' | 'listen' | 'diagnose' | 'cancel' | 'early' | 'suspend' | 'redraw';

export interface Pressed {
  readonly view: View;
  readonly deed: Deed | null;
}

/** What there is to move in. */
export interface Surroundings {
  /** The caches of the list in the order shown, filtered. */
  readonly names: readonly string[];
  /** Rows of a page. */
  readonly page: number;
  /** Lines of the text shown; 0 for the list. */
  readonly lines: number;
  /** What was started still runs. */
  readonly running: boolean;
}

export function press(view: View, key: Key, around: Surroundings): Pressed {
  if (key.kind === 'named') {
    if (key.name === 'interrupt' || key.name === 'end-of-input') return { view, deed: 'quit' };
    if (key.name === 'suspend') return { view, deed: 'suspend' };
    if (key.name === 'redraw') return { view, deed: 'redraw' };
  }
  if (view.typing) return { view: type(view, key), deed: null };
  if (view.screen === 'list') return pressList(view, key, around);
  return pressText(view, key, around);
}

function type(view: View, key: Key): View {
  if (key.kind === 'text') return { ...view, filter: view.filter + key.text, chosen: null };
  if (key.name === 'backspace') return { ...view, filter: view.filter.replace(/.$/su, ''), chosen: null };
  if (key.name === 'escape') return { ...view, filter: '', typing: false };
  return key.name === 'enter' ? { ...view, typing: false } : view;
}

/** How far a key moves: rows of a list, lines of a text. null: it is no key to move with. */
function stepOf(key: Key, page: number, all: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    'page-up': -page,
    'page-down': page,
    ' ': page,
    home: -all,
    end: all,
  };
  const name = key.kind === 'text' ? key.text : key.name;
  return Object.hasOwn(steps, name) ? steps[name]! : null;
}

function pressList(view: View, key: Key, around: Surroundings): Pressed {
  const done = (changed: Partial<View>, deed: Deed | null = null): Pressed => ({ view: { ...view, ...changed }, deed });
  const { names, page } = around;
  const chosen = chosenOf(view, names);
  const step = stepOf(key, page, names.length);
  if (step !== null) {
    const at = chosen === null ? 0 : names.indexOf(chosen);
    return done({ chosen: names[Math.max(0, Math.min(names.length - 1, at + step))] ?? null });
  }
  if (key.kind === 'named') {
    if (key.name === 'escape') return done({ filter: '' });
    const opens = key.name === 'enter' || key.name === 'right';
    return opens && chosen !== null ? done({ screen: 'detail', chosen, scroll: 0 }) : done({});
  }
  switch (key.text) {
    case 'q':
      return done({}, 'quit');
    case '/':
      return done({ typing: true });
    case '?':
    case 'h':
      return done({ screen: 'help', under: 'list', scroll: 0 });
    case 'l':
      return chosen === null ? done({}) : done({ screen: 'task', under: 'list', chosen, scroll: 0 }, 'listen');
    case 'd':
      return done({ screen: 'task', under: 'list', scroll: 0 }, 'diagnose');
    default: {
      const sort = Object.hasOwn(sortKeys, key.text) ? sortKeys[key.text as keyof typeof sortKeys] : undefined;
      return sort === undefined ? done({}) : done({ sort, chosen: null });
    }
  }
}

/** Detail, help and what a listening or a diagnosis found: text that may be longer than the screen. */
function pressText(view: View, key: Key, around: Surroundings): Pressed {
  const done = (changed: Partial<View>, deed: Deed | null = null): Pressed => ({ view: { ...view, ...changed }, deed });
  const { lines, page, running } = around;
  const step = stepOf(key, page, lines);
  if (step !== null) return done({ scroll: Math.max(0, Math.min(Math.max(0, lines - page), view.scroll + step)) });
  const runs = view.screen === 'task' && running;
  if (key.kind === 'named') {
    if (key.name === 'enter' && runs) return done({}, 'early');
    return ['enter', 'escape', 'left', 'backspace'].includes(key.name) ? back(view, runs) : done({});
  }
  if (key.text === 'q') return back(view, runs);
  if (view.screen !== 'detail') return done({});
  const from = { under: 'detail', scroll: 0 } as const;
  if (key.text === '?') return done({ screen: 'help', ...from });
  if (key.text === 'l') return done({ screen: 'task', ...from }, 'listen');
  return key.text === 'd' ? done({ screen: 'task', ...from }, 'diagnose') : done({});
}

function back(view: View, running: boolean): Pressed {
  const to = view.screen === 'detail' ? 'list' : view.under;
  return { view: { ...view, screen: to, scroll: 0 }, deed: running ? 'cancel' : null };
}

/** The chosen cache as long as it is in the list, else the first. */
export function chosenOf(view: View, names: readonly string[]): string | null {
  return view.chosen !== null && names.includes(view.chosen) ? view.chosen : (names[0] ?? null);
}
