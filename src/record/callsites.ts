import { bytes, count, duration } from '../kernel/units.ts';
import type { CallSite } from '../model/evidence.ts';

export interface CallSitesView {
  /** How many sites are shown in full. */
  readonly top: number;
  readonly width: number;
}

const standing = { yes: 'LEAKING', no: 'not leaking', unknown: 'cannot tell' } as const;
const FRAMES_SHOWN = 24;

/**
 * Call sites as text: each with what it allocated, freed and still holds, its processes, and its stack innermost first.
 * Sites that hold nothing are summed up in the last line.
 */
export function renderCallSites(sites: readonly CallSite[], view: CallSitesView): string {
  const holding = sites.filter((site) => site.outstanding > 0);
  const shown = holding.slice(0, view.top);
  const blocks = shown.map((site, index) => renderSite(site, index + 1, view.width));
  const rest = [
    ...(holding.length > shown.length ? [`${count(holding.length - shown.length)} more hold something`] : []),
    ...(sites.length > holding.length ? [`${count(sites.length - holding.length)} freed all they allocated`] : []),
  ];
  return `${[...blocks, ...(rest.length > 0 ? [`${rest.join('; ')}.`] : [])].join('\n\n')}\n`;
}

function renderSite(site: CallSite, number: number, width: number): string {
  const holds = `${count(site.outstanding)} ${site.outstanding === 1 ? 'object' : 'objects'} (${bytes(site.bytes)})`;
  const age = site.oldest_seconds === null ? '' : `, oldest ${duration(site.oldest_seconds)}`;
  const lines = [`${number}. ${holds} still held: ${standing[site.leaking]}`];
  lines.push(`   ${count(site.allocated)} allocated, ${count(site.freed)} freed${age}${cpus(site)}`);
  const processes = (site.processes ?? []).map(({ pid, comm, count: objects }) => `${comm === '' ? '?' : comm} (${pid}) ${count(objects)}`);
  if (processes.length > 0) lines.push(`   by ${processes.join(', ')}`);
  site.stack.slice(0, FRAMES_SHOWN).forEach((frame, depth) => lines.push(`   ${depth === 0 ? '┌' : '│'} ${frame}`));
  if (site.stack.length > FRAMES_SHOWN) lines.push(`   ╎ and ${site.stack.length - FRAMES_SHOWN} more frames`);
  if (site.stack.length === 0) lines.push('   (no stack)');
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)).join('\n');
}

function cpus(site: CallSite): string {
  const list = site.cpus ?? [];
  if (list.length === 0) return '';
  return `, on ${list.length === 1 ? 'CPU' : 'CPUs'} ${list.length > 8 ? `${list.slice(0, 8).join(' ')} …` : list.join(' ')}`;
}
