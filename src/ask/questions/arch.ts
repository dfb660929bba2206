import { Malformed } from '../../model/reading.ts';
import type { Question } from '../question.ts';
import { command, file, firstOf } from '../places.ts';

/** The machine's architecture as `uname -m` names it. */
export const arch: Question<'arch'> = {
  id: 'arch',
  ask: (host) =>
    firstOf<'arch'>(
      // /proc/sys/kernel/arch is there on newer kernels only.
      file(host, '/proc/sys/kernel/arch', oneWord),
      command(host, ['uname', '-m'], 'install coreutils', oneWord),
      command(host, ['uname', '-a'], 'install coreutils', parseUname),
    ),
};

function oneWord(text: string): string {
  const word = text.trim();
  if (!/^\w{2,20}$/.test(word)) throw new Malformed(1, 'an architecture such as x86_64', text);
  return word;
}

/** `Linux host 6.1.0 #1 SMP … x86_64 GNU/Linux`: what sosreports keep. Some print processor and platform after the machine. */
export function parseUname(text: string): string {
  const found = /\s(x86_64|aarch64|ppc64le|ppc64|s390x|riscv64|loongarch64|i[3-6]86|armv\w+|mips\w*)(?:\s|$)/.exec(text);
  if (found?.[1] === undefined) throw new Malformed(1, 'the output of uname -a', text);
  return found[1];
}
