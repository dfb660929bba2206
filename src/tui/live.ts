/** `kmai look` on a terminal: looks once a second, shows what changed, does what keys say. */
import process from 'node:process';
import type { Moment, Watch, WatchedCache } from '../consult/watch.ts';
import { liveWords } from '../messages/live.ts';
import type { Language } from '../messages/reasons.ts';
import { asciiOf } from '../record/ascii.ts';
import { detailLines } from './detail.ts';
import type { Ink } from './ink.ts';
import { inkOf } from './ink.ts';
import { parseKeys, type Key } from './keys.ts';
import { listLines, pageOf, type Stage, windowOf } from './list.ts';
import { matching, ordered } from './order.ts';
import { changes } from './screen.ts';
import { openSession, type Session } from './session.ts';
import { diagnoseTask, listenTask, type Task } from './task.ts';
import { helpLines, taskLines, textLines, textPage } from './texts.ts';
import { chosenOf, firstView, press, type View } from './view.ts';

export interface LiveOptions {
  readonly watch: Watch;
  readonly language: Language;
  /** 0 none, 1 16 colours, 2 256. */
  readonly colors: 0 | 1 | 2;
  /** A terminal that shows ASCII only, and has no second screen to give back. */
  readonly plain: boolean;
  /** Aborted by an interrupt from outside. */
  readonly signal: AbortSignal;
  /** Seconds between two looks. */
  readonly interval: number;
}

/** Milliseconds that the rest of a key's sequence may take; then it was the Esc key. */
const sequenceMs = 60;

const asIs = (line: string): string => line;
const smallest = { columns: 40, rows: 10 } as const;

/** @returns the exit code: 0, or 128 + the signal that ended it */
export function runLive(options: LiveOptions): Promise<number> {
  const { watch, language, signal } = options;
  const words = liveWords[language];
  const ink: Ink = inkOf(options.colors);
  const { promise, resolve } = Promise.withResolvers<number>();
  let view: View = firstView;
  let moment: Moment = watch.look([]);
  let task: Task | null = null;
  let painted: readonly string[] | null = null;
  let pending = '';
  let pendingTimer: NodeJS.Timeout | undefined;
  const parent = process.ppid;

  const session: Session = openSession(options.plain, {
    onInput: (text) => input(text),
    onResize: () => {
      painted = null;
      paint();
    },
    onResume: () => {
      painted = null;
      paint();
    },
    onEnd: resolve,
  });

  const stage = (): Stage => {
    const [columns, rows] = session.size();
    return { watch, moment, words, language, ink, columns, rows, ascii: options.plain };
  };
  let listing: { readonly of: Moment; readonly as: View; readonly rows: readonly WatchedCache[] } | null = null;
  /** Asked for several times between two looks: the order is found once. */
  const listed = (): readonly WatchedCache[] => {
    if (listing?.of !== moment || listing.as !== view)
      listing = { of: moment, as: view, rows: ordered(matching(moment.caches, view.filter), view.sort, Math.min(120, moment.watched)) };
    return listing.rows;
  };
  /** The text of the screen that is one; null on the list. */
  const text = (on: Stage): readonly string[] | null => {
    if (view.screen === 'help') return helpLines(on);
    if (view.screen === 'task') return task === null ? [] : taskLines(on, task);
    if (view.screen !== 'detail' || view.chosen === null) return null;
    return detailLines(
      on,
      view.chosen,
      moment.caches.find(({ name }) => name === view.chosen),
    );
  };
  const running = (): boolean => task !== null && task.result() === null;
  const paint = (): void => {
    const on = stage();
    const lines =
      on.columns < smallest.columns || on.rows < smallest.rows ? [words.tooSmall] : linesOf(on).map(options.plain ? asciiOf : asIs);
    const written = changes(painted, lines);
    painted = lines;
    if (written !== '') session.write(written);
  };
  const linesOf = (on: Stage): readonly string[] => {
    const shown = text(on);
    if (shown === null) return listLines(on, view, listed());
    const title = view.screen === 'help' ? words.helpTitle : view.screen === 'task' ? (task?.title ?? '') : null;
    return textLines(on, shown, view.scroll, view.screen === 'task' && running(), title);
  };
  /** Whose growth is on the screen. */
  const onScreen = (): readonly string[] => {
    if (view.screen === 'detail') return view.chosen === null ? [] : [view.chosen];
    if (view.screen !== 'list') return [];
    const names = listed().map(({ name }) => name);
    const page = pageOf(stage());
    const first = windowOf(names, chosenOf(view, names), page);
    return names.slice(first, first + page);
  };
  const input = (given: string): void => {
    clearTimeout(pendingTimer);
    const { keys, rest } = parseKeys(pending + given);
    pending = rest;
    if (rest !== '')
      pendingTimer = setTimeout(() => {
        pending = '';
        if (rest === '\u001b') handle({ kind: 'named', name: 'escape' });
        paint();
      }, sequenceMs);
    for (const key of keys) handle(key);
    paint();
  };
  const handle = (key: Key): void => {
    const on = stage();
    const before = view;
    const around = {
      names: listed().map(({ name }) => name),
      page: view.screen === 'list' ? pageOf(on) : textPage(on),
      lines: text(on)?.length ?? 0,
      running: running(),
    };
    const { view: after, deed } = press(view, key, around);
    view = after;
    if (view.screen === 'detail' && (before.screen !== 'detail' || before.chosen !== view.chosen)) watch.follow(view.chosen);
    if (view.screen === 'list' && before.screen === 'detail') watch.follow(null);
    const asked = { words, language, color: ink.color, width: Math.min(on.columns, 120), onChange: paint };
    if (deed === 'quit') resolve(0);
    else if (deed === 'listen') task = listenTask(chosenOf(view, around.names) ?? '', asked);
    else if (deed === 'diagnose') task = diagnoseTask(watch, asked);
    else if (deed === 'early' || deed === 'cancel') task?.early();
    else if (deed === 'suspend') session.suspend();
    else if (deed === 'redraw') painted = null;
    if (deed === 'cancel') task = null;
  };

  const started = performance.now();
  let looks = 0;
  let timer: NodeJS.Timeout | undefined;
  const next = (): void => {
    // A stopped job that goes on, or a machine that could not keep up, skips what it missed.
    looks = Math.max(looks + 1, Math.floor((performance.now() - started) / 1000 / options.interval));
    timer = setTimeout(tick, Math.max(0, started + looks * options.interval * 1000 - performance.now()));
  };
  const tick = (): void => {
    // The launcher that would give the terminal back is gone, and the terminal is the shell's again.
    if (process.ppid !== parent) {
      resolve(129);
      return;
    }
    moment = watch.look(onScreen());
    paint();
    next();
  };
  signal.addEventListener('abort', () => resolve(130), { once: true });
  paint();
  next();
  return promise.finally(() => {
    clearTimeout(timer);
    clearTimeout(pendingTimer);
    task?.early();
    session.close();
  });
}
