/** What the terminal can do, as far as its name tells. Asking it would mean waiting for an answer that may never come. */

export interface Terminal {
  /** Neither colours nor places: text, line by line. */
  readonly dumb: boolean;
  /**
   * ASCII only, and no second screen: the console of Linux, whose font has 256 or 512 signs, and the VT terminals, as which
   * serial lines go (agetty calls them vt220).
   */
  readonly plain: boolean;
  /** 0: none · 1: 16 · 2: 256 */
  readonly colors: 0 | 1 | 2;
}

export function terminalOf({ TERM = '', COLORTERM = '' }: Readonly<Record<string, string | undefined>>): Terminal {
  const dumb = TERM === 'dumb' || TERM === '';
  const serial = /^vt\d/.test(TERM);
  return {
    dumb,
    plain: serial || /^(linux|cons25|ansi)/.test(TERM),
    colors: dumb || serial ? 0 : /256|truecolor|24bit|direct/.test(`${TERM} ${COLORTERM}`) ? 2 : 1,
  };
}
