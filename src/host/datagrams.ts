/** Datagrams to one address, counted exactly: what was handed to the kernel, and what came back. Only intervene/ may use it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { available, type Reading, unavailable } from '../model/reading.ts';

export interface Datagrams {
  /** Sends so many, at most `window` of them unanswered at a time. */
  readonly send: (count: number, signal?: AbortSignal) => Promise<Counted>;
  readonly close: () => void;
}

export interface Counted {
  /** Events that took place. */
  readonly events: number;
  /** Of them, those the other side answered: a datagram, or the ICMP message that its port is closed. */
  readonly answers: number;
}

export interface DatagramsTo {
  readonly family: 4 | 6;
  readonly address: string;
  /** null: a port of our own at that address, which takes what is sent. */
  readonly port: number | null;
  readonly payload?: Uint8Array;
  /** Datagrams a second; faster than the receiver drains it, they would only be lost. */
  readonly perSecond: number;
}

const WINDOW = 32;
/** Handed to the kernel in one turn: a turn of the event loop costs more than a datagram. */
const AT_ONCE = 8;
/** Whoever answers does so within this, or the datagram counts as unanswered. */
const PATIENCE_MS = 200;

export async function openDatagrams(to: DatagramsTo): Promise<Reading<Datagrams>> {
  const what = `UDP to ${to.address}`;
  const type = to.family === 4 ? 'udp4' : 'udp6';
  const sender = createSocket(type);
  let answers = 0;
  let receiver: Socket | null = null;
  try {
    let port = to.port;
    if (port === null) {
      receiver = createSocket(type);
      receiver.on('message', () => answers++);
      receiver.on('error', () => {});
      receiver.bind({ port: 0, address: to.address, exclusive: true });
      await Promise.race([once(receiver, 'listening'), once(receiver, 'error').then(([error]) => Promise.reject(error as Error))]);
      port = receiver.address().port;
    }
    sender.on('message', () => answers++);
    const connected = once(sender, 'connect');
    const failed = once(sender, 'error').then(([error]) => Promise.reject(error as Error));
    failed.catch(() => {});
    sender.connect(port, to.address);
    await Promise.race([connected, failed]);
    // A closed port answers with ICMP, which a connected socket hears as an error: that is an answer as well.
    sender.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') answers++;
    });
  } catch (error) {
    sender.close();
    receiver?.close();
    return unavailable(what, 'unsupported', (error as Error).message, 'is there a route to it?');
  }
  const payload = to.payload ?? Buffer.from('kmai\n');
  const sendOne = (): Promise<boolean> =>
    new Promise((resolve) => {
      sender.send(payload, (error) => {
        // The ICMP answer to an earlier datagram is reported by the next send, which then has not been made.
        if (error !== null && 'code' in error && error.code === 'ECONNREFUSED') answers++;
        resolve(error === null);
      });
    });
  return available({
    async send(count, signal) {
      answers = 0;
      let events = 0;
      const start = performance.now();
      for (let tried = 0; events < count && tried < 2 * count + 10; ) {
        if (signal?.aborted === true) break;
        const some = Math.min(AT_ONCE, count - events);
        tried += some;
        events += (await Promise.all(Array.from({ length: some }, sendOne))).filter(Boolean).length;
        if (events - answers >= WINDOW || events % WINDOW === 0) await until(() => events - answers < WINDOW / 2, 5);
        const ahead = (events / to.perSecond) * 1000 - (performance.now() - start);
        if (ahead > 2) await pause(ahead);
      }
      await until(() => answers >= events, PATIENCE_MS);
      return { events, answers: Math.min(answers, events) };
    },
    close() {
      sender.close();
      receiver?.close();
    },
  });
}

async function until(reached: () => boolean, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!reached() && performance.now() < end) await pause(1);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
