import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signLabel, type Sign } from '../model/sign.ts';
import { tellTerm } from './signs.ts';

test('the terms of a rank are told in Chinese', () => {
  const told = (sign: Sign): string => tellTerm(signLabel(sign), 'zh');
  assert.equal(told({ grows: 'ip6_dst_cache' }), 'ip6_dst_cache 在增长');
  assert.equal(told({ driver: 'Ip6InReceives', between: [0.2, 1.2] }), '由 Ip6InReceives 驱动(每次事件 0.2 至 1.2 个对象)');
  assert.equal(told({ not_driver: 'TcpOutSegs' }), '驱动者不是 TcpOutSegs');
  assert.equal(told({ counted: 'TcpPassiveOpens', at_least: 1 }), 'TcpPassiveOpens ≥ 1');
  assert.equal(told({ ledger: 'page-tables' }), '账目页表增长');
  assert.equal(told({ unaccounted_grows: true }), '未入账的内存增长');
  assert.equal(told({ objects_outnumber: { cache: 'TCP', population: 'sockstat' } }), 'TCP 的对象多于 sockstat 所计');
  assert.equal(told({ dying_cgroups: 200 }), '已删除而仍有计费的 cgroup 达 200 个');
  assert.equal(told({ held_by: 'threads' }), '由进程持有:线程');
  assert.equal(told({ not_held: true }), '没有进程持有');
  assert.equal(told({ reclaimable: false }), '不可回收');
  assert.equal(told({ any: [{ grows: 'TCP' }, { found_in: 'shmem' }] }), 'TCP 在增长,或增长的是 共享内存');
  assert.equal(tellTerm('trigger suppressing-rule', 'zh'), '诱因 suppressing-rule');
  assert.equal(tellTerm('release', 'zh'), '内核版本');
  assert.equal(tellTerm('grows TCP', 'en'), 'grows TCP');
  assert.equal(tellTerm('a later sign', 'zh'), 'a later sign');
});
