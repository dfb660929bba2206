import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { valueOf } from '../named.ts';
import { buddyinfo, parseBuddyinfo } from './buddyinfo.ts';
import { percpuAtBootOnly, parseVmallocinfo, stacksInVmalloc } from './vmallocinfo.ts';
import { vmstat } from './vmstat.ts';
import { parseZoneinfo, zoneinfo } from './zoneinfo.ts';

const zone = (lists: readonly number[]): string =>
  `Node 0, zone   Normal
  per-node stats
      nr_free_pages 1
  pages free     30840
        boost    0
        min      57
        low      71
        high     85
        spanned  4095
        present  3998
        managed  3840
  pagesets
${lists.map((count, cpu) => `    cpu: ${cpu}\n              count:    ${count}\n              high:     7176\n              batch:    63\n  vm stats threshold: 24\n`).join('')}  node_unreclaimable:  0
  start_pfn:           1
`;

test('zoneinfo: free pages, marks, and the sum of the per-CPU lists, whose own "high" is not a mark', () => {
  const value = parseZoneinfo(zone([100, 23]));
  assert.deepEqual(
    [...value.names].map((name) => name.replace('0 Normal ', '')),
    ['free', 'min', 'low', 'high', 'spanned', 'present', 'managed', 'pcp'],
  );
  assert.deepEqual([...value.values], [30840, 57, 71, 85, 4095, 3998, 3840, 123]);
  assert.deepEqual(zoneinfo.keys(value).at(-1), { name: 'zone_pages', labels: { node: '0', zone: 'Normal', field: 'pcp' } });
});

test('zoneinfo of a real machine: the lists are those awk sums', () => {
  const text = recorded('/proc/zoneinfo');
  const value = parseZoneinfo(text);
  const lists = value.names.reduce((sum, name, row) => (name.endsWith(' pcp') ? sum + value.values[row]! : sum), 0);
  assert.equal(lists, Number(execFileSync('awk', ['$1=="count:"{n+=$2} END{print n+0}'], { input: text, encoding: 'utf8' })));
  assert.equal(parseZoneinfo(text, value).names, value.names);
});

test('buddyinfo: free blocks by order', () => {
  const value = parseBuddyinfo('Node 0, zone      DMA      0      1 \nNode 1, zone   Normal   3486   4624 \n');
  assert.deepEqual([...value.names], ['0 DMA 0', '0 DMA 1', '1 Normal 0', '1 Normal 1']);
  assert.deepEqual([...value.values], [0, 1, 3486, 4624]);
  assert.deepEqual(buddyinfo.keys(value)[3], { name: 'buddy_free_blocks', labels: { node: '1', zone: 'Normal', order: '1' } });
});

test('vmstat: gauges are pages, counters are events, kilobytes are neither', () => {
  const value = vmstat.parse('nr_free_pages 10\nnr_dirtied 7\nnr_kernel_stack 1636\npgfault 99\nworkingset_nodes 3\n');
  assert.deepEqual(
    vmstat.keys(value).map((key) => (key === null ? null : [key.name, ...Object.values(key.labels)])),
    [
      ['vmstat_pages', 'nr_free_pages'],
      ['vmstat_total', 'nr_dirtied'],
      null,
      ['vmstat_total', 'pgfault'],
      ['vmstat_pages', 'workingset_nodes'],
    ],
  );
});

const areas = `0x00000000e8dfb64f-0x000000000617ac72   20480 irq_init_percpu_irqstack+0xed/0x120 vmap
0x00000000a21379be-0x0000000080f9c029   20480 kernel_clone+0xb8/0x400 pages=4 vmalloc N0=4
0x00000000a21379bf-0x0000000080f9c029   20480 kernel_clone+0xb8/0x400 pages=4 vmalloc N0=4
0x00000000f6c81546-0x000000009c31f62f    8192 vp_modern_map_capability+0x142/0x1d0 phys=0x0000004000000000 ioremap
0x00000000f6c81547-0x000000009c31f62f  1048576 load_module+0x142/0x1d0 [nf_tables] pages=255 vmalloc N0=255
0x00000000f6c81548-0x000000009c31f62f    8192 unpurged vm_area
`;

test("vmallocinfo: owned pages by caller, address space where the pages are somebody else's", () => {
  const value = parseVmallocinfo(areas);
  assert.equal(valueOf(value, 'kernel_clone'), 2 * 4 * 4096);
  assert.equal(valueOf(value, 'load_module'), 255 * 4096);
  assert.equal(valueOf(value, 'irq_init_percpu_irqstack'), 20480);
  assert.equal(valueOf(value, 'unpurged'), 8192);
  assert.equal(valueOf(value, '(areas)'), 6);
  assert.equal(valueOf(value, '(unpurged areas)'), 1);
  assert.equal(stacksInVmalloc(value), true);
  assert.equal(percpuAtBootOnly(value), true);
  assert.equal(percpuAtBootOnly(parseVmallocinfo(`${areas}0x0-0x1 2097152 pcpu_get_vm_areas+0x0/0x6a0 vmalloc\n`)), false);
});

test('vmallocinfo of a kernel with 64 KiB pages is in its pages', () => {
  assert.equal(valueOf(parseVmallocinfo('0x0-0x1 327680 copy_process+0xb8/0x400 pages=4 vmalloc N0=4\n'), 'copy_process'), 4 * 65536);
});

test('any text gives a value or Malformed', () => {
  survivesAnything(parseZoneinfo, recorded('/proc/zoneinfo'));
  survivesAnything(parseBuddyinfo, recorded('/proc/buddyinfo'));
  survivesAnything(parseVmallocinfo, areas);
  survivesAnything(vmstat.parse, recorded('/proc/vmstat'));
});
