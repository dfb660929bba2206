import { pageWords } from '../messages/page.ts';
import { type Language, languages } from '../messages/reasons.ts';

/** The page before its code has come. */
export function shell(language: Language): string {
  const words = pageWords[language];
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${words.title}</title>
<link rel="stylesheet" href="/style.css">
<script src="/page.js" defer></script>
<body>
<div id="page"><p class="empty large">${words.loading}</p></div>
</body>
</html>
`;
}

/** The first language of an Accept-Language header that the page has, by its weights; English where there is none. */
export function languageFor(header: string): Language {
  const wanted = header
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean);
      return { tag, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { tag } of wanted) {
    const found = languages.find((language) => tag === language || tag.startsWith(`${language}-`));
    if (found !== undefined) return found;
  }
  return 'en';
}
