import { readSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { available, type Reading, unavailable } from '../model/reading.ts';
import { openSyscalls, type Pinned, type Syscalls } from './syscall.ts';

/** A bpf(2) command the kernel refused. `log` is the verifier's, empty for everything but loading a program. */
export class BpfRefused extends Error {
  readonly errno: number;
  readonly errorName: string;
  readonly log: string;
  constructor(what: string, errno: number, log = '') {
    const name = getSystemErrorName(-errno);
    super(`${what}: ${name}${log === '' ? '' : `; the verifier says: ${log.trim().split('\n').slice(-3).join(' / ')}`}`);
    this.name = 'BpfRefused';
    this.errno = errno;
    this.errorName = name;
    this.log = log;
  }
}

export const mapTypes = { hash: 1, array: 2, percpu_hash: 5, percpu_array: 6, stack_trace: 7 } as const;
export interface MapSpec {
  readonly name: string;
  readonly type: keyof typeof mapTypes;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: number;
}

export const programTypes = { raw_tracepoint: 17, tracing: 26 } as const;
export const attachTypes = { trace_fentry: 24, trace_fexit: 25, trace_iter: 28 } as const;
export interface ProgramSpec {
  readonly name: string;
  readonly type: keyof typeof programTypes;
  readonly code: Uint8Array;
  /** For `tracing`: where it attaches, and the function's BTF id in vmlinux. */
  readonly attach?: { readonly type: keyof typeof attachTypes; readonly btfId: number };
}

export interface ProgramInfo {
  /** Nanoseconds spent in the program and times it ran, while statistics were enabled. */
  readonly runNanoseconds: number;
  readonly runs: number;
  /** Times it was skipped because it was running already on that CPU (since 5.12); null on older kernels. */
  readonly recursionMisses: number | null;
}

/** bpf(2), as far as listening needs it. Every method throws `BpfRefused`. File descriptors are the only handles: all die with the process. */
export interface Bpf {
  createMap(spec: MapSpec): number;
  /** Creates several at once, on threads of their own: a large one takes the kernel tens of milliseconds. All or none. */
  createMaps(specs: readonly MapSpec[]): Promise<readonly number[]>;
  loadProgram(spec: ProgramSpec): number;
  attachRawTracepoint(name: string, program: number): number;
  /** Attaches an fentry or fexit program where it was loaded for. */
  attachTracing(program: number): number;
  /**
   * The kernel's BTF: mapped where the file lets itself be (since v6.16, commit a539e2a6d51d), else in one copy: read, the file comes in
   * 1,350 pages. Read-only; it lies in memory that `close` frees.
   * @returns undefined before v5.11 (commit 5329722057d4), where it could not be asked for
   */
  kernelBtf(): Buffer | undefined;
  /** Runs an iterator program to its end. @returns what it wrote with bpf_seq_write */
  iterate(program: number): Buffer;
  /** The value (for per-CPU maps: all CPUs' values, each rounded up to 8 bytes), or undefined when the key is absent. The buffer is reused by the next call. */
  lookup(map: number, key: Uint8Array, valueBytes: number): Buffer | undefined;
  update(map: number, key: Uint8Array, value: Uint8Array): void;
  /** Hands every entry of a hash map over, in batches. `keys` and `values` are reused by the next batch. */
  batches(map: number, keyBytes: number, valueBytes: number, each: (keys: Buffer, values: Buffer, count: number) => void): void;
  programInfo(program: number): ProgramInfo;
  /** Counts programs' run time until the descriptor returned is closed (costs two clock reads a run). */
  enableStatistics(): number;
  /** Names of the BPF programs loaded in this kernel, whoever loaded them (cut to 15 characters by the kernel). */
  programNames(): readonly string[];
  closeFd(fd: number): void;
  close(): void;
}

/** enum bpf_cmd of include/uapi/linux/bpf.h. */
const commands = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  PROG_LOAD: 5,
  PROG_GET_NEXT_ID: 11,
  PROG_GET_FD_BY_ID: 13,
  OBJ_GET_INFO_BY_FD: 15,
  RAW_TRACEPOINT_OPEN: 17,
  BTF_GET_FD_BY_ID: 19,
  BTF_GET_NEXT_ID: 23,
  MAP_LOOKUP_BATCH: 24,
  LINK_CREATE: 28,
  ENABLE_STATS: 32,
  ITER_CREATE: 33,
} as const;
const syscallNumbers: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };

