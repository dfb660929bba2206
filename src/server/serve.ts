/** `kmai serve`: a page on the loopback, for whoever has the token. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { pageCode } from '../consult/report.ts';
import type { Language } from '../messages/reasons.ts';
import { pageApp } from './app.ts';
import { consultations } from './consultations.ts';
import type { Gate } from './guard.ts';

export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** A capture, sosreport, root or record; undefined: this machine. */
  readonly from: string | undefined;
  readonly language: Language | undefined;
  readonly version: string;
  /** Ends the server, what it examines and all its connections. */
  readonly signal: AbortSignal;
  /** Told the address, token included, once it answers. */
  readonly onReady: (address: string) => void;
}

/** The port cannot be had. */
export class Unserved extends Error {
  override readonly name = 'UsageError';
}

const loopback = '127.0.0.1';

/** @throws Unserved. Returns when the signal has come and all has ended. */
export async function serve(options: ServeOptions): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const work = consultations(options.version, options.from ?? null);
  let gate: Gate = { token, port: options.port };
  const app = pageApp({ gate: () => gate, code: pageCode(), consultations: work, signal: options.signal });
  const server = createAdaptorServer({ fetch: app.fetch, createServer }) as Server;
  // A page is one reader; whoever holds connections open must not keep others out for long.
  Object.assign(server, { headersTimeout: 10_000, requestTimeout: 120_000, maxConnections: 64 });
  const port = await listening(server, options.port);
  gate = { token, port };
  if (options.from === undefined) work.diagnose(0);
  else work.examine(options.from, null);
  const language = options.language === undefined ? '' : `&lang=${options.language}`;
  options.onReady(`http://${loopback}:${port}/?token=${token}${language}`);
  if (!options.signal.aborted) await once(options.signal, 'abort');
  await work.end(false);
  server.closeAllConnections();
  server.close();
}

async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, loopback);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Unserved(`port ${port}: ${(error as Error).message}; --port 0 takes any that is free`);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Unserved('no port was given');
  return address.port;
}
