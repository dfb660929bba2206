/** All stimuli; one line each. */
import type { Stimulus } from './stimulus.ts';
import { cgroup } from './stimuli/cgroups.ts';
import { command } from './stimuli/command.ts';
import { dns } from './stimuli/dns.ts';
import { open, stat } from './stimuli/files.ts';
import { icmp4, icmp6 } from './stimuli/icmp.ts';
import { fork } from './stimuli/processes.ts';
import { mount, netns } from './stimuli/scripted.ts';
import { socket } from './stimuli/sockets.ts';
import { tcp4, tcp6 } from './stimuli/tcp.ts';
import { udp4, udp6 } from './stimuli/udp.ts';

export const stimuli: readonly Stimulus[] = [
  udp4,
  udp6,
  tcp4,
  tcp6,
  icmp4,
  icmp6,
  dns,
  open,
  stat,
  fork,
  socket,
  mount,
  cgroup,
  netns,
  command,
];

/** All ids that can be given, for people. */
export const stimulusIds: readonly string[] = stimuli.map(({ kind, reach }) =>
  reach === 'network'
    ? `${kind}-{loopback,own,on-link,off-link,peer}`
    : reach === 'server'
      ? `${kind}@SERVER`
      : kind === 'run'
        ? 'run:PROGRAM ARGS'
        : kind,
);

/** The stimulus of an id, and the target that its end names (`peer`: on-link or off-link, as the route says). */
export function stimulusOf(id: string): { readonly stimulus: Stimulus; readonly target: string | null } | null {
  if (id.startsWith('run:')) return { stimulus: command, target: null };
  for (const stimulus of stimuli) {
    if (stimulus.reach !== 'network' && stimulus.kind === id && stimulus !== command) return { stimulus, target: null };
    const target = stimulus.reach === 'network' && id.startsWith(`${stimulus.kind}-`) ? id.slice(stimulus.kind.length + 1) : null;
    if (target !== null && ['loopback', 'own', 'on-link', 'off-link', 'peer'].includes(target)) return { stimulus, target };
  }
  return null;
}
