/**
 * What kmai does to a machine, in a guest: `node lab/experiment.ts [--kernel 6.1] [--innocent N] [--only PART,…]`. Judges what
 * kmai says by the module's own count. Its parts:
 *
 * - `convict`: the seed's experiment (udp4 peer; udp6 loopback, own, on-link, off-link)
 * - `cure`: the suppressing rule is deleted, the growth has stopped; undone, it is back
 * - `record`: the case's own challenge joins a record: it confirms the case there, or, the leak being over, rules it out
 * - `remedies`: a module unloaded and loaded again with its parameters, a cgroup limited, caches dropped as a test
 * - `units`: one culprit among 32 services, then none while the kernel itself leaks
 *
 * With --innocent the leak is off: N experiments with other seeds must convict nobody.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { EliminateAnswer } from '../src/consult/eliminate.ts';
import type { Treated } from '../src/consult/treat.ts';
import type { Outcome } from '../src/model/evidence.ts';
import type { Record as KmaiRecord } from '../src/model/record.ts';
import { setUp } from './lab.ts';
import { seriesNames } from './packages.ts';
import { root } from './paths.ts';
import { boot, smallMachine } from './qemu.ts';

const kmai = '/opt/lab/kmai/bin/kmai';
const arms = ['udp4-off-link', 'udp6-loopback', 'udp6-own', 'udp6-on-link', 'udp6-off-link'];
const [four, onLink, offLink] = ['10.255.0.1', '2001:db8:1::2', '2001:db8:ffff::1'] as const;
const peers = [four, onLink, offLink].flatMap((peer) => ['--peer', peer]).join(' ');
const theCase = 'ipv6-fib6-rule-suppress';

const parts = ['convict', 'cure', 'record', 'remedies', 'units'] as const;
const { values } = parseArgs({
  options: {
    kernel: { type: 'string', default: '6.1' },
    innocent: { type: 'string', default: '0' },
    only: { type: 'string', default: parts.join(',') },
  },
});
const series = seriesNames.find((name) => name === values.kernel);
if (series === undefined) throw new Error(`--kernel ${values.kernel}: the lab has ${seriesNames.join(' and ')}`);
const innocent = Number(values.innocent);
const only = new Set(values.only.split(','));
const lab = setUp(series, (line) => console.error(line));
await using guest = await boot(lab.kernel, lab.images, lab.payload, smallMachine);
const wrong: string[] = [];

await inGuest(
  `set -e
leak_module ${innocent > 0 ? '' : 'fib6=1'}
topology
firewalld
ip -6 rule add table main suppress_prefixlength 0
background ip netns exec peer /opt/lab/bin/traffic echo 7 ${four} ${onLink} ${offLink}`,
);
if (innocent > 0) {
  await acquit(innocent);
} else {
  if (only.has('convict')) await convict();
  if (only.has('cure')) await cure();
  if (only.has('record')) {
    await joins('confirmed');
    await joins('ruled-out', 'rmmod kmai_lab');
    await inGuest('leak_module fib6=1 && echo ok');
  }
  if (only.has('remedies')) await remedies();
  if (only.has('units')) await units();
}
process.exitCode = wrong.length === 0 ? 0 : 1;

async function convict(): Promise<void> {
  const before = Number(await inGuest('truth fib6'));
  const started = performance.now();
  const outcome = await challenge('');
  const seconds = (performance.now() - started) / 1000;
  const lost = Number(await inGuest('truth fib6')) - before;
  tell(outcome);
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
}

async function acquit(times: number): Promise<void> {
  const seconds: number[] = [];
  let [convicted, undecided] = [0, 0];
  for (let seed = 1; seed <= times; seed++) {
    const started = performance.now();
    const outcome = await challenge(`--seed ${seed} --events 400 --settle 100ms`);
    seconds.push((performance.now() - started) / 1000);
    const guilty = outcome.arms.filter((arm) => arm.convicted);
    if (guilty.length > 0) tell(outcome);
    convicted += guilty.length;
    undecided += outcome.arms.filter((arm) => arm.undecided !== undefined).length;
  }
  console.log(`     ${undecided} of ${times * arms.length} arms undecided; ${Math.max(...seconds).toFixed(0)} s at most`);
  check(`the leak is off: ${convicted} convicted in ${times} experiments`, convicted === 0);
}

async function cure(): Promise<void> {
  const rules = await inGuest('ip -d -6 rule show');
  const treat = `${kmai} treat ${theCase} --apply delete-suppressing-rule --yes --peer ${offLink} --json`;
  const { outcome } = JSON.parse(await inGuest(treat)) as Treated;
  console.log(`     ${JSON.stringify(outcome?.treatment)}`);
  check('deleting the rule: stopped', outcome?.verified === 'stopped');
  const [low, high] = outcome?.treatment?.after95 ?? [1, -1];
  check('the interval after holds 0', low <= 0 && high >= 0);
  check('the rule is gone', (await inGuest('ip -d -6 rule show')) !== rules);
  await inGuest(`${kmai} undo`);
  check('undone: the rules are exactly as before', (await inGuest('ip -d -6 rule show')) === rules);
  const again = await challenge('--rounds 6 --events 600', 'udp6-off-link');
  tell(again);
  check('and the growth is back', again.arms[0]!.convicted);
}

/** A record of a short look, in which the case stands somewhere; then the case's own challenge joins it, the leak being over meanwhile or not. */
async function joins(standing: 'confirmed' | 'ruled-out', meanwhile = ''): Promise<void> {
  const record = '/run/experiment.json';
  await inGuest(
    `background ip netns exec peer /opt/lab/bin/traffic udp ${offLink} 2001:db8:1::1 7777 forever 199
traffic=$!
${kmai} diagnose --for 40s --with look,ask --json > ${record}
kill $traffic`,
  );
  const before = standingIn(await inGuest(`cat ${record}`));
  const said = await inGuest(`${meanwhile}
${kmai} challenge --case ${theCase} --peer ${four} --peer ${offLink} --record ${record}`);
  console.log(said.trimEnd());
  const after = standingIn(await inGuest(`cat ${record}`));
  check(`the case was ${before} and its own challenge makes it ${after}`, after === standing && before !== standing);
  const report = await inGuest(`${kmai} report ${record} -o /run/experiment.md && cat /run/experiment.md`);
  check('the report says so', report.includes(`${theCase}: ${standing.replace('-', ' ')}`));
}

