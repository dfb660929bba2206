import { getSystemErrorName } from 'node:util';
import type { Pinned, Syscalls } from './syscall.ts';

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

/** enum bpf_cmd of include/uapi/linux/bpf.h. */
export const commands = {
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

export const ATTRIBUTE_BYTES = 144;
export const ENOENT = 2;

/** bpf(2) itself: one attribute that is filled for each command, and memory that the kernel is told the address of. */
export interface BpfCommands {
  readonly system: Syscalls;
  /** The system call's number. */
  readonly number: number;
  /** union bpf_attr: what a command left in it stands until the next. */
  readonly attribute: Pinned;
  readonly u32: (at: number, value: number) => void;
  readonly u64: (at: number, value: bigint) => void;
  /** Grown on demand and reused: a map's values, a verifier log, a program's code. */
  readonly area: (purpose: string, length: number) => Pinned;
  /** @returns the result, or the negated errno */
  readonly command: (which: keyof typeof commands, fill: () => void) => number;
}

export function bpfCommands(system: Syscalls, number: number): BpfCommands {
  const attribute = system.pin(ATTRIBUTE_BYTES);
  const areas = new Map<string, Pinned>();
  return {
    system,
    number,
    attribute,
    u32: (at, value) => void attribute.bytes.writeUInt32LE(value >>> 0, at),
    u64: (at, value) => void attribute.bytes.writeBigUInt64LE(value, at),
    area(purpose, length) {
      const had = areas.get(purpose);
      if (had !== undefined && had.bytes.length >= length) return had;
      const made = system.pin(length);
      areas.set(purpose, made);
      return made;
    },
    command(which, fill) {
      attribute.bytes.fill(0);
      fill();
      return system.call(number, commands[which], attribute.address, ATTRIBUTE_BYTES);
    },
  };
}

/** @throws BpfRefused where the result is a negated errno */
export function must(what: string, result: number, log = ''): number {
  if (result < 0) throw new BpfRefused(what, -result, log);
  return result;
}