const ATTRIBUTE_BYTES = 144;
const LOG_BYTES = 65_536;
/** struct bpf_prog_info up to recursion_misses and a little further. */
const INFO_BYTES = 224;
const BATCH = 16_384;
const EPERM = 1;
const ENOENT = 2;
const ENOSPC = 28;

/** Opens bpf(2) for this process. Fails as a value where there is no system call, no right to it, or no kernel support. */
export async function openBpf(): Promise<Reading<Bpf>> {
  const what = 'bpf(2)';
  const number = syscallNumbers[process.arch];
  if (number === undefined) return unavailable(what, 'unsupported', `the system call's number on ${process.arch} is not known`);
  const opened = await openSyscalls();
  if (!opened.ok) return opened;
  const bpf = over(opened.value, number);
  try {
    // The cheapest command that needs the same rights as what follows.
    opened.value.closeFd(bpf.createMap({ name: 'kmai_probe', type: 'array', keyBytes: 4, valueBytes: 8, entries: 1 }));
    return available(bpf);
  } catch (error) {
    bpf.close();
    if (!(error instanceof BpfRefused)) throw error;
    const denied = error.errorName === 'EPERM' || error.errorName === 'EACCES';
    return denied
      ? unavailable(what, 'denied', error.message, 'run as root (CAP_BPF and CAP_PERFMON); kernel lockdown "confidentiality" forbids it')
      : unavailable(what, 'unsupported', error.message, 'needs a kernel with CONFIG_BPF_SYSCALL');
  }
}

