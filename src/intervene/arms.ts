import { isIP } from '../kernel/address.ts';
import type { Host } from '../host/host.ts';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { loopbackOf, ownAddress, whereIs } from './address.ts';
import type { Arm } from './protocol.ts';
import { type Family, type Stimulus, type Target } from './stimulus.ts';
import { stimulusIds, stimulusOf } from './stimuli.ts';

/** An arm with everything known: what is done, where it goes, and under which id it is told. */
export interface Aimed {
  readonly arm: Arm;
  readonly stimulus: Stimulus;
  readonly target: Target | null;
  readonly address: string;
}

export interface Peer {
  readonly address: string;
  readonly port?: number;
}

/**
 * Finds for every arm where it goes, and refuses the first that can't be: an unknown stimulus, a peer that nobody named, one
 * that is not where the arm's id says. Nothing is sent.
 * @param peers the addresses that the operator named: nothing is sent to any other
 */
export async function aim(host: Host, arms: readonly Arm[], peers: readonly Peer[]): Promise<Reading<readonly Aimed[]>> {
  const aimed: Aimed[] = [];
  for (const arm of arms) {
    const known = stimulusOf(arm.stimulus);
    if (known === null)
      return unavailable(`the stimulus ${arm.stimulus}`, 'absent', 'there is none of that name', `there are ${stimulusIds.join(', ')}`);
    const lacking = await missing(host, known.stimulus);
    if (lacking !== null) return lacking;
    const one = await aimOne(host, arm, known.stimulus, known.target, peers);
    if (!one.ok) return one;
    aimed.push(one.value);
  }
  return available(aimed);
}

async function missing(host: Host, { kind, needs }: Stimulus): Promise<ReturnType<typeof unavailable> | null> {
  if (needs.root && process.geteuid?.() !== 0) return unavailable(`the stimulus ${kind}`, 'denied', 'it needs root', 'run as root');
  for (const tool of needs.tools) {
    const found = await host.run(['sh', '-c', 'command -v "$1"', 'sh', tool]);
    if (!found.ok || found.value.code !== 0)
      return unavailable(`the stimulus ${kind}`, 'unsupported', `it needs the program ${tool}`, `install ${tool}`);
  }
  return null;
}

async function aimOne(host: Host, arm: Arm, stimulus: Stimulus, wanted: string | null, peers: readonly Peer[]): Promise<Reading<Aimed>> {
  if (stimulus.reach === 'here') return available({ arm, stimulus, target: null, address: '' });
  if (stimulus.reach === 'server') {
    const server = arm.address === undefined ? peers[0] : arm;
    if (server?.address === undefined || isIP(server.address) === 0)
      return unavailable(arm.stimulus, 'absent', 'no server is named', `${arm.stimulus}@ADDRESS`);
    return available({ arm: { ...server, ...arm }, stimulus, target: null, address: server.address });
  }
  const family = stimulus.family!;
  if (wanted === 'loopback') return available({ arm, stimulus, target: 'loopback', address: loopbackOf[family] });
  if (wanted === 'own') {
    const own = arm.address ?? ownAddress(family);
    if (own === null) return unavailable(arm.stimulus, 'absent', `this machine has no IPv${family} address but the loopback's`);
    return available({ arm, stimulus, target: 'own', address: own });
  }
  return aimAtPeer(host, arm, stimulus, family, wanted ?? 'peer', peers);
}

async function aimAtPeer(
  host: Host,
  arm: Arm,
  stimulus: Stimulus,
  family: Family,
  wanted: string,
  peers: readonly Peer[],
): Promise<Reading<Aimed>> {
  const named = arm.address === undefined ? peers : [{ ...arm, address: arm.address }];
  const candidates = named.filter(({ address }) => isIP(address) === family);
  const reasons: string[] = [];
  for (const peer of candidates) {
    const found = await whereIs(host, family, peer.address);
    if (!found.ok) {
      if (candidates.length === 1) return found;
      reasons.push(`${peer.address}: ${found.unavailable.detail}`);
    } else if (wanted === found.value || (wanted === 'peer' && (found.value === 'on-link' || found.value === 'off-link'))) {
      const port = arm.port ?? peer.port;
      const id = `${stimulus.kind}-${found.value}`;
      return available({
        arm: { stimulus: id, address: peer.address, ...(port === undefined ? {} : { port }) },
        stimulus,
        target: found.value,
        address: peer.address,
      });
    } else reasons.push(`${peer.address} is ${found.value}`);
  }
  return unavailable(
    arm.stimulus,
    'absent',
    reasons.length === 0 ? `no IPv${family} peer is named, and nothing is sent to anyone else` : reasons.join('; '),
    `--peer ADDRESS, one that is ${wanted === 'peer' ? 'on another machine' : wanted}`,
  );
}
