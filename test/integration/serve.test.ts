/** `kmai serve` as a stranger on the network meets it: everything but the page itself, with its token, is refused. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { Plan, Served } from '../../src/model/served.ts';
import { root } from './diagnosed.ts';

let server: ChildProcess;
let address: URL;
let token: string;
before(async () => {
  server = spawn(process.execPath, [`${root}/dist/kmai.js`, 'serve', '--from', `${root}/examples/ipv6-suppress.kmai`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  address = new URL(line.toString().trim());
  token = address.searchParams.get('token')!;
});
after(async () => {
  if (server.exitCode !== null) return;
  server.kill('SIGINT');
  await once(server, 'exit');
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(
  path: string,
  given: { readonly method?: string; readonly headers?: { readonly [name: string]: string }; readonly body?: string | Uint8Array } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: address.port, path, method: given.method ?? 'GET', headers: { host: address.host, ...given.headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(given.body);
  });
}

const bearer = (): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** The state as the page is told it, once it is what is wanted. */
function served(wanted: (state: Served) => boolean): Promise<Served> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: address.port, path: '/api/events', headers: { host: address.host, ...bearer() } },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          for (const block of text.split('\n\n').slice(0, -1)) {
            const data = /^data: (.*)$/m.exec(block)?.[1];
            const state = data === undefined ? undefined : (JSON.parse(data) as Served);
            if (state === undefined || !wanted(state)) continue;
            sent.destroy();
            resolve(state);
            return;
          }
          text = text.slice(text.lastIndexOf('\n\n') + 2);
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test('no token, a wrong one, a foreign Host, a foreign Origin: refused, and nothing is told', async () => {
  const refused: readonly (readonly [number, Parameters<typeof ask>])[] = [
    [403, ['/']],
    [403, ['/?token=wrong']],
    [403, ['/api/records/1']],
    [403, ['/api/records/1', { headers: { authorization: `Bearer ${token.slice(1)}` } }]],
    [403, ['/api/records/1?token=' + token]],
    [421, ['/', { headers: { host: 'evil.example', ...bearer() } }]],
    [421, ['/', { headers: { host: `evil.example:${address.port}`, ...bearer() } }]],
    [403, ['/api/records/1', { headers: { origin: 'http://evil.example', ...bearer() } }]],
    [403, ['/api/records/1', { headers: { origin: 'null', ...bearer() } }]],
    [
      403,
      ['/api/running', { method: 'POST', body: '{"kind":"diagnose","seconds":5}', headers: { cookie: `kmai_${address.port}=${token}` } }],
    ],
    [
      403,
      [
        '/api/running',
        {
          method: 'POST',
          body: '{"kind":"diagnose","seconds":5}',
          headers: { origin: 'http://evil.example', cookie: `kmai_${address.port}=${token}` },
        },
      ],
    ],
  ];
  for (const [status, given] of refused) {
    const answer = await ask(...given);
    assert.equal(answer.status, status, JSON.stringify(given));
    assert.doesNotMatch(answer.body, /azure-b1s|kmai\.record/);
  }
});

test('no path leads out: only what is named is there', async () => {
  for (const path of [
    '/../../../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '//etc/passwd',
    '/page.js/../../package.json',
    '/%2e%2e/package.json',
    '/api/records/../../x',
    '/api/records/1%00',
    '/api/records/__proto__',
    '/dist/kmai.js',
    '/./style.css.map',
    '/\\..\\..\\etc\\passwd',
  ]) {
    const { status, body } = await ask(path, { headers: bearer() });
    assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    assert.doesNotMatch(body, /root:|"name": "kmai"/);
  }
});

test('the token leaves the address for a cookie that scripts and other sites cannot see', async () => {
  const { status, headers } = await ask(`/?token=${token}`);
  assert.equal(status, 303);
  assert.equal(headers.location, '/');
  assert.match(headers['set-cookie']![0]!, new RegExp(`^kmai_${address.port}=${token}; Path=/; HttpOnly; SameSite=Strict$`));
  const page = await ask('/', { headers: { cookie: `kmai_${address.port}=${token}`, 'accept-language': 'zh-CN,en;q=0.5' } });
  assert.equal(page.status, 200);
  assert.match(page.body, /<html lang="zh-Hans">/);
  const policy = page.headers['content-security-policy'] as string;
  assert.match(policy, /^default-src 'none';.*frame-ancestors 'none'$/);
  assert.doesNotMatch(policy, /unsafe|http|\*/);
  assert.equal(page.headers['cache-control'], 'no-store');
});

