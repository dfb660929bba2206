import { openDatagrams } from '../../host/datagrams.ts';
import { available } from '../../model/reading.ts';
import type { Family, Stimulus } from '../stimulus.ts';

/** The echo service (RFC 862): where there is none, the closed port answers with ICMP. */
export const ECHO_PORT = 7;
const PER_SECOND = 4000;

function udp(family: Family): Stimulus {
  return {
    kind: `udp${family}`,
    event: 'udp',
    reach: 'network',
    family,
    needs: { root: false, tools: [] },
    async prepare(arm, { target, address }) {
      const ours = target === 'loopback' || target === 'own';
      const opened = await openDatagrams({ family, address, port: ours ? null : (arm.port ?? ECHO_PORT), perSecond: PER_SECOND });
      if (!opened.ok) return opened;
      const { send, close } = opened.value;
      return available({ burst: send, close: async () => close() });
    },
  };
}

/** Datagrams of five bytes to one address. */
export const udp4 = udp(4);
export const udp6 = udp(6);
