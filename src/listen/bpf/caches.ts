import type { Bpf } from '../../host/bpf.ts';
import type { Btf } from '../../kernel/btf.ts';
import { learnProgram } from './programs/learn.ts';
import { LISTED_BYTES, listCachesProgram } from './programs/list-caches.ts';

const POLL_MILLISECONDS = 2;

/** Addresses of the caches that bear a name, from the kernel's own list; undefined where it has no iterator over caches. */
export function listCaches(bpf: Bpf, btf: Btf, name: string, nameOffset: number): readonly bigint[] | undefined {
  const iterator = btf.find('bpf_iter_kmem_cache', 'func');
  if (iterator === undefined) return undefined;
  const program = bpf.loadProgram({
    name: 'kmai_caches',
    type: 'tracing',
    code: listCachesProgram(nameOffset),
    attach: { type: 'trace_iter', btfId: iterator },
  });
  try {
    const listed = bpf.iterate(program);
    const found: bigint[] = [];
    for (let at = 0; at + LISTED_BYTES <= listed.length; at += LISTED_BYTES) {
      const end = listed.indexOf(0, at + 8);
      if (listed.toString('latin1', at + 8, end) === name) found.push(listed.readBigUInt64LE(at));
    }
    return found;
  } finally {
    bpf.closeFd(program);
  }
}

/**
 * The cache's address from the first event that names it.
 * @returns undefined when `wait` ended first: nothing was allocated or freed in it
 */
export async function learnCache(
  bpf: Bpf,
  name: string,
  nameOffset: number,
  wait: (milliseconds: number) => Promise<boolean>,
): Promise<bigint | undefined> {
  const learnt = bpf.createMap({ name: 'kmai_learnt', type: 'array', keyBytes: 4, valueBytes: 8, entries: 1 });
  const fds = [learnt];
  try {
    const program = bpf.loadProgram({ name: 'kmai_learn', type: 'raw_tracepoint', code: learnProgram(learnt, name, nameOffset) });
    fds.push(program);
    for (const tracepoint of ['kmem_cache_free', 'kmem_cache_alloc']) fds.push(bpf.attachRawTracepoint(tracepoint, program));
    do {
      const address = bpf.lookup(learnt, new Uint8Array(4), 8)!.readBigUInt64LE(0);
      if (address !== 0n) return address;
    } while (await wait(POLL_MILLISECONDS));
    return undefined;
  } finally {
    for (const fd of fds.toReversed()) bpf.closeFd(fd);
  }
}
