import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { Record } from '../model/record.ts';
import { renderFacts } from './facts.ts';
import { seedRecord } from './fixtures/seed.ts';
import { printable, wrap } from './layout.ts';
import { renderLook } from './look.ts';
import { renderMarkdown } from './markdown.ts';
import { BadRecord, parseRecord, recordJsonSchema } from './schema.ts';
import { renderText } from './text.ts';

const plain = { width: 100, color: false };

test('the verdict says class, owner, rate in objects and bytes, and when memory is gone', () => {
  const text = renderText(seedRecord, 'en', plain);
  assert.match(text, /VERDICT +kernel leak: ip6_dst_cache, \+131 objects\/s \(\+32\.8 KiB\/s\); memory is gone in 5 h 40 min/);
  assert.match(text, /^kmai diagnose · azure-b1s · Linux 6\.1\.0-55-cloud-amd64 · 1\.0 GiB · watched 1 min$/m);
});

test('triggers are found, not found or unknown, and each says which', () => {
  const text = renderText(seedRecord, 'en', plain);
  assert.match(text, /✔ 30399: from all lookup main suppress_prefixlength 0 {2}\(as cloud-netconfig installs\)/);
  assert.match(text, /✘ reverse-path-lookup: not found/);
  assert.match(text, /\? suppressed-route: unknown/);
});

test('every number and name of the English text stands in the Chinese one', () => {
  const [english, chinese] = (['en', 'zh'] as const).map((language) => renderText(seedRecord, language, plain));
  assert.match(chinese!, /诊断 +内核泄漏/);
  for (const fact of ['ip6_dst_cache', '131', '32.8 KiB', '30399', 'ipv6-fib6-rule-suppress', 'dst_alloc', '2,003', '100 %']) {
    assert.ok(english!.includes(fact), `en: ${fact}`);
    assert.ok(chinese!.includes(fact), `zh: ${fact}`);
  }
});

test('no line is wider than the terminal, in either language', () => {
  for (const width of [80, 100])
    for (const language of ['en', 'zh'] as const)
      for (const line of renderText(seedRecord, language, { width, color: false }).split('\n'))
        assert.ok(stringWidth(line) <= width || !line.includes(' '), `${stringWidth(line)} > ${width}: ${line}`);
});

test('without colour there is no escape sequence, whatever the machine is called', () => {
  const hostile: Record = { ...seedRecord, machine: { ...seedRecord.machine, hostname: 'x\u001b[2J\u0007\u202ey' } };
  for (const text of [renderText(hostile, 'en', plain), renderMarkdown(hostile, 'en'), renderFacts(hostile, 'en', plain)])
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
});

test('markdown keeps hostile text from becoming markup', () => {
  const hostile: Record = { ...seedRecord, machine: { ...seedRecord.machine, hostname: '<script>alert(1)</script>](http://x)' } };
  const markdown = renderMarkdown(hostile, 'en');
  assert.doesNotMatch(markdown, /(^|[^\\])<script>/);
  assert.doesNotMatch(markdown, /[^\\]\]\(http/);
});

test('look prints the ledger, its parts in order of size, and the part nobody accounts for', () => {
  const text = renderLook(seedRecord, 'en', { ...plain, top: 5 });
  assert.match(text, /MemTotal 1\.0 GiB/);
  assert.match(text, /free +512\.0 MiB +50\.0 %/);
  assert.match(text, /unaccounted +256\.0 MiB +25\.0 %/);
});

test('a record survives being written and read', () => {
  assert.deepEqual(parseRecord(JSON.stringify(seedRecord), 'seed.json'), seedRecord);
});

test('a member of the wrong type is named by its path', () => {
  const wrong = structuredClone(seedRecord) as unknown as { diagnosis: { findings: { growth: { p: unknown } }[] } };
  wrong.diagnosis.findings[0]!.growth.p = 'small';
  assert.throws(
    () => parseRecord(JSON.stringify(wrong), 'wrong.json'),
    /^BadRecord: wrong\.json: diagnosis\.findings\[0\]\.growth\.p: .*number/,
  );
});

test('any text is a record or a BadRecord, never another error', () => {
  const attempt = (text: string): void => {
    try {
      parseRecord(text, 'fuzz');
    } catch (error) {
      assert.ok(error instanceof BadRecord, String(error));
    }
  };
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), attempt), { numRuns: 300 });
  // and near misses: the real record with one value replaced
  const text = JSON.stringify(seedRecord);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom('', '{', ']', '"', '-', 'null', '9'.repeat(400)), (at, put) =>
      attempt(text.slice(0, at) + put + text.slice(at + 1)),
    ),
    { numRuns: 300 },
  );
});

test('docs/record.schema.json is that of the code (node scripts/record-schema.ts)', () => {
  const written: unknown = JSON.parse(readFileSync(new URL('../../docs/record.schema.json', import.meta.url), 'utf8'));
  assert.deepEqual(written, JSON.parse(JSON.stringify(recordJsonSchema())));
});

test('wrapping keeps every word and every character, and breaks between Chinese ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('slab', '缓存', 'ip6_dst_cache', '增长', ',', '131'), { maxLength: 60 }),
      fc.integer({ min: 10, max: 80 }),
      (words, width) => {
        const text = words.join(' ');
        assert.equal(wrap(text, width).join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
      },
    ),
  );
  assert.deepEqual(wrap('内核内存泄漏', 8), ['内核内存', '泄漏']);
});

test('printable leaves words alone', () => {
  assert.equal(printable('30399: from all lookup main – 缓存 ✔'), '30399: from all lookup main – 缓存 ✔');
});
