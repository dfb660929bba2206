import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tellExamined } from './examined.ts';

test('lines are told one by one, their indentation and figures kept', () => {
  const english = [
    'filp = ip6_dst_cache: 640 of 900 objects unreachable ( 71.1 %), 12 unreferenced, 160.0 KiB',
    '  640 struct rt6_info (0.98; then file 0.1)',
    '640 of 12000 objects can be reached from nowhere',
  ];
  assert.equal(
    tellExamined(english.join('\n'), 'zh'),
    [
      'filp = ip6_dst_cache:900 个对象中 640 个不可达( 71.1 %),12 个无人引用,160.0 KiB',
      '  640 个 struct rt6_info(0.98;其次 file 0.1)',
      '12000 个对象中有 640 个无处可达',
    ].join('\n'),
  );
  assert.equal(tellExamined('      1234    4.8 MiB  page tables', 'zh'), '      1234    4.8 MiB  页表');
  assert.equal(tellExamined(english.join('\n'), 'en'), english.join('\n'));
});

test('values of the kernel stay as they are', () => {
  for (const line of ['  .next = (struct list_head *)0xffff888100000000,', '"ip6_dst_cache"', '}'])
    assert.equal(tellExamined(line, 'zh'), line);
});

test('every kind of page has a name', () => {
  const source = readFileSync(new URL('../touch/examine-pages.ts', import.meta.url), 'utf8');
  const labels = [
    ...source.slice(source.indexOf('const labels'), source.indexOf('};', source.indexOf('const labels'))).matchAll(/: (['"])(.+)\1,/g),
  ].map(([, , label]) => label!);
  assert.ok(labels.length > 12, String(labels.length));
  for (const label of labels) assert.notEqual(tellExamined(label, 'zh'), label);
});
