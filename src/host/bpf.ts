import { available, type Reading, unavailable } from '../model/reading.ts';
import { kernelBtf } from './bpf-btf.ts';
import { bpfCommands, BpfRefused } from './bpf-commands.ts';
import { type BpfMaps, bpfMaps } from './bpf-maps.ts';
import { type BpfPrograms, bpfPrograms } from './bpf-programs.ts';
import { openSyscalls, type Syscalls } from './syscall.ts';

export { BpfRefused } from './bpf-commands.ts';
export type { MapSpec } from './bpf-maps.ts';
export type { ProgramInfo } from './bpf-programs.ts';

/** bpf(2), as far as listening needs it. Every method throws `BpfRefused`. File descriptors are the only handles: all die with the process. */
export interface Bpf extends BpfMaps, BpfPrograms {
  /** As `kernelBtf` of bpf-btf.ts; it lies in memory that `close` frees. */
  kernelBtf(): Buffer | undefined;
  closeFd(fd: number): void;
  close(): void;
}

const syscallNumbers: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };

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
  const commands = bpfCommands(system, number);
  return {
    ...bpfMaps(commands),
    ...bpfPrograms(commands),
    kernelBtf: () => kernelBtf(commands),
    closeFd: (fd) => system.closeFd(fd),
    close: () => system.close(),
  };
}
