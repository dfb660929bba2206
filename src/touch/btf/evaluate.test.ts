import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assert as check, constantFrom, array, property, string } from 'fast-check';
import { complaintText } from '../../messages/expression.ts';
import { miniKernel } from '../fixtures/kernel.ts';
import { complaintOf, evaluate } from './evaluate.ts';
import { parseExpression } from './expression.ts';
import { formatValue } from './format.ts';
import { formatLayout } from './layout.ts';
import { Meaningless, Unmapped } from '../damage.ts';

const structs = [
  {
    name: 'inner',
    size: 24,
    members: [
      ['label', 'char[8]', 0],
      ['count', 's32', 8],
      ['low', 'u32', 12, 3, 0],
      ['high', 'u32', 12, 5, 3],
      ['flag', 'bool', 16],
    ],
  },
  {
    name: 'outer',
    size: 96,
    members: [
      ['next', 'outer*', 0],
      ['name', 'char*', 8],
      ['items', 'inner[2]', 16],
      ['numbers', 'u16[4]', 64],
      ['unused', 'u64', 80],
    ],
  },
] as const;

function kernel() {
  const made = miniKernel({ structs });
  const text = made.alloc(16);
  made.memory.write('sheaf\0', text, 'latin1');
  const [first, second] = [made.alloc(96), made.alloc(96)];
  made.symbol('outer_list', first);
  made.put(first, made.pointer(second));
  made.put(second, 0n);
  made.put(second + 8, made.pointer(text));
  made.memory.write('zone\0', second + 16 + 24, 'latin1');
  made.memory.writeInt32LE(-5, second + 16 + 24 + 8);
  made.memory.writeUInt32LE((21 << 3) | 6, second + 16 + 24 + 12);
  made.memory[second + 16 + 24 + 16] = 1;
  [7, 8, 0, 0].forEach((n, i) => made.memory.writeUInt16LE(n, second + 64 + i * 2));
  const area = made.alloc(64);
  made.symbol('__per_cpu_start', area);
  made.symbol('per_cpu_outer', area + 8);
  made.symbol('__per_cpu_end', area + 64);
  return { opened: made.open(), first: made.pointer(first), second: made.pointer(second) };
}
const { opened, second } = kernel();
const read = (text: string): string => formatValue(opened, evaluate(opened, text));

test('members, arrows, arrays, casts and sums read what stands there', () => {
  const base = '((struct outer *)&outer_list)';
  assert.equal(read(`${base}->next`), `(struct outer *)0x${second.toString(16)}`);
  assert.match(read(`${base}->next->name`), /^\(char \*\)0x[0-9a-f]+ = "sheaf"$/);
  assert.equal(read(`(*${base}).next->items[1].count`), '(s32)-5');
  assert.equal(read(`${base}->next->items[1].low`), '(u32)6');
  assert.equal(read(`${base}->next->items[1].high`), '(u32)21');
  assert.equal(read(`${base}->next->items[1].flag`), '(bool)true');
  assert.equal(read(`${base}->next->items[1].label`), '(char [8])"zone"');
  assert.equal(read(`${base}->next->numbers`), '(u16 [4]){ 7, 8 }');
  assert.equal(read(`*(${base}->next->numbers + 0)`.replace(' + 0', '')), '(u16)7');
  assert.equal(read(`*(u16 *)((u64)&${base}->next->numbers + 2)`), '(u16)8');
  assert.equal(read(`((struct outer *)((u64)&outer_list)) - 1 + 1`).startsWith('(struct outer *)'), true);
});

test('a mistake is named with what would be right', () => {
  assert.throws(
    () => read('outer_list.next'),
    (e) => e instanceof Meaningless && /cast it/.test(e.message),
  );
  assert.throws(() => read('nowhere'), /no symbol nowhere in kallsyms/);
  assert.throws(() => read('(struct nothing *)0'), /no type struct nothing/);
  assert.throws(() => read('((struct outer *)&outer_list)->bar'), /it has next name items numbers unused/);
  assert.throws(() => read('((struct outer *)&outer_list)->next->next->name'), Unmapped);
  assert.throws(() => read('per_cpu(outer_list, 7)'), /CPU 7 is not possible/);
});

