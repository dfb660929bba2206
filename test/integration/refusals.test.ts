/** What can't be done is refused before anything is sent, paused or changed, and the reason is said. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { offLink, start } from '../kill-intervene.ts';
import { type Network, network } from '../network.ts';
import { isRoot, kmai, type Ran, root } from './diagnosed.ts';

const skip = isRoot ? false : 'needs root: namespaces';
const journal = mkdtempSync(join(tmpdir(), 'kmai-journal-'));
let net!: Network;
let peer!: ChildProcess;
let sleeper!: ChildProcess;

before(async () => {
  if (!isRoot) return;
  net = network(`kmai-r${process.pid}`);
  net.run(['ip', '-6', 'rule', 'add', 'table', 'main', 'suppress_prefixlength', '0']);
  peer = await start([...net.withinPeer, process.execPath, `${root}/test/workloads/echo.ts`, '7', offLink], true);
  sleeper = await start(['sleep', '300'], false);
});
after(() => {
  if (!isRoot) return;
  peer.stdin?.end();
  sleeper.kill('SIGKILL');
  net.close();
  rmSync(journal, { recursive: true, force: true });
});

interface Around {
  /** Put between the namespace and kmai. */
  readonly by?: readonly string[];
  readonly journal?: string;
}

function inside(args: readonly string[], { by = [], journal: folder = journal }: Around = {}): Promise<Ran> {
  return kmai(args, { env: { KMAI_JOURNAL: folder }, within: [...net.within, ...by] });
}

/** kmai where a program is not installed: the folders it lies in without it. */
function without(program: string): readonly string[] {
  const script = `mount -t tmpfs tmpfs /mnt
for folder in /usr/bin /usr/sbin; do
  mkdir -p /mnt$folder/upper /mnt$folder/work
  mount -t overlay -o lowerdir=$folder,upperdir=/mnt$folder/upper,workdir=/mnt$folder/work overlay $folder
  rm -f $folder/${program}
done
exec "$@"`;
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
}
const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** All that an intervention could have changed here. */
function state(): string {
  const packets = net.run(['cat', '/proc/net/snmp6', '/proc/net/snmp']).match(/^(?:Udp6OutDatagrams.*|Udp:.*|Icmp6OutEchos.*)$/gm);
  return `${net.run(['ip', '-d', '-6', 'rule', 'show'])}${packets?.join('\n')}`;
}

