import type { Host } from '../host/host.ts';
import { decodeKallsyms, type Symbols } from '../kernel/symbols.ts';
import { available, Malformed, type Reading, unavailable } from '../model/reading.ts';

/** The names of this kernel's functions. Read when a stack is to be shown, and not before: it takes a tenth of a second. */
export function readSymbols(host: Host): Reading<Symbols> {
  const bytes = host.readBytes('/proc/kallsyms');
  if (!bytes.ok) return bytes;
  const modules = host.read('/proc/modules');
  const symbols = decoded(bytes.value, modules.ok ? modules.value : '');
  if (symbols instanceof Malformed) return unavailable('/proc/kallsyms', 'malformed', symbols.message);
  return symbols === undefined
    ? unavailable('/proc/kallsyms', 'denied', 'every address is zero', 'sysctl kernel.kptr_restrict=1, and run as root')
    : available(symbols);
}

function decoded(bytes: Uint8Array, modules: string): Symbols | undefined | Malformed {
  try {
    return decodeKallsyms(bytes, modules);
  } catch (error) {
    if (error instanceof Malformed) return error;
    throw error;
  }
}