test('a record is served, and what is sent is examined within the limits of archives', async () => {
  const first = await served(({ records }) => records.length > 0);
  assert.deepEqual([first.records[0]!.title, first.records[0]!.verdict], ['azure-b1s', 'leak']);
  const record = await ask('/api/records/1', { headers: bearer() });
  assert.match(record.body, /^\{"schema":"kmai\.record\/1"/);
  const post = (name: string, body: string | Uint8Array): Promise<Answer> =>
    ask(`/api/records?name=${name}`, { method: 'POST', body, headers: bearer() });
  assert.equal((await post('again.json', record.body)).status, 202);
  await served(({ records, running }) => records.length === 2 && running === null);
  assert.equal((await post('other.kmai', readFileSync(`${root}/examples/conntrack.kmai`))).status, 202);
  const third = await served(({ records, running }) => records.length === 3 && running === null);
  assert.equal(third.records[2]!.verdict, 'healthy');
  for (const [name, body, why] of [
    ['junk.bin', Buffer.alloc(4096, 0x41), /junk\.bin: it is no tar/],
    ['other.json', '{"schema":"else"}', /other\.json: schema/],
    ['deep.json', '{"a":'.padEnd(100_000, '['), /deep\.json: not JSON/],
  ] as const) {
    assert.equal((await post(name, body)).status, 202);
    const { ended } = await served((state) => state.running === null && state.ended !== null && why.test(state.ended.why));
    assert.equal(ended!.how, 'failed');
  }
});

test('a body beyond the limit is refused before it is read', async () => {
  const socket = connect(Number(address.port), '127.0.0.1');
  socket.write(
    `POST /api/records?name=big HTTP/1.1\r\nHost: ${address.host}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 99999999999\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
  socket.destroy();
  assert.equal((await ask('/api/running', { method: 'POST', body: 'x'.repeat(10_000), headers: bearer() })).status, 413);
});

test('nothing but what is named can be asked for, and one examination runs at a time; a cancel ends it', async () => {
  for (const wish of ['{"kind":"treat","seconds":5}', '{"kind":"diagnose","seconds":1e9}', 'not json'])
    assert.equal((await ask('/api/running', { method: 'POST', body: wish, headers: bearer() })).status, 400, wish);
  const start = (): Promise<Answer> =>
    ask('/api/running', { method: 'POST', body: '{"kind":"diagnose","seconds":600}', headers: bearer() });
  assert.equal((await start()).status, 202);
  assert.equal((await start()).status, 409);
  await served(({ running }) => (running?.partial ?? 0) > 0);
  const partial = JSON.parse((await ask('/api/running/record', { headers: bearer() })).body) as {
    diagnosis: { verdict: string };
    series: unknown[];
  };
  assert.equal(partial.diagnosis.verdict, 'inconclusive');
  assert.ok(partial.series.length > 20);
  assert.equal((await ask('/api/running', { method: 'DELETE', headers: bearer() })).status, 200);
  const after = await served(() => true);
  assert.equal(after.running, null);
  assert.equal(after.ended?.how, 'cancelled');
});

test('the plan of a case is told with its way back, and nothing is done', async () => {
  const before = (await served(() => true)).journal;
  const { status, body } = await ask('/api/plans/ipv6-fib6-rule-suppress', { headers: bearer() });
  assert.equal(status, 200, body);
  const plan = JSON.parse(body) as Plan;
  assert.equal(plan.case, 'ipv6-fib6-rule-suppress');
  assert.ok(plan.fixed_in.includes('5.16'));
  // This machine has not the rule that the case is armed by: to delete it has no steps, and says why.
  assert.ok(plan.options.length >= 3);
  for (const { steps, why } of plan.options) assert.equal(steps === null, why !== null);
  assert.deepEqual((await served(() => true)).journal, before);
  assert.equal((await ask('/api/plans/no-such-case', { headers: bearer() })).status, 404);
  assert.equal((await ask('/api/plans/ipv6-fib6-rule-suppress', { method: 'POST', headers: bearer() })).status, 404);
});

test('it listens on the loopback only, and Ctrl-C ends it with an examination under way', async () => {
  const sockets = readFileSync(`/proc/${server.pid}/net/tcp`, 'utf8');
  const port = Number(address.port).toString(16).toUpperCase().padStart(4, '0');
  const bound = [...sockets.matchAll(/^ *\d+: ([0-9A-F]{8}):([0-9A-F]{4}) 00000000:0000 0A/gm)]
    .filter(([, , at]) => at === port)
    .map(([, host]) => host);
  assert.deepEqual(bound, ['0100007F']);
  await ask('/api/running', { method: 'POST', body: '{"kind":"diagnose","seconds":600}', headers: bearer() });
  server.kill('SIGINT');
  const [code] = (await once(server, 'exit')) as [number | null];
  assert.equal(code, 0);
});
