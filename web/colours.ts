/** Colours that survive colour blindness: Okabe and Ito's eight (https://jfly.uni-koeln.de/color/), lighter in the dark. */

export const light = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800', '#8a8a8a'] as const;
export const dark = ['#56b4e9', '#e69f00', '#2cc295', '#e39cc4', '#8fd0f5', '#ff7f32', '#f0e442', '#a0a0a0'] as const;

export interface Ink {
  readonly text: string;
  readonly soft: string;
  readonly grid: string;
  readonly ground: string;
  readonly series: readonly string[];
  readonly font: string;
}

export function ink(isDark: boolean): Ink {
  return isDark
    ? { text: '#e8e6e1', soft: '#b4b0a7', grid: '#3a3d42', ground: '#17191c', series: dark, font: '12px system-ui, sans-serif' }
    : { text: '#1d1f22', soft: '#575b61', grid: '#dcdad4', ground: '#ffffff', series: light, font: '12px system-ui, sans-serif' };
}

/** Blue for what was given back, orange for what was gained, the ground between: 256 words of ABGR. */
export function diverging(isDark: boolean): Uint32Array {
  const [low, middle, high] = isDark
    ? ([
        [86, 180, 233],
        [30, 33, 37],
        [255, 140, 40],
      ] as const)
    : ([
        [0, 90, 160],
        [244, 243, 239],
        [200, 80, 0],
      ] as const);
  return Uint32Array.from({ length: 256 }, (_, at) => {
    const way = (at - 128) / 127.5;
    const end = way < 0 ? low : high;
    // The root keeps small changes apart from none.
    const share = Math.sqrt(Math.abs(way));
    const [r, g, b] = middle.map((from, part) => Math.round(from + share * (end[part]! - from)));
    return (255 << 24) | (b! << 16) | (g! << 8) | r!;
  });
}
