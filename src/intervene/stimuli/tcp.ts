import { openConnections } from '../../host/connections.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Family, Stimulus } from '../stimulus.ts';

function tcp(family: Family): Stimulus {
  return {
    kind: `tcp${family}`,
    event: 'tcp',
    reach: 'network',
    family,
    needs: { root: false, tools: [] },
    async prepare(arm, { target, address }) {
      const ours = target === 'loopback' || target === 'own';
      if (!ours && arm.port === undefined)
        return unavailable(arm.stimulus, 'unsupported', 'a TCP peer needs a port', `--peer [${address}]:PORT`);
      const opened = await openConnections(address, ours ? null : arm.port!);
      if (!opened.ok) return opened;
      const { open, close } = opened.value;
      return available({ burst: open, close: async () => close() });
    },
  };
}

/** Connections, each opened and closed at once. They linger in TIME-WAIT for a minute: settle longer, or count that cache. */
export const tcp4 = tcp(4);
export const tcp6 = tcp(6);
