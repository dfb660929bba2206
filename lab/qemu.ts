import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { agent, type Agent, type Ended } from './agent.ts';
import type { Images } from './disk.ts';
import type { Kernel } from './kernel.ts';
import { cache } from './paths.ts';
import { monitor, type Monitor } from './qmp.ts';

export interface Machine {
  readonly memoryMebibytes: number;
  readonly cpus: number;
  /** Added to the kernel's command line. */
  readonly kernelArguments: readonly string[];
}

export const smallMachine: Machine = { memoryMebibytes: 1024, cpus: 2, kernelArguments: [] };

/** A booted guest. Closing it ends QEMU; so does the death of this process, however it comes. */
export interface Guest extends AsyncDisposable {
  readonly agent: Agent;
  readonly monitor: Monitor;
  readonly bootSeconds: number;
  readonly consolePath: string;
  /** Runs a script to its end. Throws when it takes longer than `seconds`, and kills it. */
  run(script: string, seconds: number): Promise<Ended>;
}

/**
 * QEMU is started through setpriv so that the kernel kills it when this process dies (PR_SET_PDEATHSIG);
 * the shell between checks that we had not died before that was set. Both lines to the guest are inherited
 * descriptors, not sockets with a name: nothing to clean up, and when they close the guest powers off by itself.
 */
function underOurLife(argv: readonly string[]): readonly string[] {
  return [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'sh',
    '-c',
    'parent=$1; shift; [ "$PPID" = "$parent" ] && exec "$@"',
    'lab',
    `${process.pid}`,
    ...argv,
  ];
}

function qemuArguments(of: Kernel, images: Images, payload: string, machine: Machine, lines: readonly string[], append: string): string[] {
  const drive = (file: string, options: string): string[] => ['-drive', `file=${file},if=virtio,format=raw,${options}`];
  return [
    // No five-level paging: TCG offers it, machines of the size the lab imitates have four.
    ['-accel', 'tcg,thread=multi', '-cpu', 'max,la57=off', '-smp', `${machine.cpus}`, '-m', `${machine.memoryMebibytes}`],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-device', 'vmcoreinfo'],
    ['-kernel', of.vmlinuz, '-initrd', images.initramfs],
    [
      '-append',
      ['console=ttyS0', 'quiet', 'panic=-1', 'mitigations=off', 'no_timer_check', ...machine.kernelArguments, append].join(' ').trim(),
    ],
    drive(images.rootDisk, 'readonly=on'),
    drive(payload, 'readonly=on'),
    // What the guest writes goes to an unlinked temporary file of QEMU's.
    drive(images.scratchDisk, 'snapshot=on'),
    lines,
  ].flat();
}

/** Boots and waits until the guest's agent answers. */
export async function boot(of: Kernel, images: Images, payload: string, machine: Machine = smallMachine): Promise<Guest> {
  const started = performance.now();
  mkdirSync(join(cache, 'log'), { recursive: true });
  const consolePath = join(cache, 'log', `console-${process.pid}-${of.series}.log`);
  const lines = [
    ['-chardev', `file,id=console,path=${consolePath}`, '-serial', 'chardev:console'],
    ['-chardev', 'socket,id=agent,fd=3', '-device', 'virtio-serial', '-device', 'virtserialport,chardev=agent,name=lab.agent'],
    ['-chardev', 'socket,id=qmp,fd=4', '-mon', 'chardev=qmp,mode=control'],
  ].flat();
  const errors = openSync(`${consolePath}.qemu`, 'w');
  const child = launch(qemuArguments(of, images, payload, machine, lines, ''), ['ignore', 'ignore', errors, 'pipe', 'pipe']);
  closeSync(errors);
  const [, , , agentLine, monitorLine] = child.stdio as unknown as [null, null, null, Duplex, Duplex];
  const talk = agent(agentLine);
  const control = monitor(monitorLine);
  const over = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await over;
  };
  try {
    await within(talk.ready, 120, 'the guest did not come up');
  } catch (error) {
    await close();
    const said = readFileSync(consolePath, 'utf8').slice(-3000) + readFileSync(`${consolePath}.qemu`, 'utf8').slice(-1000);
    throw new Error(`${of.release}: ${(error as Error).message}. Its console ends with:\n${said}`, { cause: error });
  }
  return {
    agent: talk,
    monitor: control,
    bootSeconds: (performance.now() - started) / 1000,
    consolePath,
    async run(script, seconds) {
      const job = talk.start(`. /opt/lab/lab.sh\n${script}`);
      try {
        return await within(job.ended, seconds, `the guest took more than ${seconds} s for: ${script.trim().slice(0, 200)}`);
      } catch (error) {
        job.kill();
        throw error;
      }
    },
    [Symbol.asyncDispose]: close,
  };
}

/** A guest with its shell on this terminal. Ends with the shell. */
export async function shell(of: Kernel, images: Images, payload: string, machine: Machine = smallMachine): Promise<number> {
  const child = launch(qemuArguments(of, images, payload, machine, ['-serial', 'mon:stdio'], 'lab.shell'), 'inherit');
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

function launch(argv: readonly string[], stdio: StdioOptions): ChildProcess {
  const [program = '', ...rest] = underOurLife(['qemu-system-x86_64', ...argv]);
  return spawn(program, rest, { stdio });
}

async function within<T>(promise: Promise<T>, seconds: number, message: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message)), seconds * 1000);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