function standingIn(text: string): string {
  const { diagnosis } = JSON.parse(text) as KmaiRecord;
  const cases = diagnosis.findings.flatMap((finding) => finding.cases);
  return cases.find(({ id }) => id === theCase)?.standing ?? 'not named';
}

async function remedies(): Promise<void> {
  const treat = await program('test/workloads/remedy.ts');
  const run = async (...lines: readonly string[]): Promise<string> =>
    (
      await inGuest(`printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | KMAI_JOURNAL=/run/kmai-lab node ${treat} 2>&1; true`)
    ).trim();
  const parameters = 'cd /sys/module/loop/parameters && grep . *';
  await inGuest('modprobe loop max_loop=3 max_part=7; echo ok');
  const before = await inGuest(parameters);
  const unloaded = await run('{"commands":[["modprobe","-r","MODULE"]],"given":{"MODULE":"loop"}}');
  console.log(`     ${unloaded}`);
  check('a module is unloaded', (await inGuest('[ -d /sys/module/loop ] || echo gone')).trim() === 'gone' && unloaded.includes('modprobe'));
  await run('undo');
  check('and comes back with its parameters', (await inGuest(parameters)) === before && before.includes('max_part:7'));

  const high = '/sys/fs/cgroup/limited/memory.high';
  await inGuest('mkdir -p /sys/fs/cgroup/limited; echo ok');
  console.log(`     ${await run('{"commands":[["cgset","-r","memory.high=SIZE","limited"]],"given":{"SIZE":"64M"}}')}`);
  check('a cgroup v2 gets memory.high', (await inGuest(`cat ${high}`)).trim() === String(64 << 20));
  await run('undo');
  check('and has none again', (await inGuest(`cat ${high}`)).trim() === 'max');

  await inGuest('mkdir -p /var/tmp; background /opt/lab/bin/churn missing /var/tmp 1009; sleep 5; echo ok');
  const dropped = JSON.parse(await inGuest(`${kmai} treat negative-dentries --apply drop-slab --yes --for 8s --json`)) as Treated;
  console.log(`     ${JSON.stringify(dropped.outcome?.treatment)}`);
  check('dropped caches give back dentries, which is told', (dropped.outcome?.treatment?.gave_back ?? 0) > 1000);
  check('and nothing is left to undo', dropped.journal.length === 0);
}

