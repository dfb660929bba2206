import { parseNamed } from '../named.ts';
import type { Key, Named, Source } from '../source.ts';

/** nr_* that only ever grow. */
const counters: ReadonlySet<string> = new Set([
  'nr_dirtied',
  'nr_written',
  'nr_throttled_written',
  'nr_vmscan_write',
  'nr_vmscan_immediate_reclaim',
  'nr_foll_pin_acquired',
  'nr_foll_pin_released',
  'nr_tlb_local_flush_all',
  'nr_tlb_remote_flush',
]);
/** A gauge of pages without the prefix. */
const gauges: ReadonlySet<string> = new Set(['workingset_nodes']);
/** In kilobytes, not pages (NR_KERNEL_STACK_KB, NR_KERNEL_SCS_KB): /proc/meminfo has them too. */
const notPages: ReadonlySet<string> = new Set(['nr_kernel_stack', 'nr_shadow_call_stack']);

function key(name: string): Key | null {
  if (notPages.has(name)) return null;
  const gauge = gauges.has(name) || (name.startsWith('nr_') && !counters.has(name));
  return gauge ? { name: 'vmstat_pages', labels: { field: name } } : { name: 'vmstat_total', labels: { counter: name } };
}

/** Lines `name value`: gauges of pages (`nr_*`) and event counters. mm/vmstat.c, vmstat_show(). */
export const vmstat: Source<Named> = {
  id: 'vmstat',
  path: '/proc/vmstat',
  cadence: 'tick',
  help: { absent: 'mount /proc' },
  parse: (text, like) => parseNamed(text, like),
  keys: (value) => value.names.map(key),
  values: (value) => value.values,
};
