/** English texts told by a table of patterns: `{}` stands for a part; `{2}` in the translation is the second of them. */
import { inChinese } from './units.ts';

interface Pattern {
  readonly match: RegExp;
  readonly translation: string;
  /** Letters that are the same in every text it matches: the most telling pattern is tried first. */
  readonly weight: number;
}

/** @returns what tells a text; a text that no pattern matches stays as it is */
export function translator(table: Readonly<Record<string, string>>): (text: string) => string {
  const patterns: readonly Pattern[] = Object.entries(table)
    .filter(([english]) => english.includes('{}'))
    .map(([english, translation]) => ({
      match: new RegExp(`^${english.split('{}').map(escaped).join(String.raw`([\s\S]+?)`)}$`),
      translation,
      weight: english.replaceAll('{}', '').length,
    }))
    .toSorted((a, b) => b.weight - a.weight);
  const tell = (text: string): string => {
    if (Object.hasOwn(table, text)) return table[text]!;
    for (const { match, translation } of patterns) {
      const found = match.exec(text);
      if (found === null) continue;
      let next = 0;
      return translation.replace(/\{(\d*)\}/g, (_, place: string) => {
        const part = found[place === '' ? ++next : Number(place)]!;
        const amount = inChinese(part);
        if (amount !== part) return amount;
        // A name, number or path is no text; a part may be one in its turn.
        return /^[\w/.:-]*$/.test(part) || part.length >= text.length ? part : tell(part);
      });
    }
    return text;
  };
  return tell;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
