import { readSync } from 'node:fs';
import { BpfRefused, type BpfCommands, ENOENT, must } from './bpf-commands.ts';
import type { Pinned } from './syscall.ts';

const programTypes = { raw_tracepoint: 17, tracing: 26 } as const;
const attachTypes = { trace_fentry: 24, trace_fexit: 25, trace_iter: 28 } as const;
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

/** Every method throws `BpfRefused`. */
export interface BpfPrograms {
  loadProgram(spec: ProgramSpec): number;
  attachRawTracepoint(name: string, program: number): number;
  /** Attaches an fentry or fexit program where it was loaded for. */
  attachTracing(program: number): number;
  /** Runs an iterator program to its end. @returns what it wrote with bpf_seq_write */
  iterate(program: number): Buffer;
  programInfo(program: number): ProgramInfo;
  /** Counts programs' run time until the descriptor returned is closed (costs two clock reads a run). */
  enableStatistics(): number;
  /** Names of the BPF programs loaded in this kernel, whoever loaded them (cut to 15 characters by the kernel). */
  programNames(): readonly string[];
}

const LOG_BYTES = 65_536;
/** struct bpf_prog_info up to recursion_misses and a little further. */
const INFO_BYTES = 224;
const EPERM = 1;

export function bpfPrograms({ system, attribute, u32, u64, area, command }: BpfCommands): BpfPrograms {
  const name = system.pin(128);
  const text = (at: number, value: string) => void attribute.bytes.write(value.slice(0, 15), at, 'latin1');
  const askAbout = (fd: number, info: Pinned) =>
    must(
      'asking about a program',
      command('OBJ_GET_INFO_BY_FD', () => {
        u32(0, fd);
        u32(4, INFO_BYTES);
        u64(8, info.address);
      }),
    );

  return {
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
  };
}
