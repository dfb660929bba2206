/** Amounts that were written in English where they arose, for a Chinese sentence: "3.59 objects/s" → "3.59 对象/秒". */

const units: readonly (readonly [RegExp, string])[] = [
  [/(?<=\d) objects\/s\b/g, ' 对象/秒'],
  [/(?<=\d) to (?=[−\d])/g, ' 至 '],
  [/(?<=\d) objects\b/g, ' 个对象'],
  [/(?<=\d|[KMGT]iB|\d B)\/s\b/g, '/秒'],
  [/(?<=\d) to (?=[+−]?\d)/g, ' 至 '],
  [/(?<=\d) s\b/g, ' 秒'],
  [/(?<=\d) min\b/g, ' 分'],
  [/(?<=\d) h\b/g, ' 小时'],
  [/(?<=\d) d\b/g, ' 天'],
  [/(?<=\d) y\b/g, ' 年'],
  [/^a longer one$/, '更长'],
];

/** Only a text that is nothing but an amount: a rule or a path that happens to hold one stays as it is. */
export function inChinese(text: string): string {
  const amount = /^[+−]?[\d.,]+( ?[a-zA-Z]+)?(\/s)?( [\d.,]+ [a-z]+)?( \([^)]*\))?$/.test(text) || text === 'a longer one';
  return amount ? units.reduce((told, [unit, word]) => told.replace(unit, word), text) : text;
}
