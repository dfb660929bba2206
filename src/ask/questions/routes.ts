import type { Question } from '../question.ts';
import { parseRoutesJson, parseRoutesText } from '../ip-route.ts';
import { emptyNeedsIpv6 } from '../ipv6.ts';
import { command, file, firstOf } from '../places.ts';
import { parseIpv4Route, parseIpv6Route } from '../proc-route.ts';

const help = 'install iproute2';

export const routes4: Question<'routes4'> = {
  id: 'routes4',
  ask: (host) =>
    firstOf<'routes4'>(
      command(host, ['ip', '-j', '-4', 'route', 'show', 'table', 'all'], help, (text) => parseRoutesJson(text, 32)),
      command(host, ['ip', '-4', 'route', 'show', 'table', 'all'], help, (text) => parseRoutesText(text, 32)),
      file(host, '/proc/net/route', parseIpv4Route),
    ),
};

export const routes6: Question<'routes6'> = {
  id: 'routes6',
  ask: (host) =>
    firstOf<'routes6'>(
      emptyNeedsIpv6(
        host,
        command(host, ['ip', '-j', '-6', 'route', 'show', 'table', 'all'], help, (text) => parseRoutesJson(text, 128)),
      ),
      emptyNeedsIpv6(
        host,
        command(host, ['ip', '-6', 'route', 'show', 'table', 'all'], help, (text) => parseRoutesText(text, 128)),
      ),
      file(host, '/proc/net/ipv6_route', parseIpv6Route),
    ),
};
