import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Record } from '../model/record.ts';
import { seedRecord } from './fixtures/seed.ts';
import { renderHtml } from './html.ts';

const code = { script: 'document.title="</script><!--x"', style: 'p::before{content:"</style>"}' };
const held = (html: string): { record: Record; points: number | null } =>
  JSON.parse(gunzipSync(Buffer.from(/id="kmai-record">([^<]*)</.exec(html)![1]!, 'base64')).toString());

test('the record in the file is the very record', () => {
  assert.deepEqual(held(renderHtml(seedRecord, 'en', code)), { record: JSON.parse(JSON.stringify(seedRecord)), points: null });
});

test('without its script the file still holds the text verdict', () => {
  assert.match(
    renderHtml(seedRecord, 'en', code),
    /<div id="page"><pre>kmai diagnose · azure-b1s [\s\S]*VERDICT +kernel leak: ip6_dst_cache/,
  );
});

test('script and style are let run by their hashes alone, and neither ends early', () => {
  const html = renderHtml(seedRecord, 'en', code);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
  const [script] = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
  const [style] = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1]!);
  assert.equal(script, String.raw`document.title="\x3c/script>\x3c!--x"`);
  for (const text of [script, style]) assert.ok(policy.includes(`'sha256-${createHash('sha256').update(text!).digest('base64')}'`), text);
  assert.match(policy, /^default-src 'none'; /);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
});

test('nothing that a machine calls itself becomes markup', () => {
  const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028\u202e"\'';
  const html = renderHtml({ ...seedRecord, machine: { ...seedRecord.machine, hostname: hostile, release: hostile } }, 'zh', code);
  assert.doesNotMatch(html, /<img|alert\(1\)<\/script>|\u2028|\u202e/);
  assert.equal([...html.matchAll(/<script/g)].length, 2);
});

test('a long record is thinned until it fits, says so, and keeps what its pictures need', () => {
  const times = Array.from({ length: 10_000 }, (_, i) => i);
  const noise = (k: number): number[] => times.map((i) => ((i * 2_654_435_761 + k * 40_503) >>> 7) % 100_000);
  const series = Array.from({ length: 40 }, (_, k) => ({
    name: k === 0 ? 'zone_pages' : 'slab_bytes',
    labels: { cache: `c${k}` },
    unit: 'bytes' as const,
    times,
    values: noise(k),
  }));
  const html = renderHtml({ ...seedRecord, series }, 'en', code);
  const { record, points } = held(html);
  assert.ok(html.length < 220 * 1024, String(html.length));
  assert.ok(points !== null && record.series.every((one) => one.times.length <= points));
  assert.equal(record.series.length, 39);
});
