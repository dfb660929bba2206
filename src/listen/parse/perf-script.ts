/**
 * The text of `perf script`:
 *
 *     comm  1234 [001]  1912.996136: kmem:kmem_cache_alloc: call_site=f+0x3c ptr=0xffff88814f599780 name=filp …
 *     \tffffffff81650860 kmem_cache_alloc_noprof+0x230 ([kernel.kallsyms])
 *     \t…
 *     (an empty line)
 *
 * An event without a stack is its first line alone. With --show-lost-events what the ring buffer had no room for is told too:
 *
 *     comm  1234 [001]  1912.996136: PERF_RECORD_LOST lost 41
 *
 * A gigabyte is usual, so lines are found in the bytes and a stack's
 * text is looked at once: after that its bytes are only a key.
 */
import { cleanStack } from '../../kernel/stacks.ts';
import type { Pairing } from '../pairing.ts';
import { type Heading, pair, type Wanted } from './event.ts';
import { type Chunks, type Malformations, malformed } from './lines.ts';

const NEWLINE = 10;
const TAB = 9;
const HASH = 35;

const heading = /^\s*(.*?)\s+(-?\d+)(?:\/\d+)?\s+(?:\[(\d+)\]\s+)?(?:[.\w]{4,5}\s+)?(\d+\.\d+):\s+(?:\d+\s+)?(?:[\w-]+:)?(\w+):\s+(.*)$/;

const lost = /\bPERF_RECORD_LOST(?:_SAMPLES)? lost (\d+)$/;

/**
 * @returns events that perf said were lost
 * @throws nothing: what is not understood is counted in `bad`
 */
export async function parsePerfScript(chunks: Chunks, pairs: Pairing, wanted: Wanted, bad: Malformations): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let dropped = 0;
  for await (const chunk of chunks) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const done = events(bytes, false);
    rest = Buffer.from(bytes.subarray(done));
  }
  events(rest, true);
  return dropped;

  /** Reads whole events. @returns how far: the start of an event whose stack may go on in the next piece */
  function events(bytes: Buffer, isLast: boolean): number {
    let at = 0;
    while (at < bytes.length) {
      let end = bytes.indexOf(NEWLINE, at);
      if (end < 0 && !isLast) return at;
      if (end < 0) end = bytes.length;
      if (end === at || bytes[at] === HASH) {
        at = end + 1;
        line++;
        continue;
      }
      if (bytes[at] === TAB) {
        malformed(bad, line++, 'an event before its stack', bytes.toString('latin1', at, end));
        at = end + 1;
        continue;
      }
      const stackStart = end + 1;
      let stackEnd = stackStart;
      let frames = 0;
      while (stackEnd < bytes.length && bytes[stackEnd] === TAB) {
        const next = bytes.indexOf(NEWLINE, stackEnd);
        if (next < 0 && !isLast) return at;
        stackEnd = next < 0 ? bytes.length : next + 1;
        frames++;
      }
      // The next piece may hold more of this stack.
      if (stackEnd >= bytes.length && !isLast && bytes.length - at < 1 << 20) return at;
      const text = bytes.toString('latin1', at, end);
      event(text, frames === 0 ? '' : bytes.toString('latin1', stackStart, stackEnd));
      line += 1 + frames;
      at = stackEnd;
    }
    return Math.min(at, bytes.length);
  }

  function event(text: string, stack: string): void {
    const found = heading.exec(text);
    if (found === null) {
      const loss = lost.exec(text.trimEnd());
      if (loss !== null) dropped += Number(loss[1]);
      else malformed(bad, line, 'comm pid [cpu] time: event: fields', text);
      return;
    }
    const head: Heading = {
      comm: found[1]!,
      pid: Number(found[2]),
      cpu: Number(found[3] ?? 0),
      seconds: Number(found[4]),
      event: found[5]!,
      text: found[6]!,
    };
    if (!pair(pairs, head, wanted, stack, () => framesOf(stack))) malformed(bad, line, 'ptr=0x… in a free', text);
  }
}

/** Kernel frames alone: `\taddress name+0x1f (module)`. User frames follow them, from other files. */
function framesOf(stack: string): readonly string[] {
  const frames: string[] = [];
  for (const each of stack.split('\n')) {
    const found = /^\s*([0-9a-f]+) (.*?)(?: \(([^()]*)\))?$/.exec(each);
    if (found === null) continue;
    const [, address = '', name = '', object = ''] = found;
    const isKernel = object.startsWith('[') && object !== '[unknown]' && object !== '[vdso]';
    if (!isKernel && !address.startsWith('ffff')) break;
    const module = /^\[(?!kernel|guest)(.+)\]$/.exec(object)?.[1];
    frames.push(module === undefined ? name : `${name} [${module}]`);
  }
  return cleanStack(frames);
}
