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
  switch (key.name) {
    case 'backspace':
      return { ...view, filter: [...view.filter].slice(0, -1).join(''), chosen: null };
    case 'escape':
      return { ...view, filter: '', typing: false };
    case 'enter':
      return { ...view, typing: false };
    default:
      return view;
  }
}

function pressList(view: View, key: Key, around: Surroundings): Pressed {
  const done = (changed: Partial<View>, deed: Deed | null = null): Pressed => ({ view: { ...view, ...changed }, deed });
  const chosen = chosenOf(view, around.names);
  const move = (by: number): Pressed => {
    const at = chosen === null ? 0 : around.names.indexOf(chosen);
    const to = Math.max(0, Math.min(around.names.length - 1, at + by));
    return done({ chosen: around.names[to] ?? null });
  };
  if (key.kind === 'named')
    switch (key.name) {
      case 'up':
        return move(-1);
      case 'down':
        return move(1);
      case 'page-up':
        return move(-around.page);
      case 'page-down':
        return move(around.page);
      case 'home':
        return move(-around.names.length);
      case 'end':
        return move(around.names.length);
      case 'enter':
      case 'right':
        return chosen === null ? done({}) : done({ screen: 'detail', chosen, scroll: 0 });
      case 'escape':
        return done({ filter: '' });
      default:
        return done({});
    }
  switch (key.text) {
    case 'q':
      return done({}, 'quit');
    case 'k':
      return move(-1);
    case 'j':
      return move(1);
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
  const scroll = (by: number): Pressed =>
    done({ scroll: Math.max(0, Math.min(Math.max(0, around.lines - around.page), view.scroll + by)) });
  const back = (): Pressed => {
    if (view.screen === 'task' && around.running) return done({ screen: view.under, scroll: 0 }, 'cancel');
    return done({ screen: view.screen === 'detail' ? 'list' : view.under, scroll: 0 });
  };
  if (key.kind === 'named')
    switch (key.name) {
      case 'up':
        return scroll(-1);
      case 'down':
        return scroll(1);
      case 'page-up':
        return scroll(-around.page);
      case 'page-down':
        return scroll(around.page);
      case 'home':
        return scroll(-around.lines);
      case 'end':
        return scroll(around.lines);
      case 'enter':
        return view.screen === 'task' && around.running ? done({}, 'early') : back();
      case 'escape':
      case 'left':
      case 'backspace':
        return back();
      default:
        return done({});
    }
  switch (key.text) {
    case 'q':
      return back();
    case 'k':
      return scroll(-1);
    case 'j':
      return scroll(1);
    case ' ':
      return scroll(around.page);
    case '?':
      return view.screen === 'detail' ? done({ screen: 'help', under: 'detail', scroll: 0 }) : done({});
    case 'l':
      return view.screen === 'detail' ? done({ screen: 'task', under: 'detail', scroll: 0 }, 'listen') : done({});
    case 'd':
      return view.screen === 'detail' ? done({ screen: 'task', under: 'detail', scroll: 0 }, 'diagnose') : done({});
    default:
      return done({});
  }
}

/** The chosen cache as long as it is in the list, else the first. */
export function chosenOf(view: View, names: readonly string[]): string | null {
  return view.chosen !== null && names.includes(view.chosen) ? view.chosen : (names[0] ?? null);
}