const theCase = 'ipv6-fib6-rule-suppress';
const deletes = ['treat', theCase, '--apply', 'delete-suppressing-rule', '--yes', '--peer', offLink];
const refusals: readonly (readonly [what: string, args: readonly string[], around: () => Around, code: number, reason: RegExp])[] = [
  ['pausing others without root', ['eliminate', '--cache', 'filp'], () => ({ by: nobody }), 77, /needs root/],
  ['a cgroup without root', ['challenge', 'cgroup', '--cache', 'filp'], () => ({ by: nobody }), 77, /needs root; .*run as root/],
  ['a treatment without root', deletes, () => ({ by: nobody }), 77, /needs root/],
  [
    'a treatment whose journal is on a read-only file system',
    deletes,
    readOnly,
    77,
    /the journal: none of .* can be written.*KMAI_JOURNAL/,
  ],
  [
    'an elimination whose journal is on a read-only file system',
    ['eliminate', '--cache', 'filp', '--pids', 'SLEEPER'],
    readOnly,
    77,
    /the journal: none of .* can be written/,
  ],
  ['a cgroup whose journal is on a read-only file system', ['challenge', 'cgroup', '--cache', 'filp'], readOnly, 77, /the journal/],
  ['a journal that is a file', deletes, () => ({ journal: '/etc/hostname' }), 77, /the journal: none of \/etc\/hostname can be written/],
  [
    'a ping without ping',
    ['challenge', 'icmp6-off-link', '--peer', offLink, '--cache', 'filp'],
    () => ({ by: without('ping') }),
    64,
    /needs the program ping; what would help: install ping/,
  ],
  ['an nftables rule without nft', ['treat', theCase, '--apply', 'delete-nft-rule', '--yes'], () => ({ by: without('nft') }), 64, /nft/],
  [
    'a peer without ip',
    ['challenge', 'udp6-off-link', '--peer', offLink, '--cache', 'filp'],
    () => ({ by: without('ip') }),
    64,
    /ip -6 .*ENOENT|ip.*not/,
  ],
  [
    'a service without systemctl',
    ['treat', 'sunrpc-tcp-page', '--apply', 'stop-nfs-server', '--yes', '--cache', 'filp'],
    () => ({ by: without('systemctl') }),
    64,
    /systemctl/,
  ],
  [
    'a peer to which there is no route',
    ['challenge', 'udp6-off-link', '--peer', '2001:db8:aaaa::1', '--cache', 'filp'],
    () => {
      net.run(['ip', '-6', 'route', 'replace', 'unreachable', '2001:db8:aaaa::/48']);
      return {};
    },
    64,
    /2001:db8:aaaa::1: .*(unreachable|no route|No route)/i,
  ],
  [
    'a peer that is a name',
    ['challenge', 'udp6-off-link', '--peer', 'example.invalid', '--cache', 'filp'],
    () => ({}),
    64,
    /no IPv6 peer is named/,
  ],
  ['a peer nobody named', ['challenge', 'udp4-peer', '--cache', 'filp'], () => ({}), 64, /no IPv4 peer is named, and nothing is sent/],
  ['a stimulus that is none', ['challenge', 'udp7-own', '--cache', 'filp'], () => ({}), 64, /there are udp4-/],
  ['a cache that is none', ['challenge', 'open', '--cache', 'nosuch'], () => ({}), 64, /the slab cache nosuch/],
  ['no cache', ['challenge', 'open'], () => ({}), 64, /--cache ALIAS/],
  ['a remedy that is none', ['treat', theCase, '--apply', 'pray', '--yes'], () => ({}), 64, /no remedy "pray"; it has update-kernel/],
  ['advice, which kmai does not carry out', ['treat', theCase, '--apply', 'update-kernel', '--yes'], () => ({}), 64, /it is advice/],
  ['a case that is none', ['treat', 'ipv6-fib6-rule-supress'], () => ({}), 64, /did you mean ipv6-fib6-rule-suppress/],
  [
    'a treatment that nobody can be asked about',
    deletes.filter((each) => each !== '--yes'),
    () => ({}),
    64,
    /nobody can be asked here: --yes/,
  ],
  ['a word in capitals that nobody filled in', ['treat', 'open-files-held', '--apply', 'restart-process', '--yes'], () => ({}), 64, /UNIT/],
  ['a protocol that is not there', ['challenge', '/nowhere.yaml'], () => ({}), 64, /\/nowhere\.yaml: /],
];

/** kmai with its journal's folder mounted read-only. */
function readOnly(): Around {
  const script = 'mount -t tmpfs -o ro,mode=700 tmpfs "$KMAI_JOURNAL"; exec "$@"';
  return { by: ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'] };
}

// Each changes nothing, so several may be refused at a time.
describe('refused', { skip, concurrency: 4 }, () => {
  for (const [what, args, around, code, reason] of refusals)
    test(what, async () => {
      const surroundings = around();
      const start = state();
      const ran = await inside(
        args.map((word) => word.replace('SLEEPER', String(sleeper.pid))),
        surroundings,
      );
      assert.match(ran.stderr, reason);
      assert.match(ran.stderr, /^kmai: /);
      assert.equal(ran.code, code, ran.stderr);
      assert.equal(state(), start);
      const stat = readFileSync(`/proc/${sleeper.pid}/stat`, 'latin1');
      assert.match(stat, /\) S /, 'nobody is paused');
    });
});
