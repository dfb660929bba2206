import { Malformed } from '../model/reading.ts';

const PF_KTHREAD = 0x0020_0000;

/** Of /proc/PID/stat what a census of holders needs. */
export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  readonly parent: number;
  readonly kernelThread: boolean;
  /** It has ended and waits to be reaped: it holds nothing any more, and its tables may not be read. */
  readonly zombie: boolean;
  readonly threads: number;
  /** clock ticks since boot: tells a process from a later one of the same pid */
  readonly startTime: number;
  /** bytes of address space */
  readonly virtualBytes: number;
}

/**
 * `pid (comm) state ppid … flags(9) … num_threads(20) … starttime(22) vsize(23) …`; Documentation/filesystems/proc.rst, table 1-4.
 * comm may hold blanks and brackets of its own: it ends at the last `)`.
 */
export function parseProcessStat(text: string): ProcessStat {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 2 || close < open) throw new Malformed(1, 'pid (comm) state …', text);
  const fields = text.slice(close + 2).split(' ');
  const field = (number: number, name: string): number => {
    const value = Number(fields[number - 3]);
    if (fields[number - 3] === undefined || fields[number - 3] === '' || !Number.isFinite(value))
      throw new Malformed(1, `field ${number}, ${name}`, text.slice(close));
    return value;
  };
  const pid = Number(text.slice(0, open));
  if (!Number.isInteger(pid)) throw new Malformed(1, 'a pid', text);
  return {
    pid,
    comm: text.slice(open + 1, close),
    parent: field(4, 'ppid'),
    // Bit 21, without bitwise operators: flags is unsigned and may exceed 2³¹.
    kernelThread: Math.floor(field(9, 'flags') / PF_KTHREAD) % 2 === 1,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    threads: field(20, 'num_threads'),
    startTime: field(22, 'starttime'),
    virtualBytes: field(23, 'vsize'),
  };
}
