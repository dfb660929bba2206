import type { Host } from '../host/host.ts';
import { type Reading, unavailable } from '../model/reading.ts';
import type { Place } from './places.ts';

/**
 * A kernel without IPv6 answers some dumps with nothing and success, because rtnetlink falls back to all
 * families that have one. So an empty list counts only where the kernel shows that it has IPv6.
 */
export function emptyNeedsIpv6<T extends readonly unknown[]>(host: Host, place: Place<T>): Place<T> {
  return {
    from: place.from,
    read: async (): Promise<Reading<T>> => {
      const reading = await place.read();
      if (!reading.ok || reading.value.length > 0 || host.read('/proc/net/if_inet6').ok) return reading;
      return unavailable(
        place.from,
        'unsupported',
        'nothing printed, and no /proc/net/if_inet6: the kernel shows no IPv6',
        'a kernel with IPv6',
      );
    },
  };
}
