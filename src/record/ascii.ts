/** What a console without Unicode's signs can show: each becomes one of ASCII that is as wide and means as much. */

const signs: Readonly<Record<string, string>> = {
  '·': '|',
  '…': '~',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '↵': '<',
  '↳': '>',
  '−': '-',
  '–': '-',
  '─': '-',
  '│': '|',
  '╎': '|',
  '┌': '|',
  '▲': '^',
  '▼': 'v',
  '✔': '+',
  '✘': 'x',
  '×': 'x',
  '±': '~',
  '≈': '~',
  '≥': '>',
  '“': '"',
  '”': '"',
  '’': "'",
  '²': '2',
  µ: 'u',
};

const notAscii = /[^\p{ASCII}]/gu;
const block = /[\u2581-\u2588]/;
/** Chinese and whatever else is no sign: there is nothing to say it with. */
const letter = /[\p{L}\p{N}\u3000-\u303f\uff00-\uffef]/u;

/** Controls and Chinese stay as they are. */
export function asciiOf(text: string): string {
  return text.replace(notAscii, (sign) => {
    if (Object.hasOwn(signs, sign)) return signs[sign]!;
    if (block.test(sign)) return '#';
    return letter.test(sign) ? sign : '?';
  });
}
