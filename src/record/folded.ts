import type { CallSite } from '../model/evidence.ts';

export type CallSiteWeight = 'outstanding' | 'bytes' | 'allocated';

/**
 * Folded stacks, outermost first, a line each with its weight: `entry_SYSCALL;do_sys_openat2;… 2003`. What flamegraph.pl,
 * inferno and speedscope read. Sites without weight are left out.
 */
export function renderFolded(sites: readonly CallSite[], weight: CallSiteWeight = 'outstanding'): string {
  const folded = new Map<string, number>();
  for (const site of sites) {
    if (site[weight] <= 0) continue;
    const line = [site.cache, ...frameNames(site).toReversed()].join(';');
    folded.set(line, (folded.get(line) ?? 0) + site[weight]);
  }
  return Array.from(folded, ([line, value]) => `${line} ${Math.round(value)}\n`).join('');
}

/** Frames without offsets, which would make one function many; semicolons and line ends would break the format. */
export function frameNames(site: Pick<CallSite, 'stack'>): readonly string[] {
  return site.stack.map((frame) => frame.replace(/\+0x[0-9a-f]+(\/0x[0-9a-f]+)?/, '').replaceAll(/[;\n]/g, ' '));
}
