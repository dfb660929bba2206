/** TCP connections to one address, opened and closed one after the other. Only intervene/ may use it. */
import { createServer, connect, type Server } from 'node:net';
import { once } from 'node:events';
import { available, type Reading, unavailable } from '../model/reading.ts';
import type { Counted } from './datagrams.ts';

export interface Connections {
  readonly open: (count: number, signal?: AbortSignal) => Promise<Counted>;
  readonly close: () => void;
}

const PATIENCE_MS = 2000;

/** @param port null: a port of our own at that address, which accepts and closes */
export async function openConnections(address: string, port: number | null): Promise<Reading<Connections>> {
  let server: Server | null = null;
  let target = port;
  if (target === null) {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.destroy();
    });
    server.listen(0, address);
    try {
      await once(server, 'listening');
    } catch (error) {
      return unavailable(`TCP at ${address}`, 'unsupported', (error as Error).message);
    }
    server.on('error', () => {});
    const bound = server.address();
    target = typeof bound === 'object' && bound !== null ? bound.port : 0;
  }
  const to = { host: address, port: target };
  return available({
    async open(count, signal) {
      let events = 0;
      let answers = 0;
      while (events < count) {
        if (signal?.aborted === true) break;
        events++;
        if (await attempt(to)) answers++;
      }
      return { events, answers };
    },
    close: () => void server?.close(),
  });
}

/** One attempt. @returns whether the other side answered: accepted, or refused */
function attempt(to: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to);
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    const end = (answered: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET'));
  });
}
