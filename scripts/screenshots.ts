/** Makes docs/screenshots/ from the seed's capture: `npm run screenshots`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pageCode } from '../src/consult/report.ts';
import { renderHtml } from '../src/record/html.ts';
import { drawn, launch, noBrowser } from '../test/browser/chromium.ts';
import { whole } from '../test/browser/records.ts';

const missing = noBrowser();
if (missing !== undefined) throw new Error(missing);
const folder = mkdtempSync(join(tmpdir(), 'kmai-screenshots-'));
const report = join(folder, 'seed.html');
writeFileSync(report, renderHtml(await whole(), 'en', pageCode()));
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1120, height: 760 } });
  page.setDefaultTimeout(120_000);
  const scribe = await browser.newPage();
  for (const [name, language, colorScheme, from] of [
    ['verdict', 'en', 'light', '#verdict'],
    ['verdict-chinese-dark', 'zh', 'dark', '#verdict'],
    ['call-sites', 'en', 'light', '#finding-1 .flame'],
    ['caches', 'en', 'dark', '#caches'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`file://${report}?lang=${language}`);
    await drawn(page);
    await page.evaluate(
      `document.documentElement.style.scrollBehavior = 'auto'; window.scrollTo(0, document.querySelector('${from}').getBoundingClientRect().top + scrollY - 110)`,
    );
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const picture = await page.screenshot();
    // The browser's own encoder: a quarter of the PNG.
    const webp = await scribe.evaluate<string>(`new Promise((done) => {
      const image = new Image();
      image.onload = () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
        canvas.getContext('2d').drawImage(image, 0, 0);
        done(canvas.toDataURL('image/webp', 0.86).split(',')[1]);
      };
      image.src = 'data:image/png;base64,${picture.toString('base64')}';
    })`);
    writeFileSync(new URL(`../docs/screenshots/${name}.webp`, import.meta.url), Buffer.from(webp, 'base64'));
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
