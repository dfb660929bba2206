import type { Host } from '../host/host.ts';
import type { Slabinfo } from './sources/slabinfo.ts';

const AT_PAGESZ = 6;

/**
 * Bytes of a page: from the auxiliary vector of our own process, else from what slabinfo implies. null: neither is there.
 * The vector is native words, a type and a value each; include/uapi/linux/auxvec.h.
 */
export function readPageSize(host: Host, shown: Slabinfo | null): number | null {
  const bytes = host.readBytes('/proc/self/auxv');
  if (bytes.ok && bytes.value.byteLength % 16 === 0) {
    const view = new DataView(bytes.value.buffer, bytes.value.byteOffset, bytes.value.byteLength);
    for (let at = 0; at < view.byteLength; at += 16)
      if (view.getBigUint64(at, true) === BigInt(AT_PAGESZ)) return Number(view.getBigUint64(at + 8, true));
  }
  return shown === null || shown.names.length === 0 ? null : shown.sizes.pageSize;
}
