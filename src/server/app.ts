/** The answers of `kmai serve`: the page, its records, its examinations. Reads only; every route is named here, no path is looked up. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import { NoSuchCase } from '../consult/casebook.ts';
import { planOf } from '../consult/plan.ts';
import { mostSeconds } from '../model/served.ts';
import type { PageCode } from '../record/html.ts';
import type { Consultations } from './consultations.ts';
import { cookieName, type Gate, refusal } from './guard.ts';
import { languageFor, shell } from './shell.ts';

/** Bytes a file may have that is dropped onto the page. */
export const mostUpload = 64 * 1024 * 1024;
const mostRequest = 4096;
/** Pages that may listen for events at one time. */
const mostListeners = 16;
const heartbeatMs = 15_000;

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

export interface AppOptions {
  readonly gate: () => Gate;
  readonly code: PageCode;
  readonly consultations: Consultations;
  /** Ends all open event streams. */
  readonly signal: AbortSignal;
}

export function pageApp({ gate, code, consultations, signal }: AppOptions): Hono {
  const app = new Hono();
  let listening = 0;

  app.use(async (context, next) => {
    const { req } = context;
    const refused = refusal(
      { method: req.method, header: (name) => req.header(name), token: req.path === '/' ? req.query('token') : undefined },
      gate(),
    );
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    if (refused !== null) return context.text(`${refused.text}\n`, refused.status);
    return next();
  });
  app.notFound((context) => context.text('there is nothing of that name\n', 404, headers));
  app.onError((error, context) => context.text(`${error.message}\n`, 500, headers));

  app.get('/', (context) => {
    const token = context.req.query('token');
    if (token === undefined) return context.html(shell(languageFor(context.req.header('accept-language') ?? '')));
    // Out of the address, where it would be seen, remembered and sent on.
    context.header('Set-Cookie', `${cookieName(gate().port)}=${gate().token}; Path=/; HttpOnly; SameSite=Strict`);
    const language = context.req.query('lang');
    return context.redirect(language === 'en' || language === 'zh' ? `/?lang=${language}` : '/', 303);
  });
  app.get('/page.js', (context) => context.body(code.script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
  app.get('/style.css', (context) => context.body(code.style, 200, { 'Content-Type': 'text/css; charset=utf-8' }));

  app.get('/api/events', (context) => {
    if (listening >= mostListeners) return context.text('too many pages are open\n', 503);
    listening++;
    return streamSSE(context, async (stream) => {
      const closed = Promise.withResolvers<void>();
      const send = (): void => void stream.writeSSE({ event: 'served', data: JSON.stringify(consultations.served()) });
      const leave = consultations.subscribe(send);
      const beat = setInterval(() => void stream.write(': \n\n'), heartbeatMs);
      stream.onAbort(() => closed.resolve());
      signal.addEventListener('abort', () => closed.resolve(), { once: true });
      send();
      await closed.promise;
      clearInterval(beat);
      leave();
      listening--;
    });
  });
  app.get('/api/records/:id{[0-9]+}', (context) => {
    const record = consultations.record(Number(context.req.param('id')));
    return record === undefined ? context.text('that record is no longer kept\n', 404) : context.json(record);
  });
  app.post(
    '/api/records',
    bodyLimit({ maxSize: mostUpload, onError: (context) => context.text(`more than ${mostUpload} bytes\n`, 413) }),
    async (context) => {
      const name = (context.req.query('name') ?? 'a file').slice(0, 255);
      const bytes = new Uint8Array(await context.req.arrayBuffer());
      return consultations.examine(name, bytes) ? context.text('', 202) : context.text(busy, 409);
    },
  );
  app.get('/api/plans/:id{[a-z0-9-]{1,80}}', async (context) => {
    try {
      return context.json(await planOf(context.req.param('id'), AbortSignal.any([signal, context.req.raw.signal])));
    } catch (error) {
      if (error instanceof NoSuchCase) return context.text(`${error.message}\n`, 404);
      throw error;
    }
  });
  app.get('/api/running/record', (context) => {
    const record = consultations.partial();
    return record === null ? context.text('nothing is being watched\n', 404) : context.json(record);
  });
  app.post('/api/running', bodyLimit({ maxSize: mostRequest, onError: (context) => context.text('too long\n', 413) }), async (context) => {
    const wish = wishOf(await context.req.text());
    if (wish === null)
      return context.text(
        `expected {"kind":"diagnose","seconds":1–${mostSeconds}} or {"kind":"listen","cache":NAME,"seconds":1–120}\n`,
        400,
      );
    const begun = wish.kind === 'diagnose' ? consultations.diagnose(wish.seconds) : consultations.listen(wish.cache, wish.seconds);
    return begun ? context.text('', 202) : context.text(busy, 409);
  });
  app.delete('/api/running', async (context) => {
    await consultations.end(context.req.query('keep') === '1');
    return context.text('', 200);
  });
  return app;
}

const busy = 'an examination runs already\n';

type Wish =
  | { readonly kind: 'diagnose'; readonly seconds: number }
  | { readonly kind: 'listen'; readonly cache: string; readonly seconds: number };

/** null for anything that is not one of the two wishes, with all that belongs to it. */
export function wishOf(text: string): Wish | null {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof given !== 'object' || given === null) return null;
  const { kind, seconds, cache } = given as { readonly [key: string]: unknown };
  const most = kind === 'listen' ? 120 : mostSeconds;
  if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= most)) return null;
  if (kind === 'diagnose') return { kind, seconds };
  if (kind !== 'listen' || typeof cache !== 'string' || !/^[\w:.()-]{1,64}$/.test(cache)) return null;
  return { kind, cache, seconds };
}
