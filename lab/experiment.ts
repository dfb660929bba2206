/**
 * The seed's experiment and its cure, in a guest: `node lab/experiment.ts [--kernel 6.1] [--innocent N]`. Challenges the lab's leak
 * (udp4 peer, udp6 loopback, own, on-link, off-link), deletes the suppressing rule, undoes that; with --innocent the leak is
 * off, and N experiments with other seeds must convict nobody. With --none
 * only the elimination is done. Judges what kmai says by the module's own count.
 */
import { parseArgs } from 'node:util';
import type { Treated } from '../src/consult/treat.ts';
import type { Outcome } from '../src/model/evidence.ts';
import { setUp } from './lab.ts';
import { seriesNames } from './packages.ts';
import { boot, type Guest, smallMachine } from './qemu.ts';

const kmai = '/opt/lab/kmai/bin/kmai';
const arms = ['udp4-off-link', 'udp6-loopback', 'udp6-own', 'udp6-on-link', 'udp6-off-link'];
const peers = ['10.255.0.1', '2001:db8:1::2', '2001:db8:ffff::1'].flatMap((peer) => ['--peer', peer]).join(' ');
const echo = `
const { createSocket } = require('node:dgram');
for (const [type, address] of [['udp4', '10.255.0.1'], ['udp6', '2001:db8:1::2'], ['udp6', '2001:db8:ffff::1']]) {
  const socket = createSocket(type);
  socket.on('message', (message, from) => socket.send(message, from.port, from.address));
  socket.bind(7, address);
}`;

const { values } = parseArgs({
  options: {
    kernel: { type: 'string', default: '6.1' },
    innocent: { type: 'string', default: '0' },
    none: { type: 'boolean', default: false },
  },
});
const series = seriesNames.find((name) => name === values.kernel);
if (series === undefined) throw new Error(`--kernel ${values.kernel}: the lab has ${seriesNames.join(' and ')}`);
const innocent = Number(values.innocent);
const lab = setUp(series, (line) => console.error(line));
await using guest = await boot(lab.kernel, lab.images, lab.payload, smallMachine);
const wrong: string[] = [];
const check = (what: string, holds: boolean): void => {
  console.log(`${holds ? 'ok  ' : 'NOT '} ${what}`);
  if (!holds) wrong.push(what);
};

await inGuest(
  guest,
  `set -e
leak_module ${innocent > 0 ? '' : 'fib6=1'}
topology
firewalld
ip -6 rule add table main suppress_prefixlength 0
cat > /run/echo.js <<'JS'
${echo}
JS
background ip netns exec peer node /run/echo.js
sleep 3`,
);
if (innocent > 0) {
  let convicted = 0;
  for (let seed = 1; seed <= innocent; seed++) {
    const outcome = await challenge(guest, `--seed ${seed} --events 400 --settle 100ms`);
    convicted += outcome.arms.filter((arm) => arm.convicted).length;
  }
  check(`the leak is off: ${convicted} convicted in ${innocent} experiments`, convicted === 0);
} else if (!values.none) {
  const before = await count(guest, 'truth fib6');
  const started = performance.now();
  const outcome = await challenge(guest, '');
  const seconds = (performance.now() - started) / 1000;
  const lost = (await count(guest, 'truth fib6')) - before;
  for (const arm of outcome.arms)
    console.log(
      `     ${arm.stimulus} ${arm.events}: ${arm.objects_per_event.toFixed(4)} [${arm.interval95.map((each) => each.toFixed(4)).join(', ')}] p ${arm.p}`,
    );
  console.log(`     the module lost ${lost}; ${seconds.toFixed(0)} s`);
  const off = outcome.arms.at(-1)!;
  check(
    'only the off-link arm is convicted',
    outcome.arms.every((arm) => arm.convicted === (arm.stimulus === 'udp6-off-link')),
  );
  check('0.97 to 1.03 objects a packet', off.objects_per_event >= 0.97 && off.objects_per_event <= 1.03);
  check(
    "the others' intervals hold 0",
    outcome.arms.slice(0, -1).every(({ interval95: [low, high] }) => low <= 0 && high >= 0),
  );
  check('within 2 minutes', seconds <= 120);

  const rules = await inGuest(guest, 'ip -d -6 rule show');
  const treated = JSON.parse(
    await inGuest(guest, `${kmai} treat ipv6-fib6-rule-suppress --apply delete-suppressing-rule --yes --peer 2001:db8:ffff::1 --json`),
  ) as Treated;
  console.log(`     ${JSON.stringify(treated.outcome?.treatment)}`);
  check('deleting the rule: stopped', treated.outcome?.verified === 'stopped');
  check(
    'the interval after holds 0',
    (treated.outcome?.treatment?.after95[0] ?? 1) <= 0 && (treated.outcome?.treatment?.after95[1] ?? -1) >= 0,
  );
  check('the rule is gone', (await inGuest(guest, 'ip -d -6 rule show')) !== rules);
  await inGuest(guest, `${kmai} undo`);
  check('undone: the rules are exactly as before', (await inGuest(guest, 'ip -d -6 rule show')) === rules);
  const again = await challenge(guest, '--rounds 6 --events 600', 'udp6-off-link');
  check('and the growth is back', again.arms[0]!.convicted);
}
if (innocent === 0) {
  const none = await inGuest(
    guest,
    `background ip netns exec peer /opt/lab/bin/traffic udp 2001:db8:ffff::1 2001:db8:1::1 7777 forever 199
for i in 1 2 3 4 5 6 7 8 9 10; do setsid sleep 300 > /dev/null 2>&1 < /dev/null & pids=$pids,$!; done
${kmai} eliminate --cache ip6_dst_cache --pids "\${pids#,}" --json`,
  );
  const { outcome: found } = JSON.parse(none) as { outcome: Outcome };
  console.log(`     ${JSON.stringify(found.elimination)}`);
  check('eliminate: none, the growth goes on while all are paused', found.elimination?.culprits.length === 0);
}
process.exitCode = wrong.length === 0 ? 0 : 1;

async function challenge(guest: Guest, options: string, which = arms.join(' ')): Promise<Outcome> {
  return JSON.parse(await inGuest(guest, `${kmai} challenge ${which} ${peers} --cache ip6_dst_cache --json ${options}`)) as Outcome;
}

async function inGuest(guest: Guest, script: string): Promise<string> {
  const { stdout, stderr, status } = await guest.run(script, 400);
  if (stdout === '' && stderr !== '') throw new Error(`${script}: ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout;
}

async function count(guest: Guest, script: string): Promise<number> {
  return Number((await inGuest(guest, script)).trim());
}
