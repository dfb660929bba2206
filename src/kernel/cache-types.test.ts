import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { aliasOfType, typesOfCache } from './cache-types.ts';

test('of the names of a merged cache the one is chosen that a type is allocated from', () => {
  const merged = ['filp', 'io_kiocb', 'ip6_dst_cache', 'posix_timers_cache'];
  assert.equal(aliasOfType('rt6_info', merged), 'ip6_dst_cache');
  assert.equal(aliasOfType('file', merged), 'filp');
  assert.equal(aliasOfType('io_kiocb', merged), 'io_kiocb');
  assert.equal(aliasOfType('dentry', merged), undefined);
  assert.equal(aliasOfType('dentry', ['dentry']), 'dentry');
});

test('a cache names the structs its objects may be', () => {
  assert.deepEqual(typesOfCache('inode_cache'), ['inode', 'inode_cache', 'inode']);
  assert.equal(typesOfCache('dentry')[0], 'dentry');
});
