import { closeSync } from 'node:fs';
import { available, type Reading, unavailable } from '../model/reading.ts';

/** Memory outside the JavaScript heap: it does not move, so the kernel may be told its address. */
export interface Pinned {
  readonly bytes: Buffer;
  readonly address: bigint;
}

/** Raw system calls of this process. */
export interface Syscalls {
  /** @returns the result, or the negated errno, as the kernel itself returns it */
  call(number: number, ...args: readonly (number | bigint)[]): number;
  pin(length: number): Pinned;
  /** Closes a file descriptor a system call returned. */
  closeFd(fd: number): void;
  /** Frees what was pinned. Using it afterwards is an error no one can catch. */
  close(): void;
}

/** The C library by its soname: glibc's, then musl's. */
const libraries = ['libc.so.6', 'libc.so', `libc.musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`];

/**
 * syscall(2) through koffi, which is loaded here and only when asked for: it is native code, and nothing that does
 * not need it should depend on it.
 */
export async function openSyscalls(): Promise<Reading<Syscalls>> {
  const what = 'system calls';
  let koffi: Pick<typeof import('koffi'), 'load' | 'alloc' | 'free' | 'view' | 'address' | 'errno'>;
  try {
    koffi = await import('koffi');
  } catch (error) {
    return unavailable(what, 'absent', `koffi did not load: ${String(error)}`, 'install kmai with its dependencies');
  }
  for (const library of libraries) {
    try {
      const syscall = koffi.load(library).func('long syscall(long, long, long, long, long, long, long)') as (
        ...args: (number | bigint)[]
      ) => number | bigint;
      const pinned: unknown[] = [];
      return available({
        call(number, ...args) {
          const filled = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
          const result = Number(syscall(number, ...filled));
          return result === -1 ? -koffi.errno() : result;
        },
        pin(length) {
          const memory: unknown = koffi.alloc('uint8_t', length);
          pinned.push(memory);
          return { bytes: Buffer.from(koffi.view(memory, length)), address: koffi.address(memory) };
        },
        closeFd: (fd) => closeSync(fd),
        close() {
          for (const memory of pinned.splice(0)) koffi.free(memory);
        },
      });
    } catch {
      // Another C library may be the one.
    }
  }
  return unavailable(what, 'absent', `none of ${libraries.join(', ')} could be loaded`, 'run kmai on a machine with glibc or musl');
}
