/** A file in pieces, as a stream gives it. */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Lines that could not be read: how many, and where the first one was. The rest is used. */
export interface Malformations {
  count: number;
  first: { readonly line: number; readonly expected: string; readonly found: string } | undefined;
}

export function malformations(): Malformations {
  return { count: 0, first: undefined };
}

export function malformed(into: Malformations, line: number, expected: string, found: string): void {
  into.count++;
  into.first ??= { line, expected, found: found.slice(0, 80) };
}

const NEWLINE = 10;
/** A line longer than this is no trace's: it is given in pieces, so that memory stays bounded. */
const LONGEST = 1 << 20;

/** Lines as text, without their end. For formats where a line is an event; latin1, since only ASCII matters to them. */
export async function* linesOf(chunks: Chunks): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE, at); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
      yield bytes.toString('latin1', at, end);
      at = end + 1;
    }
    if (bytes.length - at > LONGEST) {
      yield bytes.toString('latin1', at, bytes.length);
      at = bytes.length;
    }
    rest = Buffer.from(bytes.subarray(at));
  }
  if (rest.length > 0) yield rest.toString('latin1', 0, rest.length);
}
