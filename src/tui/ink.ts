/** Colours by what they mean. Blue and orange can be told apart by nearly everyone; each has a sign or a letter beside it. */
import { Ansis } from 'ansis';
import type { BarPart } from '../messages/live.ts';

type Paint = (text: string) => string;

export interface Ink {
  readonly color: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  /** what grows */
  readonly up: Paint;
  /** what falls */
  readonly down: Paint;
  readonly chosen: Paint;
  readonly bar: (part: BarPart, text: string) => string;
}

/** Backgrounds of the 256-colour palette with the text colour that reads on them; middle tones, for dark and light terminals. */
const backgrounds: Readonly<Record<BarPart, readonly [background: number, text: number]>> = {
  anon: [31, 231],
  files: [152, 16],
  shmem: [67, 231],
  hugetlb: [60, 231],
  slab: [208, 16],
  reclaimable: [223, 16],
  kernel: [130, 231],
  unaccounted: [227, 16],
  free: [240, 231],
};

/** @param level 0: none, only signs and weights where the terminal has them · 1: 16 colours · 2: 256 */
export function inkOf(level: 0 | 1 | 2): Ink {
  if (level === 0) return { color: false, bold: same, dim: same, up: same, down: same, chosen: same, bar: (_, text) => text };
  const a = new Ansis(level);
  return {
    color: true,
    bold: (text) => a.bold(text),
    dim: (text) => a.dim(text),
    up: (text) => (level === 2 ? a.fg(208).bold(text) : a.yellow.bold(text)),
    down: (text) => (level === 2 ? a.fg(33)(text) : a.cyan(text)),
    chosen: (text) => a.inverse(text),
    bar: (part, text) => {
      const [background, front] = backgrounds[part];
      return level === 2 ? a.bg(background).fg(front)(text) : text;
    },
  };
}

const same: Paint = (text) => text;
