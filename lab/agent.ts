import type { Duplex } from 'node:stream';

/** How a script in the guest ended. Status is 128 + the signal if it was killed. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Job {
  readonly ended: Promise<Ended>;
  /** SIGKILL to its process group in the guest. */
  kill(): void;
}

export interface Agent {
  readonly ready: Promise<void>;
  /** Starts a shell script in the guest; several may run at once. */
  start(script: string): Job;
}

interface Running {
  readonly out: Buffer[];
  readonly err: Buffer[];
  readonly end: (ended: Ended) => void;
  readonly fail: (error: Error) => void;
}

/** Speaks the protocol of programs/agent.c over the line to the guest. */
export function agent(line: Duplex): Agent {
  const jobs = new Map<number, Running>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined); // who asks gets the error; nobody has to
  let next = 1;
  let input: Buffer = Buffer.alloc(0);

  const lost = (): void => {
    const error = new Error('the guest is gone');
    ready.reject(error);
    for (const job of jobs.values()) job.fail(error);
    jobs.clear();
  };
  line.on('close', lost);
  line.on('error', lost);
  line.on('data', (data: Buffer) => {
    input = Buffer.concat([input, data]);
    for (let frame = takeFrame(input); frame !== null; frame = takeFrame(input)) {
      input = input.subarray(frame.bytes);
      if (frame.kind === 'ready') ready.resolve();
      const job = jobs.get(frame.id);
      if (job === undefined) continue;
      if (frame.kind === 'out') job.out.push(frame.data);
      else if (frame.kind === 'err') job.err.push(frame.data);
      else {
        jobs.delete(frame.id);
        job.end({ status: frame.status, stdout: Buffer.concat(job.out).toString(), stderr: Buffer.concat(job.err).toString() });
      }
    }
  });

  return {
    ready: ready.promise,
    start(script) {
      const id = next++;
      const { promise, resolve, reject } = Promise.withResolvers<Ended>();
      promise.catch(() => undefined);
      jobs.set(id, { out: [], err: [], end: resolve, fail: reject });
      const text = Buffer.from(script);
      line.write(`run ${id} ${text.length}\n`);
      line.write(text);
      return { ended: promise, kill: () => line.write(`kill ${id}\n`) };
    },
  };
}

interface Frame {
  readonly kind: 'ready' | 'out' | 'err' | 'end';
  readonly id: number;
  readonly status: number;
  readonly data: Buffer;
  /** How much of the input it took. */
  readonly bytes: number;
}

/** The first complete frame of the input, or null while there is none. */
export function takeFrame(input: Buffer): Frame | null {
  const newline = input.indexOf(10);
  if (newline < 0) return null;
  const [kind = '', id = '0', number = '0'] = input.toString('latin1', 0, newline).split(' ');
  const head = newline + 1;
  const nothing = Buffer.alloc(0);
  switch (kind) {
    case 'ready':
      return { kind, id: 0, status: 0, data: nothing, bytes: head };
    case 'end':
      return { kind, id: Number(id), status: Number(number), data: nothing, bytes: head };
    case 'out':
    case 'err': {
      const end = head + Number(number);
      return input.length < end ? null : { kind, id: Number(id), status: 0, data: input.subarray(head, end), bytes: end };
    }
    default:
      throw new Error(
        `the guest's agent said ${JSON.stringify(input.toString('latin1', 0, Math.min(newline, 80)))}, which is no frame of its protocol`,
      );
  }
}
