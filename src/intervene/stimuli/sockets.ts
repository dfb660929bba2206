import { openSyscalls } from '../../host/syscall.ts';
import { available, unavailable } from '../../model/reading.ts';
import type { Stimulus } from '../stimulus.ts';
import { inTurn } from '../turns.ts';

/** socket(2) by architecture. */
const numbers: Readonly<Record<string, number>> = { x64: 41, arm64: 198 };
const [AF_INET, SOCK_DGRAM] = [2, 2];

/** A UDP socket made and closed, never bound: nothing is sent. */
export const socket: Stimulus = {
  kind: 'socket',
  event: 'socket',
  reach: 'here',
  needs: { root: false, tools: [] },
  async prepare() {
    const number = numbers[process.arch];
    if (number === undefined) return unavailable('socket', 'unsupported', `the system call's number on ${process.arch} is not known`);
    const opened = await openSyscalls();
    if (!opened.ok) return opened;
    const calls = opened.value;
    return available({
      burst: inTurn(() => {
        const fd = calls.call(number, AF_INET, SOCK_DGRAM, 0);
        if (fd < 0) throw new Error(`socket(2): errno ${-fd}`);
        calls.closeFd(fd);
      }),
      close: async () => calls.close(),
    });
  },
};