test("of a per-cpu variable the address can be taken; what stands there is each CPU's own", () => {
  assert.match(read('&per_cpu_outer'), /^\(void \*\)0x[0-9a-f]+/);
  for (const text of ['per_cpu_outer', '(u64)per_cpu_outer', '*per_cpu_outer', 'per_cpu_outer->name'])
    assert.throws(() => read(text), /each CPU has a per_cpu_outer of its own: per_cpu\(per_cpu_outer, CPU\); CPUs: 0/, text);
});

test('a mistake is named in Chinese as well', () => {
  const told = (text: string): string => {
    try {
      return read(text);
    } catch (error) {
      return complaintText(complaintOf(error)!, 'zh');
    }
  };
  const list = '((struct outer *)&outer_list)';
  assert.equal(told('outer_list.'), '应为名称,却到此为止');
  assert.equal(told('outer_list['), '应为名称,却到此为止');
  assert.equal(told('outer_list @'), '应为名称、数字或 . -> [ ] ( ) * & + - 之一,却是 " @"');
  assert.equal(told('(outer_list'), '应为“)”,却到此为止');
  assert.equal(told('outer_list 3'), '表达式应到此结束,却是 "3"');
  assert.equal(told('per_cpu(outer_list, x)'), '应为 CPU 编号,却是 "x"');
  assert.equal(told('per_cpu(outer_list, 7)'), '此处不可能有 CPU 7;CPU 有:0');
  assert.equal(told('*'.repeat(100)), '嵌套超过 64 层');
  assert.equal(told('nowhere'), 'kallsyms 与模块的符号中没有 nowhere');
  assert.equal(told('(struct nothing *)0'), '内核及其模块的 BTF 中没有类型 struct nothing');
  assert.equal(told('outer_list.next'), 'void 没有成员;BTF 中没有它的类型:请转换,*(struct x *)&name');
  assert.equal(told(`${list}->bar`), 'struct outer 没有成员 bar;有 next name items numbers unused');
  assert.equal(told(`(u64)*${list}`), 'struct outer 不能转换;请转换其地址:*(u64 *)&…');
  assert.equal(told('&5'), '只有位于内存中的才有地址');
  assert.equal(told(`*${list}->next->items[0].count`), 's32 不是指针,也不是数组');
  assert.equal(told(`*${list} + 1`), '只有数字与指针可以相加减');
  assert.match(told(`${list}->next->next->name`), /^0x[0-9a-f]+ 读不到:此处没有映射$/);
});

test('a layout shows offsets, sizes, holes and cache lines as pahole does', () => {
  const id = opened.btf.find('outer', 'struct')!;
  const lines = formatLayout(opened.btf, id)
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '));
  assert.deepEqual(lines, [
    'struct outer {',
    'struct outer *next; /* 0 8 */',
    'char *name; /* 8 8 */',
    'struct inner items[2]; /* 16 48 */',
    '/* --- cacheline 1 boundary (64 bytes) --- */',
    'u16 numbers[4]; /* 64 8 */',
    '',
    '/* XXX 8 bytes hole, try to pack */',
    '',
    'u64 unused; /* 80 8 */',
    '',
    '/* padding: 8 */',
    '',
    '/* size: 96, cachelines: 2, members: 5 */',
    '/* sum holes: 8, holes: 1 */',
    '/* last cacheline: 32 bytes */',
    '};',
  ]);
});

test('any text is an expression or Meaningless', () => {
  const part = constantFrom('*', '&', '(', ')', '[', ']', '.', '->', 'a', '12', 'struct', 'x', '+', '-', 'per_cpu', ',', ' ', '0x1f', '@');
  const parse = (text: string): void => {
    try {
      parseExpression(text);
    } catch (error) {
      assert.ok(error instanceof Meaningless, String(error));
    }
  };
  check(property(string(), parse));
  check(
    property(array(part, { maxLength: 30 }), (parts) => parse(parts.join(''))),
    { numRuns: 2000 },
  );
  parse('('.repeat(100_000));
  parse('*'.repeat(100_000));
});
