import { bytes, count, signed } from '../kernel/units.ts';
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

export function renderListened(heard: ListenedView, view: CallSitesView): string {
  const refused = heard.unavailable.map(({ what, detail, help }) => `${what}: ${detail}${help === '' ? '' : `; ${help}`}`);
  const found = heard.reconciliation;
  if (found === null) return `Nothing was heard.\n${refused.map((line) => `  ${line}\n`).join('')}`;
  const grew =
    found.growth_objects === null
      ? 'growth not measured'
      : `grew by ${signed(found.growth_objects, count)} objects (${signed(found.growth_objects * found.object_bytes, bytes)})`;
  const explained = found.explained_fraction === null ? '' : `, explained to ${(found.explained_fraction * 100).toFixed(0)} %`;
  const cost = heard.cost === null ? '' : `; listening cost ${(heard.cost * 100).toFixed(1)} % of a CPU`;
  const head = `${found.target}, ${found.seconds.toFixed(1)} s by ${heard.engine ?? '?'}: ${grew}${explained}; ${count(found.survivors)} allocated and not freed${cost}`;
  const remarks = [...found.remarks, ...refused].map((line) => `· ${line}`);
  return `${[head, ...remarks].join('\n')}\n\n${renderCallSites(heard.callsites, view)}`;
}
