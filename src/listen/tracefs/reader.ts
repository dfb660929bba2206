import type { TraceInstance } from '../../host/tracefs.ts';
import { cleanStack } from '../../kernel/stacks.ts';
import { address48, type Symbols } from '../../kernel/symbols.ts';
import type { Pairing } from '../pairing.ts';
import { monotonicSeconds } from '../window.ts';
import { fieldOffset, parseFormat } from './format.ts';
import { decodePage } from './pages.ts';

export const ALLOC = 'events/kmem/kmem_cache_alloc';
export const FREE = 'events/kmem/kmem_cache_free';
const PAGE_BYTES = 4096;
/** An allocation waits so long for its stack: it may lie in the page that is read next. */
const STACK_NANOSECONDS = 20e6;
/** A CPU's pages are read so many at a time, so that none starves the others. */
const PAGES_AT_ONCE = 256;

/** An event taken out of its page: what is needed to pair it. `stack` is addresses as they lay there, the caller's alone until its stack is known. */
interface Taken {
  readonly nanoseconds: number;
  readonly isAllocation: boolean;
  readonly pointer: number;
  readonly ours: boolean;
  readonly pid: number;
  readonly cpu: number;
  stack: string;
  hasStack: boolean;
}

/** Takes events out of the pages and hands them over in the order of time, over all CPUs. */
export function openReader(instance: TraceInstance, name: string, freeIsNamed: boolean) {
  const alloc = parseFormat(instance.read(`${ALLOC}/format`));
  const free = parseFormat(instance.read(`${FREE}/format`));
  const stack = parseFormat(instance.read('events/ftrace/kernel_stack/format'));
  const [allocPtr, freePtr, caller, commonPid] = [
    fieldOffset(alloc, 'ptr'),
    fieldOffset(free, 'ptr'),
    fieldOffset(stack, 'caller'),
    fieldOffset(alloc, 'common_pid'),
  ];
  const callSite = fieldOffset(alloc, 'call_site');
  const freeName = freeIsNamed ? fieldOffset(free, 'name') : undefined;
  const page = Buffer.alloc(PAGE_BYTES);
  /** What came last on a CPU: an allocation that may get its stack, or a stack that may get its allocation. */
  const neighbours = new Map<number, { readonly event?: Taken; readonly stack?: string }>();
  let waiting: Taken[] = [];

  const pointer = (from: Buffer, at: number) => address48(from.readUInt32LE(at), from.readUInt32LE(at + 4));
  const isOurs = (from: Buffer, at: number) => {
    if (freeName === undefined) return false;
    // __data_loc: the low half is where the text begins in the record, the high half its length with the NUL.
    const place = from.readUInt32LE(at + freeName);
    const start = at + (place & 0xffff);
    return from.toString('latin1', start, start + (place >>> 16) - 1) === name;
  };
  const take = (cpu: number) => (nanoseconds: number, from: Buffer, at: number, length: number) => {
    const id = from.readUInt16LE(at);
    const before = neighbours.get(cpu);
    if (id === stack.id) {
      const bytes = from.toString('latin1', at + caller, at + length);
      // A trigger's stack follows its event, or where the event was held back for its filter, stands before it.
      if (before?.event !== undefined && !before.event.hasStack) {
        before.event.stack = bytes;
        before.event.hasStack = true;
        neighbours.delete(cpu);
      } else neighbours.set(cpu, { stack: bytes });
    } else if (id === alloc.id) {
      const ownCaller = from.toString('latin1', at + callSite, at + callSite + 8);
      const taken: Taken = {
        nanoseconds,
        isAllocation: true,
        pointer: pointer(from, at + allocPtr),
        ours: true,
        pid: from.readInt32LE(at + commonPid),
        cpu,
        stack: before?.stack ?? ownCaller,
        hasStack: before?.stack !== undefined,
      };
      waiting.push(taken);
      neighbours.set(cpu, { event: taken });
    } else if (id === free.id) {
      const ours = isOurs(from, at);
      neighbours.delete(cpu);
      waiting.push({
        nanoseconds,
        isAllocation: false,
        pointer: pointer(from, at + freePtr),
        ours,
        pid: 0,
        cpu,
        stack: '',
        hasStack: false,
      });
    }
  };
  const settle = (pairs: Pairing, symbols: Symbols | undefined, before: number) => {
    const [ready, later] = [waiting.filter((each) => each.nanoseconds < before), waiting.filter((each) => each.nanoseconds >= before)];
    waiting = later;
    for (const each of ready.toSorted((a, b) => a.nanoseconds - b.nanoseconds)) {
      if (each.isAllocation) {
        const site = pairs.site(each.stack, () => framesOf(each.stack, symbols));
        pairs.allocate(each.pointer, each.nanoseconds / 1e9, site, each.pid, '', each.cpu);
      } else pairs.free(each.pointer, each.nanoseconds / 1e9, each.ours);
    }
  };
  return {
    /**
     * @param until seconds of the monotonic clock: then what is left stays for later
     * @returns whether there was more than could be read at once
     */
    drain(pairs: Pairing, symbols: Symbols | undefined, until: number): boolean {
      // What happened before now has been written by now, on every CPU: read all of it, and pair no later event yet.
      const now = monotonicSeconds() * 1e9;
      let more = false;
      for (const cpu of instance.cpus) {
        const each = take(cpu);
        let pages = 0;
        for (;;) {
          const length = instance.readPage(cpu, page);
          if (length <= 0) break;
          decodePage(page, length, each);
          if (++pages < PAGES_AT_ONCE && monotonicSeconds() < until) continue;
          more = true;
          break;
        }
      }
      if (!more) settle(pairs, symbols, now - STACK_NANOSECONDS);
      return more;
    },
    settle,
  };
}

function framesOf(stack: string, symbols: Symbols | undefined): readonly string[] {
  const bytes = Buffer.from(stack, 'latin1');
  const frames: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const [low, high] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    if ((low === 0 && high === 0) || (low === 0xffff_ffff && high === 0xffff_ffff)) break;
    frames.push(symbols?.symbol(address48(low, high)) ?? `0x${high.toString(16)}${low.toString(16).padStart(8, '0')}`);
  }
  return cleanStack(frames);
}
