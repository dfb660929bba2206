/** The words of the page and the HTML report. Typed: a missing translation does not compile. */
import type { Syndrome } from '../model/diagnosis.ts';
import type { OutcomeArm, Unavailable } from '../model/evidence.ts';
import { chinesePage } from './page-chinese.ts';
import { englishPage } from './page-english.ts';
import type { Language } from './sentence.ts';

export interface PageWords {
  readonly title: string;
  readonly skip: string;
  readonly navigation: string;
  readonly language: string;
  readonly theme: string;
  readonly themes: Readonly<Record<'system' | 'light' | 'dark', string>>;
  readonly print: string;
  readonly saveRecord: string;
  readonly loading: string;
  readonly drawn: (kept: number) => string;
  readonly partial: string;
  readonly sections: Readonly<
    Record<
      'verdict' | 'ledger' | 'caches' | 'callsites' | 'specimens' | 'outcomes' | 'facts' | 'unread' | 'next' | 'examine' | 'journal',
      string
    >
  >;
  readonly finding: Readonly<
    Record<
      | 'growth'
      | 'driver'
      | 'callsites'
      | 'census'
      | 'orphans'
      | 'experiments'
      | 'cases'
      | 'remedies'
      | 'triggers'
      | 'holders'
      | 'attribution'
      | 'next'
      | 'for'
      | 'against'
      | 'unknown'
      | 'rank'
      | 'references'
      | 'commands'
      | 'reversible'
      | 'irreversible'
      | 'company'
      | 'before'
      | 'after',
      string
    >
  >;
  readonly syndromes: Readonly<Record<Syndrome, string>>;
  readonly reasons: Readonly<Record<Unavailable['reason'], string>>;
  /** Parts of the ledger by id; an id that is not here is shown as it is. */
  readonly parts: Readonly<Record<string, string>>;
  readonly rest: string;
  readonly arms: Readonly<Record<'convicted' | 'acquitted' | NonNullable<OutcomeArm['undecided']>, string>>;
  readonly ledgerModes: Readonly<Record<'stack' | 'used' | 'change', string>>;
  readonly columns: Readonly<
    Record<
      | 'part'
      | 'bytes'
      | 'share'
      | 'rate'
      | 'interval'
      | 'cache'
      | 'owner'
      | 'objects'
      | 'held'
      | 'course'
      | 'what'
      | 'why'
      | 'help'
      | 'from',
      string
    >
  >;
  readonly per: Readonly<Record<'second' | 'objectsPerSecond', string>>;
  readonly axis: Readonly<Record<'gained' | 'gainedBytes' | 'events' | 'objectsInInterval', string>>;
  readonly fit: (rate: string, low: string, high: string) => string;
  readonly scatter: (ratio: string, low: string, high: string, r2: string) => string;
  readonly interval: (low: string, high: string) => string;
  readonly noInterval: string;
  readonly filter: string;
  readonly showAll: (count: number) => string;
  readonly showFewer: string;
  readonly shown: (shown: number, all: number) => string;
  readonly sortBy: (column: string) => string;
  readonly merged: (count: number) => string;
  readonly map: string;
  readonly mapHint: string;
  /** Caches that hold what they held. */
  readonly still: (count: number) => string;
  readonly chartHint: string;
  readonly more: Readonly<Record<'grown' | 'shrunk' | 'steady', string>>;
  readonly flame: {
    readonly label: (total: string) => string;
    readonly hint: string;
    readonly search: string;
    readonly found: (nodes: number, share: string) => string;
    readonly whole: string;
    readonly node: (name: string, held: string, share: string) => string;
    readonly by: Readonly<Record<'bytes' | 'objects', string>>;
  };
  readonly census: (objects: string) => string;
  readonly lost: (unreachable: string, objects: string, share: string) => string;
  readonly unreferenced: (count: string) => string;
  readonly pages: string;
  readonly unowned: (pages: string, all: string) => string;
  readonly journal: {
    readonly empty: string;
    readonly notHere: string;
    readonly kept: string;
    readonly passing: string;
    readonly undo: string;
  };
  readonly plan: {
    readonly show: string;
    readonly title: (caseId: string) => string;
    readonly wayBack: string;
    readonly lasting: string;
    readonly fixedIn: (releases: string) => string;
  };
  readonly readOnly: string;
  readonly empty: Readonly<
    Record<
      | 'ledger'
      | 'caches'
      | 'callsites'
      | 'specimens'
      | 'outcomes'
      | 'facts'
      | 'unread'
      | 'next'
      | 'driver'
      | 'growth'
      | 'remedies'
      | 'match',
      string
    >
  >;
  readonly server: {
    readonly live: string;
    readonly from: string;
    readonly diagnose: string;
    readonly listen: string;
    readonly seconds: string;
    readonly cache: string;
    readonly cancel: string;
    readonly finish: string;
    readonly cancelled: string;
    readonly running: string;
    readonly records: string;
    readonly drop: string;
    readonly choose: string;
    readonly dropNow: string;
    readonly uploading: string;
    readonly failed: (why: string) => string;
    readonly lost: string;
    readonly noRecord: string;
    readonly watching: (elapsed: string, of: string) => string;
    readonly preparing: (cache: string) => string;
    readonly listening: (cache: string) => string;
    readonly asking: string;
  };
}

export const pageWords: Readonly<Record<Language, PageWords>> = { en: englishPage, zh: chinesePage };
