import { openDatagrams } from '../../host/datagrams.ts';
import { available } from '../../model/reading.ts';
import type { Stimulus } from '../stimulus.ts';

/** A query for the A record of kmai.invalid (RFC 6761: no such name will ever be; any server answers from its own knowledge). */
export function query(): Uint8Array {
  const header = Buffer.from([0x6b, 0x6d, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
  const name = Buffer.concat(['kmai', 'invalid', ''].map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])));
  return Buffer.concat([header, name, Buffer.from([0, 1, 0, 1])]);
}

/** Queries to a name server that the operator names. One datagram there, one back. */
export const dns: Stimulus = {
  kind: 'dns',
  event: 'dns',
  reach: 'server',
  needs: { root: false, tools: [] },
  async prepare(arm, { address }) {
    const family = address.includes(':') ? 6 : 4;
    const opened = await openDatagrams({ family, address, port: arm.port ?? 53, payload: query(), perSecond: 1000 });
    if (!opened.ok) return opened;
    const { send, close } = opened.value;
    return available({ burst: send, close: async () => close() });
  },
};
