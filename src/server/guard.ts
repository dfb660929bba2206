/** Who may ask at all: this machine's own user, with the token, from the page itself. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface Asked {
  readonly method: string;
  /** Header by lower-case name; undefined where there is none. */
  readonly header: (name: string) => string | undefined;
  /** The token given in the address, by which the page is opened first. */
  readonly token: string | undefined;
}

export interface Gate {
  readonly token: string;
  readonly port: number;
}

export type Refusal = { readonly status: 403 | 421; readonly text: string };

/** A cookie is shared by all ports of a host: its name tells them apart. */
export function cookieName(port: number): string {
  return `kmai_${port}`;
}

/**
 * null when the request may go on.
 * Host: against DNS rebinding, where a foreign name leads to the loopback. Origin: against foreign pages. Token: against
 * other users of the machine.
 */
export function refusal({ method, header, token }: Asked, gate: Gate): Refusal | null {
  const host = header('host') ?? '';
  if (![`127.0.0.1:${gate.port}`, `localhost:${gate.port}`].includes(host.toLowerCase()))
    return { status: 421, text: 'kmai answers to 127.0.0.1 and localhost only' };
  const origin = header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, text: 'kmai answers to its own page only' };
  const bearer = /^Bearer (.+)$/.exec(header('authorization') ?? '')?.[1];
  const cookie = cookieOf(header('cookie') ?? '', cookieName(gate.port));
  if (![bearer, cookie, token].some((given) => given !== undefined && same(given, gate.token)))
    return { status: 403, text: 'open the address that `kmai serve` printed: it holds the token' };
  // A form of a foreign page sends the cookie where the browser is old; whoever sends the token itself is no form.
  if (method !== 'GET' && method !== 'HEAD' && origin === undefined && bearer === undefined)
    return { status: 403, text: 'a change needs an Origin' };
  return null;
}

/** Takes the same time whatever differs. */
function same(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function cookieOf(header: string, name: string): string | undefined {
  for (const part of header.split(';')) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}
