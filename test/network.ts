/** Two network namespaces of a test's own with a cable between them; nothing leaves them. */
import { execFileSync } from 'node:child_process';

export interface Network {
  /** Where kmai runs: 2001:db8:1::1 and 10.9.1.1, default routes through the peer. */
  readonly here: string;
  readonly peer: string;
  /** What is put before an argv to run it there. Not `ip netns exec`: that mounts another /sys, in which no cgroups are. */
  readonly within: readonly [string, ...string[]];
  readonly withinPeer: readonly [string, ...string[]];
  /** Runs a program where kmai runs, and gives what it prints. */
  run(argv: readonly string[]): string;
  close(): void;
}

/** The peer answers as 2001:db8:1::2 and 10.9.1.2 on the link, as 2001:db8:ffff::1 and 10.255.0.1 behind the default route. */
export function network(name: string): Network {
  const [here, peer] = [`${name}-a`, `${name}-b`];
  const ip = (...argv: string[]): string => execFileSync('ip', argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  ip('netns', 'add', here);
  ip('netns', 'add', peer);
  ip('-n', here, 'link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', 'netns', peer);
  for (const each of [here, peer]) ip('-n', each, 'link', 'set', 'lo', 'up');
  for (const [namespace, device, six, four] of [
    [here, 'v0', '2001:db8:1::1/64', '10.9.1.1/24'],
    [peer, 'v1', '2001:db8:1::2/64', '10.9.1.2/24'],
  ] as const) {
    ip('-n', namespace, 'addr', 'add', six, 'dev', device, 'nodad');
    ip('-n', namespace, 'addr', 'add', four, 'dev', device);
    ip('-n', namespace, 'link', 'set', device, 'up');
  }
  ip('-n', peer, 'addr', 'add', '2001:db8:ffff::1/128', 'dev', 'lo');
  ip('-n', peer, 'addr', 'add', '10.255.0.1/32', 'dev', 'lo');
  ip('-n', peer, 'route', 'add', 'default', 'via', '10.9.1.1');
  ip('-n', here, '-6', 'route', 'add', 'default', 'via', '2001:db8:1::2', 'dev', 'v0');
  ip('-n', here, 'route', 'add', 'default', 'via', '10.9.1.2');
  return {
    here,
    peer,
    within: ['nsenter', `--net=/run/netns/${here}`, '--'],
    withinPeer: ['nsenter', `--net=/run/netns/${peer}`, '--'],
    run: (argv) => ip('netns', 'exec', here, ...argv),
    close: () => {
      for (const each of [here, peer]) ip('netns', 'del', each);
    },
  };
}
