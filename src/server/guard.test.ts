import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from './guard.ts';

const gate = { token: 'right', port: 7 };
const ask = (method: string, headers: Readonly<Record<string, string>>, token?: string): number =>
  refusal({ method, header: (name) => headers[name], token }, gate)?.status ?? 200;
const host = '127.0.0.1:7';
const cookie = 'other=1; kmai_7=right';

test('the token is good in the address, in the cookie and in a header; without it nothing is', () => {
  assert.equal(ask('GET', { host }, 'right'), 200);
  assert.equal(ask('GET', { host, cookie }), 200);
  assert.equal(ask('GET', { host, authorization: 'Bearer right' }), 200);
  assert.equal(ask('GET', { host }), 403);
  assert.equal(ask('GET', { host }, 'wrong'), 403);
  assert.equal(ask('GET', { host, cookie: 'kmai_8=right; kmai_7=' }), 403);
});

test('a foreign name for the loopback is refused, token or not', () => {
  for (const wrong of ['evil.example:7', '127.0.0.1:8', '127.0.0.1', '[::1]:7', '0.0.0.0:7', 'localhost.evil.example:7', ''])
    assert.equal(ask('GET', { host: wrong, cookie }), 421, wrong);
  assert.equal(ask('GET', { host: 'LOCALHOST:7', cookie }), 200);
});

test('a foreign origin is refused, and "null" is one', () => {
  for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1:7', 'http://127.0.0.1:8', 'http://localhost:7'])
    assert.equal(ask('GET', { host, cookie, origin }), 403, origin);
  assert.equal(ask('GET', { host, cookie, origin: 'http://127.0.0.1:7' }), 200);
});

test('a change needs the page’s own origin, or the token in a header', () => {
  for (const method of ['POST', 'DELETE', 'PUT']) {
    assert.equal(ask(method, { host, cookie }), 403, method);
    assert.equal(ask(method, { host, cookie, origin: 'http://127.0.0.1:7' }), 200);
    assert.equal(ask(method, { host, authorization: 'Bearer right' }), 200);
  }
});
