import type { Pairing } from '../pairing.ts';

/** Which events of a trace are of interest. */
export interface Wanted {
  /** Names of the cache, any alias; empty: all caches. Page events are taken when it holds `pages`. */
  readonly names: ReadonlySet<string>;
  /** Bytes an object of it takes: tells allocations apart where the event has no name (before v6.1+). Undefined: not used. */
  readonly bytes: number | undefined;
}

const allocations = new Set(['kmem_cache_alloc', 'kmem_cache_alloc_node', 'kmalloc', 'kmalloc_node', 'mm_page_alloc']);
const frees = new Set(['kmem_cache_free', 'kfree', 'mm_page_free']);

export type EventKind = 'allocation' | 'free' | 'other';

export function eventKind(event: string): EventKind {
  return allocations.has(event) ? 'allocation' : frees.has(event) ? 'free' : 'other';
}

/** A field of an event's text, `key=value` up to the next blank; undefined when it has none. */
export function field(text: string, key: string): string | undefined {
  let at = text.startsWith(`${key}=`) ? 0 : text.indexOf(` ${key}=`) + 1;
  if (at === 0 && !text.startsWith(`${key}=`)) return undefined;
  at += key.length + 1;
  const end = text.indexOf(' ', at);
  return text.slice(at, end < 0 ? undefined : end);
}

/** A pointer as a number: its low 48 bits, which tell kernel addresses apart. NaN when the text is not one. */
export function pointerOf(text: string | undefined): number {
  if (text === undefined) return Number.NaN;
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  return /^[0-9a-f]{1,16}$/.test(digits) ? Number.parseInt(digits.slice(-12), 16) : Number.NaN;
}

export interface Heading {
  readonly comm: string;
  readonly pid: number;
  readonly cpu: number;
  readonly seconds: number;
  readonly event: string;
  /** The event's own text: `call_site=… ptr=… name=…` */
  readonly text: string;
}

/** Whether an event is one of the cache's; null: the event does not say. */
export function isOurs(heading: Heading, wanted: Wanted): boolean | null {
  if (heading.event.startsWith('mm_page')) return wanted.names.has('pages');
  const name = field(heading.text, 'name');
  if (name !== undefined) return wanted.names.size === 0 || wanted.names.has(name);
  const bytes = field(heading.text, 'bytes_alloc');
  if (bytes !== undefined && wanted.bytes !== undefined) return Number(bytes) === wanted.bytes;
  return null;
}

/** Hands an event to the pairing. @returns false when it has no pointer that could be paired */
export function pair(pairs: Pairing, heading: Heading, wanted: Wanted, stackKey: string, frames: () => readonly string[]): boolean {
  const kind = eventKind(heading.event);
  const pointer = pointerOf(field(heading.text, heading.event.startsWith('mm_page') ? 'page' : 'ptr'));
  const ours = isOurs(heading, wanted);
  if (kind === 'free') {
    if (Number.isNaN(pointer)) return false;
    pairs.free(pointer, heading.seconds, ours === true);
  } else if (kind === 'allocation' && ours !== false) {
    const caller = field(heading.text, 'call_site') ?? '';
    const site = stackKey === '' ? pairs.site(`=${caller}`, () => (caller === '' ? [] : [caller])) : pairs.site(stackKey, frames);
    pairs.allocate(pointer, heading.seconds, site, heading.pid, heading.comm, heading.cpu);
  }
  return true;
}
