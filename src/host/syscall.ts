import { closeSync, openSync, statSync } from 'node:fs';
import type { KoffiFunc } from 'koffi';
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
  /**
   * The same on another thread, for what takes the kernel long. Nothing it is given may be changed meanwhile, and `close` must wait for it.
   * @returns undefined when it failed: errno stayed on that thread
   */
  callAside(number: number, ...args: readonly (number | bigint)[]): Promise<number | undefined>;
  pin(length: number): Pinned;
  /** Maps a whole file for reading; undefined where it can't be mapped. Writing to it is an error no one can catch. */
  map(path: string): Buffer | undefined;
  /** Closes a file descriptor a system call returned. */
  closeFd(fd: number): void;
  /** Frees what was pinned or mapped. Using it afterwards is an error no one can catch. */
  close(): void;
}

const mapNumbers: Readonly<Record<string, { readonly mmap: number; readonly munmap: number }>> = {
  x64: { mmap: 9, munmap: 11 },
  arm64: { mmap: 222, munmap: 215 },
};
const PROT_READ = 1;
const MAP_PRIVATE = 2;

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
      const syscall = koffi.load(library).func('long syscall(long, long, long, long, long, long, long)') as KoffiFunc<
        (...args: (number | bigint)[]) => number | bigint
      >;
      const filled = (args: readonly (number | bigint)[]) => [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
      const pinned: unknown[] = [];
      const mapped: { readonly address: number; readonly size: number }[] = [];
      return available({
        call(number, ...args) {
          const result = Number(syscall(number, ...filled(args)));
          return result === -1 ? -koffi.errno() : result;
        },
        callAside: (number, ...args) =>
          new Promise((resolve, reject) => {
            syscall.async(number, ...filled(args), (error: Error | null, result: number | bigint) => {
              if (error !== null) reject(error);
              else resolve(Number(result) === -1 ? undefined : Number(result));
            });
          }),
        pin(length) {
          const memory: unknown = koffi.alloc('uint8_t', length);
          pinned.push(memory);
          return { bytes: Buffer.from(koffi.view(memory, length)), address: koffi.address(memory) };
        },
        map(path) {
          const numbers = mapNumbers[process.arch];
          const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
          if (numbers === undefined || size === 0) return undefined;
          const file = openSync(path, 'r');
          try {
            const address = Number(syscall(numbers.mmap, 0, size, PROT_READ, MAP_PRIVATE, file, 0));
            if (address === -1) return undefined;
            mapped.push({ address, size });
            return Buffer.from(koffi.view(BigInt(address), size));
          } finally {
            closeSync(file);
          }
        },
        closeFd: (fd) => closeSync(fd),
        close() {
          for (const memory of pinned.splice(0)) koffi.free(memory);
          for (const { address, size } of mapped.splice(0)) syscall(mapNumbers[process.arch]!.munmap, address, size, 0, 0, 0, 0);
        },
      });
    } catch {
      // Another C library may be the one.
    }
  }
  return unavailable(what, 'absent', `none of ${libraries.join(', ')} could be loaded`, 'run kmai on a machine with glibc or musl');
}
