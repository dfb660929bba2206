/** Real rules in a network namespace of our own: what one form of a tool's output says, the other must say too, and the kernel's file besides. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { inNamespace } from '../../src/ask/fixtures/hosts.ts';
import { parseRoutesText, type Route } from '../../src/ask/ip-route.ts';
import { parseRulesText } from '../../src/ask/ip-rule.ts';
import { parseNftText } from '../../src/ask/nft.ts';
import { parseIpv6Route } from '../../src/ask/proc-route.ts';
import { iptables6 } from '../../src/ask/questions/iptables.ts';
import { nftRules } from '../../src/ask/questions/nft-rules.ts';
import { policyRules4, policyRules6 } from '../../src/ask/questions/policy-rules.ts';
import { routes6 } from '../../src/ask/questions/routes.ts';
import type { Host } from '../../src/host/host.ts';
import { liveHost } from '../../src/host/live.ts';
import { installersOfNftRule, installersOfPolicyRule } from '../../src/kernel/installers.ts';

/** Runs `body` in a new namespace, which is deleted whatever happens; skips, saying why, where there can be none. */
async function inNew(
  t: TestContext,
  tools: readonly string[],
  body: (inside: Host, must: (line: string) => Promise<string>) => Promise<void>,
): Promise<void> {
  const host = liveHost();
  const name = `kmai-ask-${process.pid}-${t.name.length}`;
  try {
    if (process.getuid?.() !== 0) return t.skip('not root: no network namespace can be made');
    for (const tool of ['ip', ...tools]) {
      if (!(await host.run([tool, '-V'])).ok) return t.skip(`${tool} is not installed`);
    }
    const made = await host.run(['ip', 'netns', 'add', name]);
    if (!made.ok || made.value.code !== 0)
      return t.skip(`no network namespace: ${made.ok ? made.value.stderr.trim() : made.unavailable.detail}`);
    const inside = inNamespace(host, name);
    await body(inside, async (line) => {
      const done = await inside.run(line.split(' '));
      assert.ok(done.ok && done.value.code === 0, `${line}: ${done.ok ? done.value.stderr : done.unavailable.detail}`);
      return done.value.stdout;
    });
  } finally {
    await host.run(['ip', 'netns', 'del', name]);
    await host.close();
  }
}

test("wg-quick's rules are seen as they are printed, with 0 as a value", async (t) => {
  await inNew(t, [], async (inside, must) => {
    await must('ip -6 rule add not fwmark 0xca6c table 51820');
    await must('ip -6 rule add table main suppress_prefixlength 0');
    await must('ip -6 rule add from 2001:db8::/32 to fd00::/8 iif lo table 7 suppress_ifgroup 5 pref 100');
    await must('ip -6 rule add fwmark 0x1/0xff goto 32766 pref 80');
    await must('ip -6 rule add uidrange 0-99 ipproto tcp sport 1-3 dport 80 prohibit pref 90');
    const answer = await policyRules6.ask(inside);
    assert.ok(answer.ok);
    assert.equal(answer.from, 'ip -d -j -6 rule show');
    const printed = await must('ip -6 rule show');
    assert.deepEqual(
      answer.value.map((rule) => rule.text),
      printed
        .trimEnd()
        .split('\n')
        .map((line) => line.trimEnd().replaceAll(/\s+/g, ' ')),
    );
    assert.deepEqual(
      answer.value.map((rule) => ({ ...rule, protocol: '' })),
      parseRulesText(printed),
    );
    const suppressing = answer.value.filter((rule) => rule.suppressPrefixLength === 0);
    assert.deepEqual(
      suppressing.map((rule) => installersOfPolicyRule(rule, answer.value)),
      [['wg-quick']],
    );
    assert.equal(answer.value.filter((rule) => rule.suppressPrefixLength !== -1).length, 1);
    const four = await policyRules4.ask(inside);
    // A new namespace has the three rules of net/ipv4/fib_rules.c: local, main, default.
    assert.deepEqual(four.ok && four.value.map((rule) => [rule.priority, rule.table]), [
      [0, 'local'],
      [32_766, 'main'],
      [32_767, 'default'],
    ]);
  });
});

const order = (a: string, b: string): number => (a < b ? -1 : 1);
const key = (route: Route): string =>
  [route.destination, route.prefixLength, route.gateway, route.device, route.metric, route.type].join(' ');

