import assert from 'node:assert/strict';
import test from 'node:test';
import { recorded, survivesAnything } from '../fixtures/texts.ts';
import { netstat, parseSnmp, snmp, snmp6 } from './snmp.ts';

function points(text: string): Map<string, number> {
  const value = parseSnmp(text);
  const keys = snmp.keys(value);
  return new Map(keys.flatMap((key, row) => (key?.name === 'snmp_total' ? [[key.labels['counter']!, value.values[row]!]] : [])));
}

test('names and values are paired, with the group before the name', () => {
  const found = points('Ip: Forwarding DefaultTTL InReceives\nIp: 2 64 11271\nTcp: MaxConn PassiveOpens\nTcp: -1 17\n');
  assert.deepEqual(
    [...found],
    [
      ['IpInReceives', 11271],
      ['TcpPassiveOpens', 17],
    ],
  );
});

test('a text with fewer values than names is malformed', () => {
  assert.throws(() => parseSnmp('Ip: A B\nIp: 1\n'), /line 2: expected as many values as names/);
  assert.throws(() => parseSnmp('Ip: A B\nTcp: 1 2\n'), /line 2: expected "Ip:"/);
});

test('snmp6 and netstat of a real machine give their counters', () => {
  const six = snmp6.parse(recorded('/proc/net/snmp6'));
  assert.ok(six.names.includes('Ip6InReceives'));
  const keys = netstat.keys(netstat.parse(recorded('/proc/net/netstat')));
  assert.ok(keys.some((key) => key?.labels['counter'] === 'TcpExtListenDrops'));
  assert.ok(keys.some((key) => key?.labels['counter'] === 'IpExtInOctets'));
});

test('any text gives a value or Malformed', () => {
  survivesAnything(parseSnmp, recorded('/proc/net/snmp'));
  survivesAnything(snmp6.parse, recorded('/proc/net/snmp6'));
});