function over(system: Syscalls, number: number): Bpf {
  const attribute = system.pin(ATTRIBUTE_BYTES);
  const name = system.pin(128);
  const key = system.pin(64);
  // Grown on demand and reused: a map's values, a verifier log, a program's code.
  const areas = new Map<string, Pinned>();
  const area = (purpose: string, length: number): Pinned => {
    const had = areas.get(purpose);
    if (had !== undefined && had.bytes.length >= length) return had;
    const made = system.pin(length);
    areas.set(purpose, made);
    return made;
  };

  const u32 = (at: number, value: number) => void attribute.bytes.writeUInt32LE(value >>> 0, at);
  const u64 = (at: number, value: bigint) => void attribute.bytes.writeBigUInt64LE(value, at);
  const text = (at: number, value: string) => void attribute.bytes.write(value.slice(0, 15), at, 'latin1');
  const command = (which: keyof typeof commands, fill: () => void): number => {
    attribute.bytes.fill(0);
    fill();
    return system.call(number, commands[which], attribute.address, ATTRIBUTE_BYTES);
  };
  const must = (what: string, result: number, log = ''): number => {
    if (result < 0) throw new BpfRefused(what, -result, log);
    return result;
  };

  const element = (which: 'MAP_LOOKUP_ELEM' | 'MAP_UPDATE_ELEM', map: number, keyBytes: Uint8Array, value: Pinned) => {
    key.bytes.set(keyBytes);
    return command(which, () => {
      u32(0, map);
      u64(8, key.address);
      u64(16, value.address);
    });
  };

  /** struct bpf_btf_info: btf 0, btf_size 8, id 12, name 16, name_len 24, kernel_btf 28. */
  const vmlinux = (fd: number): Buffer | undefined => {
    const info = area('info', INFO_BYTES);
    const btfName = area('btf name', 64);
    const ask = (bytes: Pinned | undefined) => {
      info.bytes.fill(0);
      if (bytes !== undefined) {
        info.bytes.writeBigUInt64LE(bytes.address, 0);
        info.bytes.writeUInt32LE(bytes.bytes.length, 8);
      }
      info.bytes.writeBigUInt64LE(btfName.address, 16);
      info.bytes.writeUInt32LE(btfName.bytes.length, 24);
      return command('OBJ_GET_INFO_BY_FD', () => {
        u32(0, fd);
        u32(4, 32);
        u64(8, info.address);
      });
    };
    btfName.bytes.fill(0);
    if (ask(undefined) < 0 || info.bytes.readUInt32LE(28) === 0 || btfName.bytes.toString('latin1', 0, 8) !== 'vmlinux\0') return undefined;
    const bytes = area('btf', info.bytes.readUInt32LE(8));
    return ask(bytes) < 0 ? undefined : bytes.bytes;
  };
  const askAbout = (fd: number, info: Pinned) =>
    must(
      'asking about a program',
      command('OBJ_GET_INFO_BY_FD', () => {
        u32(0, fd);
        u32(4, INFO_BYTES);
        u64(8, info.address);
      }),
    );

  const describeMap = (to: Buffer, spec: MapSpec) => {
    [mapTypes[spec.type], spec.keyBytes, spec.valueBytes, spec.entries].forEach((value, index) => to.writeUInt32LE(value, index * 4));
    to.write(spec.name.slice(0, 15), 28, 'latin1');
  };
  const createMap = (spec: MapSpec): number =>
    must(
      `creating the map ${spec.name}`,
      command('MAP_CREATE', () => describeMap(attribute.bytes, spec)),
    );

  return {
    createMap,
    async createMaps(specs) {
      const made = await Promise.all(
        specs.map((spec) => {
          const own = system.pin(ATTRIBUTE_BYTES);
          own.bytes.fill(0);
          describeMap(own.bytes, spec);
          return system.callAside(number, commands.MAP_CREATE, own.address, ATTRIBUTE_BYTES);
        }),
      );
      const fds: number[] = [];
      try {
        // What failed there is tried once more here, where the kernel's reason is heard.
        for (const [index, fd] of made.entries()) fds.push(fd ?? createMap(specs[index]!));
        return fds;
      } catch (error) {
        for (const fd of [...fds, ...made.slice(fds.length)]) if (fd !== undefined) system.closeFd(fd);
        throw error;
      }
    },
    loadProgram(spec) {
      const code = area('code', spec.code.length);
      code.bytes.set(spec.code);
      const license = area('license', 4);
      license.bytes.write('GPL\0');
      const load = (log: Pinned | undefined) =>
        command('PROG_LOAD', () => {
          u32(0, programTypes[spec.type]);
          u32(4, spec.code.length / 8);
          u64(8, code.address);
          u64(16, license.address);
          if (log !== undefined) {
            u32(24, 1);
            u32(28, log.bytes.length);
            u64(32, log.address);
          }
          text(48, spec.name);
          if (spec.attach !== undefined) {
            u32(68, attachTypes[spec.attach.type]);
            u32(108, spec.attach.btfId);
          }
        });
      const first = load(undefined);
      if (first >= 0) return first;
      // Not permitted: there is nothing the verifier could say.
      if (first === -EPERM) throw new BpfRefused(`loading the program ${spec.name}`, EPERM);
      // Once more with the verifier's log: writing it costs more than verifying, and it is wanted only now.
      const log = area('log', LOG_BYTES);
      log.bytes.fill(0);
      const again = load(log);
      if (again >= 0) return again;
      throw new BpfRefused(`loading the program ${spec.name}`, -first, log.bytes.toString('latin1', 0, log.bytes.indexOf(0)));
    },
    attachRawTracepoint(tracepoint, program) {
      name.bytes.fill(0);
      name.bytes.write(tracepoint, 'latin1');
      const result = command('RAW_TRACEPOINT_OPEN', () => {
        u64(0, name.address);
        u32(8, program);
      });
      return must(`attaching to the tracepoint ${tracepoint}`, result);
    },
    attachTracing: (program) =>
      must(
        'attaching an fentry/fexit program',
        command('RAW_TRACEPOINT_OPEN', () => u32(8, program)),
      ),
    kernelBtf() {
      const mapped = system.map('/sys/kernel/btf/vmlinux');
      if (mapped !== undefined) return mapped;
      for (let id = 0; ; ) {
        if (command('BTF_GET_NEXT_ID', () => u32(0, id)) < 0) return undefined;
        id = attribute.bytes.readUInt32LE(4);
        const fd = command('BTF_GET_FD_BY_ID', () => u32(0, id));
        if (fd < 0) continue; // a program's own, gone meanwhile
        try {
          const bytes = vmlinux(fd);
          if (bytes !== undefined) return bytes;
        } finally {
          system.closeFd(fd);
        }
      }
    },
    iterate(program) {
      const link = must(
        'attaching an iterator',
        command('LINK_CREATE', () => {
          u32(0, program);
          u32(8, attachTypes.trace_iter);
        }),
      );
      try {
        const fd = must(
          'opening an iterator',
          command('ITER_CREATE', () => u32(0, link)),
        );
        try {
          const parts: Buffer[] = [];
          for (;;) {
            const part = Buffer.alloc(65_536);
            const got = readSync(fd, part, 0, part.length, null);
            if (got === 0) return Buffer.concat(parts);
            parts.push(part.subarray(0, got));
          }
        } finally {
          system.closeFd(fd);
        }
      } finally {
        system.closeFd(link);
      }
    },
    lookup(map, keyBytes, valueBytes) {
      const value = area('value', valueBytes);
      const result = element('MAP_LOOKUP_ELEM', map, keyBytes, value);
      if (result === -ENOENT) return undefined;
      must('reading a map', result);
      return value.bytes.subarray(0, valueBytes);
    },
    update(map, keyBytes, valueBytes) {
      const value = area('value', valueBytes.length);
      value.bytes.set(valueBytes);
      must('writing a map', element('MAP_UPDATE_ELEM', map, keyBytes, value));
    },
    batches(map, keyBytes, valueBytes, each) {
      const cursor = area('cursor', 8);
      let room = BATCH;
      for (let first = true; ; ) {
        const keys = area('keys', keyBytes * room);
        const values = area('values', valueBytes * room);
        const result = command('MAP_LOOKUP_BATCH', () => {
          u64(0, first ? 0n : cursor.address);
          u64(8, cursor.address);
          u64(16, keys.address);
          u64(24, values.address);
          u32(32, room);
          u32(36, map);
        });
        // A bucket with more entries than there is room for: nothing was read, ask again with more.
        if (result === -ENOSPC && room < BATCH * 64) {
          room *= 2;
          continue;
        }
        if (result < 0 && result !== -ENOENT) must('reading a map in batches', result);
        first = false;
        const count = attribute.bytes.readUInt32LE(32);
        if (count > 0) each(keys.bytes, values.bytes, count);
        if (result === -ENOENT) return;
      }
    },
    programInfo(program) {
      const info = area('info', INFO_BYTES);
      info.bytes.fill(0);
      askAbout(program, info);
      // struct bpf_prog_info: run_time_ns at 192, run_cnt at 200, recursion_misses at 208 (commit 9ed9e9ba2337, in v5.12).
      const told = attribute.bytes.readUInt32LE(4);
      return {
        runNanoseconds: Number(info.bytes.readBigUInt64LE(192)),
        runs: Number(info.bytes.readBigUInt64LE(200)),
        recursionMisses: told >= 216 ? Number(info.bytes.readBigUInt64LE(208)) : null,
      };
    },
    enableStatistics: () =>
      must(
        'enabling statistics',
        command('ENABLE_STATS', () => {}),
      ),
    programNames() {
      const names: string[] = [];
      for (let id = 0; ; ) {
        const result = command('PROG_GET_NEXT_ID', () => u32(0, id));
        if (result === -ENOENT) return names;
        must('listing programs', result);
        id = attribute.bytes.readUInt32LE(4);
        const fd = command('PROG_GET_FD_BY_ID', () => u32(0, id));
        if (fd < 0) continue; // it was unloaded meanwhile
        const info = area('info', INFO_BYTES);
        info.bytes.fill(0);
        askAbout(fd, info);
        names.push(info.bytes.toString('latin1', 64, info.bytes.indexOf(0, 64)));
        system.closeFd(fd);
      }
    },
    closeFd: (fd) => system.closeFd(fd),
    close: () => system.close(),
  };
}
