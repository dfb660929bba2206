/**
 * The text of tracefs' `trace` and `trace_pipe`:
 *
 *                comm-1234    [001] d..1.  1912.996136: kmem_cache_alloc: call_site=f+0x3c ptr=00000000f1a2b3c4 name=filp …
 *                comm-1234    [001] d..1.  1912.996137: <stack trace>
 *      => kmem_cache_alloc_noprof
 *      => …
 *
 * A stack made by the option `stacktrace` follows its event; one made by a trigger stands before it. Pointers are hashed
 * unless `options/hash-ptr` is off, which pairs just as well.
 */
import { cleanStack } from '../../kernel/stacks.ts';
import type { Pairing } from '../pairing.ts';
import { eventKind, type Heading, pair, type Wanted } from './event.ts';
import { type Chunks, linesOf, type Malformations, malformed } from './lines.ts';

const heading = /^\s*(.+)-(\d+)\s+(?:\([ \d-]+\)\s+)?\[(\d+)\]\s+(?:\S+\s+)?(\d+\.\d+): (?:(\w+): )?(.*)$/;
const lost = /^CPU:\d+ \[LOST (\d+) EVENTS\]/;

/** @returns events the kernel said it dropped */
export async function parseFtrace(chunks: Chunks, pairs: Pairing, wanted: Wanted, bad: Malformations): Promise<number> {
  let line = 0;
  let dropped = 0;
  let frames: string[] | undefined;
  /** An allocation whose stack may follow, and the stack that stood before it. */
  let waiting: Heading | undefined;
  let before: readonly string[] | undefined;

  const settle = () => {
    if (frames !== undefined && waiting === undefined) before = frames;
    if (waiting !== undefined && frames !== undefined) give(waiting, frames);
    else if (waiting !== undefined && before !== undefined) {
      give(waiting, before);
      before = undefined;
    } else if (waiting !== undefined) give(waiting, []);
    if (waiting !== undefined) before = undefined;
    waiting = undefined;
    frames = undefined;
  };
  const give = (head: Heading, stack: readonly string[]) => {
    if (!pair(pairs, head, wanted, stack.join('\n'), () => cleanStack(stack))) malformed(bad, line, 'ptr=… in a free', head.text);
  };

  for await (const text of linesOf(chunks)) {
    line++;
    if (text === '' || text.startsWith('#')) continue;
    if (text.startsWith(' => ')) {
      if (frames === undefined) malformed(bad, line, '<stack trace> before a stack', text);
      else frames.push(text.slice(4).trim());
      continue;
    }
    const loss = lost.exec(text);
    if (loss !== null) {
      dropped += Number(loss[1]);
      continue;
    }
    const found = heading.exec(text);
    if (found === null) {
      malformed(bad, line, 'comm-pid [cpu] flags time: event: fields', text);
      continue;
    }
    if (found[5] === undefined && found[6]!.startsWith('<stack trace>')) {
      if (frames !== undefined) settle();
      frames = [];
      continue;
    }
    if (waiting !== undefined || frames !== undefined) settle();
    const head: Heading = {
      comm: found[1]!,
      pid: Number(found[2]),
      cpu: Number(found[3]),
      seconds: Number(found[4]),
      event: found[5] ?? '',
      text: found[6]!,
    };
    if (eventKind(head.event) === 'allocation') waiting = head;
    else give(head, []);
  }
  settle();
  return dropped;
}
