import { bytes, count, signed } from '../kernel/units.ts';
import { listenedWords } from '../messages/listened.ts';
import type { Language } from '../messages/reasons.ts';
import { tell } from '../messages/details.ts';
import type { CallSite, Unavailable } from '../model/evidence.ts';
import { type CallSitesView, renderCallSites } from './callsites.ts';

/** What `kmai listen` heard, as far as a reader needs it. */
export interface ListenedView {
  readonly engine: string | null;
  readonly callsites: readonly CallSite[];
  readonly reconciliation: {
    readonly target: string;
    readonly object_bytes: number;
    readonly seconds: number;
    readonly growth_objects: number | null;
    readonly survivors: number;
    readonly explained_fraction: number | null;
    readonly remarks: readonly string[];
  } | null;
  readonly cost: number | null;
  readonly unavailable: readonly Unavailable[];
}

export function renderListened(heard: ListenedView, view: CallSitesView, language: Language = 'en'): string {
  const words = listenedWords[language];
  const refused = heard.unavailable.map(
    ({ what, detail, help }) => `${what}: ${tell(detail, language)}${help === '' ? '' : `; ${tell(help, language)}`}`,
  );
  const found = heard.reconciliation;
  if (found === null) return `${words.nothing}\n${refused.map((line) => `  ${line}\n`).join('')}`;
  const grew =
    found.growth_objects === null
      ? words.notMeasured
      : words.grew(signed(found.growth_objects, count), signed(found.growth_objects * found.object_bytes, bytes));
  const explained = found.explained_fraction === null ? '' : words.explained(`${(found.explained_fraction * 100).toFixed(0)} %`);
  const cost = heard.cost === null ? '' : words.cost(`${(heard.cost * 100).toFixed(1)} %`);
  const head = `${words.head(found.target, found.seconds.toFixed(1), heard.engine ?? '?', `${grew}${explained}`, count(found.survivors))}${cost}`;
  const remarks = [...found.remarks.map((remark) => tell(remark, language)), ...refused].map((line) => `· ${line}`);
  return `${[head, ...remarks].join('\n')}\n\n${renderCallSites(heard.callsites, view, language)}`;
}
