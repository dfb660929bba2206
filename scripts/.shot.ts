import { chromium } from 'playwright-core';
const [file, lang = 'en', theme = 'light', width = '1280', ...ids] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: Number(width), height: 1300 }, colorScheme: theme as 'light' });
page.on('console', (m) => console.log('console', m.type(), m.text()));
page.on('pageerror', (e) => console.log('pageerror', e.stack));
await page.goto(`file://${file}?lang=${lang}`);
await page.waitForSelector('body[data-ready=record]', { timeout: 10000 });
await page.waitForTimeout(800);
for (const id of ids) {
  await page.evaluate(
    `document.documentElement.style.scrollBehavior='auto';document.getElementById(${JSON.stringify(id)}).scrollIntoView(); window.scrollBy(0, Number(${JSON.stringify(process.env.DY ?? '0')}))`,
  );
  await page.waitForTimeout(300);
  await page.screenshot({ path: `.cache/s-${id}.png` });
}
await browser.close();
