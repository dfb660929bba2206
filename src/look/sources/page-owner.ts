import { Malformed } from '../../model/reading.ts';
import { addName, collectNames, namesOf } from '../scan.ts';
import type { Named, Source } from '../source.ts';

export interface PageOwner extends Named {
  /** What the numbers are: since 6.10 pages (nr_base_pages), before that allocations of any order (stack_count). */
  readonly unit: 'pages' | 'allocations';
}

/**
 * Blocks of ` function+0x…/0x…` lines, innermost first, ended by `nr_base_pages: N` and a blank line; mm/page_owner.c, stack_print()
 * (commit 765973a09803 "mm,page_owner: display all stacks and their count", in v6.9). Frames of the allocator itself are stripped.
 */
export function parsePageOwner(text: string, like?: PageOwner): PageOwner {
  const counts = new Map<string, number>();
  let unit: PageOwner['unit'] = 'pages';
  let frames: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const total = /^(nr_base_pages|stack_count): (\d+)$/.exec(line.trim());
    if (total !== null) {
      if (frames.length === 0) throw new Malformed(index + 1, 'a stack before its count', line);
      if (total[1] === 'stack_count') unit = 'allocations';
      const stack = withoutAllocator(frames).join(' < ');
      counts.set(stack, (counts.get(stack) ?? 0) + Number(total[2]));
      frames = [];
    } else if (/^\s+\S+(?: \[\S+\])?$/.test(line)) frames.push(line.trim());
    else if (line.trim() !== '') throw new Malformed(index + 1, 'a frame, nr_base_pages or stack_count', line);
  }
  const names = collectNames(like?.names);
  for (const stack of counts.keys()) addName(names, stack, 0, stack.length);
  return { names: namesOf(names), values: Float64Array.from(counts.values()), unit };
}

/** Every page passes through these. */
const allocator =
  /^(?:post_alloc_hook|prep_new_page|get_page_from_freelist|__alloc_pages|__alloc_frozen_pages|alloc_pages|__folio_alloc|folio_alloc|set_page_owner|__set_page_owner)/;

function withoutAllocator(frames: readonly string[]): readonly string[] {
  const first = frames.findIndex((frame) => !allocator.test(frame));
  return first < 0 ? frames : frames.slice(first);
}

/** Who holds pages, by stack. */
export const pageOwner: Source<PageOwner> = {
  id: 'page-owner',
  path: '/sys/kernel/debug/page_owner_stacks/show_stacks',
  cadence: 'edge',
  help: { absent: 'a kernel ≥ 6.9 with CONFIG_PAGE_OWNER, booted with page_owner=on, and debugfs mounted', denied: 'run as root' },
  keep: 100,
  parse: parsePageOwner,
  keys: (value) =>
    value.names.map((stack) => ({ name: value.unit === 'pages' ? 'page_owner_pages' : 'page_owner_allocations', labels: { stack } })),
  values: (value) => value.values,
};
