/**
 * Makes kernel objects in known numbers, at an even pace, in a process of its own.
 * `paced.ts KIND COUNT SECONDS`: says "ready", waits for a line, makes COUNT objects over SECONDS, says "done", and
 * holds them until its input ends. KIND `busy` opens and closes files for as long as it lives.
 */
import { closeSync, existsSync, openSync, watch } from 'node:fs';
import { createSocket } from 'node:dgram';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MapSpec, openBpf } from '../../src/host/bpf.ts';
import { openSyscalls } from '../../src/host/syscall.ts';

const [kind = 'files', count = '0', seconds = '1'] = process.argv.slice(2);
const BATCHES = 40;
const arm = process.arch === 'arm64';
const system = await openSyscalls();
const bpf = kind === 'arrays' || kind === 'percpu' ? await openBpf() : undefined;

function bpfMap(spec: MapSpec): number {
  if (bpf?.ok !== true) throw new Error(bpf?.unavailable.detail ?? 'no BPF');
  return bpf.value.createMap(spec);
}

async function maker(): Promise<(index: number) => unknown> {
  switch (kind) {
    case 'files':
      return () => openSync('/dev/null', 'r');
    case 'sockets': {
      if (!system.ok) throw new Error(system.unavailable.detail);
      return () => system.value.call(process.arch === 'arm64' ? 198 : 41, 2, 2, 0); // socket(AF_INET, SOCK_DGRAM, 0)
    }
    case 'eventfds': {
      if (!system.ok) throw new Error(system.unavailable.detail);
      return () => system.value.call(process.arch === 'arm64' ? 19 : 290, 0, 0); // eventfd2(0, 0)
    }
    case 'watches': {
      const folder = mkdtempSync(join(tmpdir(), 'kmai-watches-'));
      process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
      for (let i = 0; i < Number(count); i++) mkdirSync(join(folder, String(i)));
      return (index) => watch(join(folder, String(index)), { persistent: false });
    }
    case 'keys':
      return addKey;
    case 'rings':
      return packetRing;
    case 'arrays':
      return () => bpfMap({ name: 'paced', type: 'array', keyBytes: 4, valueBytes: 65_536 - 4096, entries: 1 });
    case 'percpu':
      return () => bpfMap({ name: 'paced', type: 'percpu_array', keyBytes: 4, valueBytes: 2048, entries: 1 });
    default:
      throw new Error(`no workload ${kind}`);
  }
}

/** A key of the process's own keyring: its 200 bytes lie behind a header of 24 in one kmalloc(224), so in kmalloc-256. */
function addKey(index: number): number {
  if (!system.ok) throw new Error(system.unavailable.detail);
  const [type, description, payload] = [system.value.pin(8), system.value.pin(32), system.value.pin(200)];
  type.bytes.write('user\0');
  description.bytes.write(`kmai-test-${index}\0`);
  const processKeyring = -2;
  return system.value.call(arm ? 217 : 248, type.address, description.address, payload.address, 200, processKeyring);
}

/** A packet socket with a receive ring of one block of eight pages: one allocation of order 3. */
function packetRing(): number {
  if (!system.ok) throw new Error(system.unavailable.detail);
  const [packet, raw, solPacket, packetRxRing, block] = [17, 3, 263, 5, 32_768];
  const socket = system.value.call(arm ? 198 : 41, packet, raw, 0);
  if (socket < 0) return socket;
  const request = system.value.pin(16);
  [block, 1, 2048, block / 2048].forEach((value, i) => request.bytes.writeUInt32LE(value, i * 4));
  return system.value.call(arm ? 208 : 54, socket, solPacket, packetRxRing, request.address, 16);
}

let looked = 0;
/** Sends to itself. */
const socket = kind === 'packets' ? createSocket('udp4', () => {}) : undefined;
if (socket !== undefined) await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
/** Two mappings that cannot merge, gone at once: the tree of mappings is rebuilt each time. */
function mapAndUnmap(): void {
  if (!system.ok) throw new Error(system.unavailable.detail);
  const [mmap, munmap] = process.arch === 'arm64' ? [222, 215] : [9, 11];
  const mapped = [1, 3].map((protection) => system.value.call(mmap, 0, 65_536, protection, 0x22, -1, 0));
  for (const address of mapped) system.value.call(munmap, address, 65_536);
}
/** What goes on and leaves nothing behind; a call makes and frees some. */
const rounds: Readonly<Record<string, () => void>> = {
  busy: () => closeSync(openSync('/proc/self/stat', 'r')),
  lookups: () => void existsSync(`/kmai-no-such-file-${process.pid}-${looked++}`),
  mappings: mapAndUnmap,
  packets: () => socket?.send('x', socket.address().port, '127.0.0.1'),
};
const round = rounds[kind];
if (round !== undefined) {
  console.log('ready');
  process.stdin.on('end', () => process.exit(0)).resume();
  for (;;) {
    for (let i = 0; i < 200; i++) round();
    await sleep(5);
  }
}
const make = await maker();
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
const started = performance.now();
let made = 0;
for (let batch = 1; batch <= BATCHES; batch++) {
  for (; made < (Number(count) * batch) / BATCHES; made++) {
    const result = make(made);
    if (typeof result === 'number' && result < 0) throw new Error(`${kind}: errno ${-result}`);
  }
  await sleep(Math.max(0, started + (Number(seconds) * 1000 * batch) / BATCHES - performance.now()));
}
console.log('done');
process.stdin.on('end', () => process.exit(0));