/** A program of the tests, bundled, in the guest. @returns its path there */
async function program(source: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(root, source)],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    write: false,
  });
  const text = Buffer.from(outputFiles[0]!.contents).toString('base64');
  // The agent hands a script to sh as one argument, of which the kernel takes 128 KiB.
  for (let at = 0; at < text.length; at += 100_000)
    await inGuest(`printf %s '${text.slice(at, at + 100_000)}' >> /run/program.b64; echo ok`);
  await inGuest('base64 -d /run/program.b64 > /run/program.mjs; echo ok');
  return '/run/program.mjs';
}

/** Services as the kernel knows them: cgroups. One of 32 takes sockets; then none does and the kernel leaks. */
async function units(): Promise<void> {
  const folder = '/sys/fs/cgroup/system.slice';
  const states = `cat ${folder}/*/cgroup.events | grep -c 'frozen 1'; true`;
  await inGuest(
    `mkdir -p ${folder}
for i in $(seq 32); do
  mkdir ${folder}/unit$i.service
  background sh -c 'echo 0 > ${folder}/unit'$i'.service/cgroup.procs; exec sleep 900'
done
background sh -c 'echo 0 > ${folder}/unit17.service/cgroup.procs; ulimit -n 100000; exec /opt/lab/bin/hold sockets 90000 199'
sleep 2`,
  );
  const found = await eliminate('sock_inode_cache');
  check('one of 32 services takes sockets: it is named', found.culprit === 'unit17.service');
  check(`in at most 6 rounds (${found.rounds})`, found.rounds <= 6);
  check('by cgroup.freeze, and all go on', found.how === 'cgroup.freeze' && (await inGuest(states)).trim() === '0');
  await inGuest(`echo 1 > ${folder}/unit17.service/cgroup.kill
background ip netns exec peer /opt/lab/bin/traffic udp ${offLink} 2001:db8:1::1 7777 forever 199; sleep 1`);
  const none = await eliminate('ip6_dst_cache');
  check('the kernel leaks: none of them, the growth goes on while all are paused', none.culprit === undefined && none.remains > 0.75);
  check('and all go on', (await inGuest(states)).trim() === '0');
}

async function eliminate(cache: string) {
  const { how, outcome } = JSON.parse(await inGuest(`${kmai} eliminate --cache ${cache} --units all --json`)) as EliminateAnswer;
  console.log(`     ${JSON.stringify(outcome?.elimination)}`);
  const { culprits = [], rounds = 99, remains = 0 } = outcome?.elimination ?? {};
  return { how, rounds, remains, culprit: culprits[0]?.name };
}

function check(what: string, holds: boolean): void {
  console.log(`${holds ? 'ok  ' : 'NOT '} ${what}`);
  if (!holds) wrong.push(what);
}

function tell({ arms: all }: Outcome): void {
  for (const { stimulus, events, objects_per_event: each, interval95, p } of all)
    console.log(`     ${stimulus} ${events}: ${each.toFixed(4)} [${interval95.map((bound) => bound.toFixed(4)).join(', ')}] p ${p}`);
}

async function challenge(options: string, which = arms.join(' ')): Promise<Outcome> {
  return JSON.parse(await inGuest(`${kmai} challenge ${which} ${peers} --cache ip6_dst_cache --json ${options}`)) as Outcome;
}

async function inGuest(script: string): Promise<string> {
  const { stdout, stderr, status } = await guest.run(script, 400);
  if (stdout === '' && stderr !== '') throw new Error(`${script}: ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout;
}
