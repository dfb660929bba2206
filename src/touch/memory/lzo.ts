/**
 * LZO1X as minilzo and the kernel write it (Documentation/staging/lzo.rst): unpacks `from` into exactly
 * `length` bytes of `into` at `at`.
 * @returns false where the stream is damaged: it would read or write outside its bounds, or ends early
 */
export function unpackLzo(from: Uint8Array, into: Uint8Array, at: number, length: number): boolean {
  const end = at + length;
  let i = 0;
  let k = at;
  // How many literals the last instruction copied: 0, 1–3, or 4 for "more". It changes what a short opcode means.
  let state = 0;

  function extended(count: number, base: number): number {
    if (count !== 0) return count;
    let n = base;
    while (i < from.length && from[i] === 0) {
      n += 255;
      i++;
    }
    return n + (from[i++] ?? 0);
  }
  function literals(count: number): boolean {
    if (i + count > from.length || k + count > end) return false;
    for (let n = 0; n < count; n++) into[k++] = from[i++]!;
    return true;
  }
  function match(distance: number, count: number): boolean {
    if (k - distance < at || k + count > end) return false;
    for (let n = 0; n < count; n++, k++) into[k] = into[k - distance]!;
    return true;
  }

  if ((from[0] ?? 0) > 17) {
    const count = from[i++]! - 17;
    if (!literals(count)) return false;
    state = Math.min(count, 4);
  }
  while (i < from.length) {
    const code = from[i++]!;
    let trailing: number;
    if (code < 16) {
      if (state === 0) {
        if (!literals(extended(code, 15) + 3)) return false;
        state = 4;
        continue;
      }
      const distance = (code >> 2) + ((from[i++] ?? 0) << 2) + 1;
      if (!(state === 4 ? match(distance + 2048, 3) : match(distance, 2))) return false;
      trailing = code & 3;
    } else if (code >= 64) {
      const distance = ((code >> 2) & 7) + ((from[i++] ?? 0) << 3) + 1;
      if (!match(distance, (code >> 5) + 1)) return false;
      trailing = code & 3;
    } else {
      const far = code < 32;
      const count = (far ? extended(code & 7, 7) : extended(code & 31, 31)) + 2;
      const pair = (from[i] ?? 0) | ((from[i + 1] ?? 0) << 8);
      i += 2;
      const distance = (far ? ((code & 8) << 11) + 16384 : 1) + (pair >> 2);
      if (far && distance === 16384) return k === end;
      if (!match(distance, count)) return false;
      trailing = pair & 3;
    }
    if (!literals(trailing)) return false;
    state = trailing;
  }
  return false;
}
