/** A listening or a diagnosis that was started from the view: it runs beside the view, tells how far it is, and can be ended. */
import type { Watch } from '../consult/watch.ts';
import type { LiveWords } from '../messages/live.ts';
import type { Language } from '../messages/reasons.ts';

export interface Task {
  readonly title: string;
  /** Seconds it takes if nobody ends it; what comes after them is told by `progress`. */
  readonly seconds: number;
  /** ms, performance.now() */
  readonly started: number;
  /** The last line of progress. */
  progress(): string;
  /** What was found, or why nothing; null: it still runs. */
  result(): string | null;
  /** Ends the window: what was seen until then is what there is. */
  early(): void;
}

export interface TaskOptions {
  readonly words: LiveWords;
  readonly language: Language;
  readonly color: boolean;
  /** columns */
  readonly width: number;
  /** Something changed that should be seen. */
  readonly onChange: () => void;
}

const listenSeconds = 10;
const diagnoseSeconds = 60;

export function listenTask(cache: string, options: TaskOptions): Task {
  return started(options.words.listening(cache), listenSeconds, options, async (signal) => {
    const { listenTo } = await import('../consult/listen.ts');
    const { renderListened } = await import('../record/listened.ts');
    return renderListened(await listenTo({ cache, seconds: listenSeconds, signal }), { top: 20, width: options.width }, options.language);
  });
}

export function diagnoseTask(watch: Watch, options: TaskOptions): Task {
  return started(options.words.diagnosing, diagnoseSeconds, options, async (signal, onProgress) => {
    const { consult } = await import('../consult/consult.ts');
    const { renderText } = await import('../record/text.ts');
    const exams = new Set(['look', 'ask', 'listen', 'touch'] as const);
    const record = await consult(watch.host, {
      seconds: diagnoseSeconds,
      exams,
      signal,
      onProgress,
      // The bar tells how far the window is, and which key ends it; what comes after it is told in words.
      onSample: () => onProgress(''),
      language: options.language,
    });
    return renderText(record, options.language, { width: options.width, color: options.color });
  });
}

/**
 * V8 keeps what was needed until it wants the room, which a view that stands by never does: a diagnosis would leave 12 MB
 * behind for days. The launcher gives us gc(); without it they stay.
 */
function giveBackMemory(): void {
  const { gc } = globalThis as { gc?: (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void };
  gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

function started(
  title: string,
  seconds: number,
  { words, onChange }: TaskOptions,
  work: (signal: AbortSignal, onProgress: (text: string) => void) => Promise<string>,
): Task {
  const stopper = new AbortController();
  let progress = '';
  let result: string | null = null;
  const finish = (text: string): void => {
    result = text;
    onChange();
    // Not now: what is finished is still being left.
    setTimeout(giveBackMemory, 100).unref();
  };
  work(stopper.signal, (text) => {
    progress = text;
    onChange();
  }).then(finish, (error: unknown) => finish(words.failed(error instanceof Error ? error.message : String(error))));
  return {
    title,
    seconds,
    started: performance.now(),
    progress: () => progress,
    result: () => result,
    early: () => stopper.abort(),
  };
}