test("routes are the same by ip's JSON, its text and the kernel's own file", async (t) => {
  await inNew(t, [], async (inside, must) => {
    await must('ip link set lo up');
    await must('ip link add kmai0 type veth peer name kmai1');
    // No link-local addresses: their routes come by themselves, between one command and the next.
    await must('ip link set kmai0 addrgenmode none');
    await must('ip link set kmai1 addrgenmode none');
    await must('ip link set kmai1 up');
    await must('ip link set kmai0 up');
    await must('ip -6 addr add 2001:db8::2/64 dev kmai0 nodad');
    await must('ip -6 route add default via 2001:db8::1 dev kmai0');
    await must('ip -6 route add default via 2001:db8::3 dev kmai0 table 51820');
    await must('ip -6 route add 2001:db8:1::/48 nexthop via 2001:db8::4 dev kmai0 weight 1 nexthop via 2001:db8::5 dev kmai0 weight 2');
    await must('ip -6 route add unreachable fd00::/8 metric 77');
    const answer = await routes6.ask(inside);
    assert.ok(answer.ok);
    const whole = (route: Route): string => [key(route), route.table, route.protocol].join(' ');
    const text = parseRoutesText(await must('ip -6 route show table all'), 128);
    assert.deepEqual(text.map(whole).toSorted(order), answer.value.map(whole).toSorted(order));
    const kernels = parseIpv6Route(await must('cat /proc/net/ipv6_route'));
    assert.deepEqual(kernels.map(key).toSorted(order), answer.value.map(key).toSorted(order));
    assert.deepEqual(
      answer.value
        .filter((route) => route.destination === 'default')
        .map((route) => [route.gateway, route.table])
        .toSorted(([a], [b]) => order(a ?? '', b ?? '')),
      [
        ['2001:db8::1', 'main'],
        ['2001:db8::3', '51820'],
      ],
    );
    assert.deepEqual(
      answer.value.filter((route) => route.type === 'unreachable').map((route) => [route.destination, route.metric]),
      [['fd00::/8', 77]],
    );
  });
});

test("firewalld's reverse-path filter is seen by JSON and by the listing alike", async (t) => {
  await inNew(t, ['nft'], async (inside, must) => {
    const nft = async (...argv: string[]): Promise<boolean> => {
      const done = await inside.run(['nft', ...argv]);
      return done.ok && done.value.code === 0;
    };
    if (!(await nft('add', 'table', 'inet', 'firewalld'))) return t.skip('the kernel has no nf_tables');
    await nft('add', 'chain', 'inet', 'firewalld', 'filter_PREROUTING', '{ type filter hook prerouting priority 10; policy accept; }');
    await nft('add', 'rule', 'inet', 'firewalld', 'filter_PREROUTING', 'icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept');
    const fib = 'meta nfproto ipv6 fib saddr . mark . iif oif missing log prefix "rpfilter_DROP: " drop';
    if (!(await nft('add', 'rule', 'inet', 'firewalld', 'filter_PREROUTING', fib))) return t.skip('the kernel has no nft_fib');
    await nft('add', 'rule', 'inet', 'firewalld', 'filter_PREROUTING', 'fib daddr type { local, broadcast } ct state new counter accept');
    const answer = await nftRules.ask(inside);
    assert.ok(answer.ok);
    assert.equal(answer.from, 'nft -j list ruleset');
    assert.deepEqual(answer.value, parseNftText(await must('nft -a list ruleset')));
    assert.equal(answer.value.length, 3);
    const looks = answer.value.filter((rule) => rule.fibResult === 'oif');
    assert.deepEqual(
      looks.map((rule) => [rule.family, rule.hook, rule.fibFlags, rule.verdict, rule.text]),
      [['inet', 'prerouting', ['saddr', 'mark', 'iif'], 'drop', fib]],
    );
    assert.deepEqual(
      looks.map((rule) => installersOfNftRule(rule)),
      [['firewalld']],
    );
  });
});

test('ip6tables -m rpfilter is seen by ip6tables-save, and through nft without it', async (t) => {
  await inNew(t, ['ip6tables', 'nft'], async (inside) => {
    const added = await inside.run(['ip6tables', '-t', 'mangle', '-A', 'PREROUTING', '-m', 'rpfilter', '--invert', '-j', 'DROP']);
    if (!added.ok || added.value.code !== 0)
      return t.skip(`the kernel has no rpfilter match: ${added.ok ? added.value.stderr.trim() : ''}`);
    const answer = await iptables6.ask(inside);
    assert.deepEqual(answer.ok && answer.value, [
      { table: 'mangle', chain: 'PREROUTING', matches: ['rpfilter'], target: 'DROP', text: '-A PREROUTING -m rpfilter --invert -j DROP' },
    ]);
    const version = await inside.run(['ip6tables', '-V']);
    if (!version.ok || !version.value.stdout.includes('nf_tables')) return;
    const without: Host = {
      ...inside,
      run: (argv) => (argv[0] === 'ip6tables-save' ? inside.run(['kmai-no-such-program']) : inside.run(argv)),
    };
    const through = await iptables6.ask({
      ...without,
      read: (path) => (path === '/proc/net/ip6_tables_names' ? { ok: true, value: '' } : inside.read(path)),
    });
    assert.deepEqual(through.ok && through.value.map((rule) => [rule.table, rule.chain, rule.matches, rule.target]), [
      ['mangle', 'PREROUTING', ['rpfilter'], 'DROP'],
    ]);
  });
});
