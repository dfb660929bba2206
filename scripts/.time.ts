import { chromium } from 'playwright-core';
for (const args of [
  ['--no-sandbox'],
  ['--no-sandbox', '--disable-gpu'],
  ['--no-sandbox', '--disable-gpu', '--single-process', '--no-zygote'],
]) {
  const t0 = performance.now();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args });
  const t1 = performance.now();
  for (let i = 0; i < 2; i++) {
    const a = performance.now();
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const a1 = performance.now();
    await page.goto(`file://${process.cwd()}/.cache/whole.html`);
    const b = performance.now();
    await page.waitForSelector('body[data-ready=record]');
    const c = performance.now();
    await page.waitForSelector('#caches table');
    const d = performance.now();
    const fp = await page.evaluate("JSON.stringify(performance.getEntriesByType('paint').map(e=>[e.name,e.startTime]))");
    console.log(
      args.join(' '),
      'new',
      (a1 - a).toFixed(0),
      'goto',
      (b - a1).toFixed(0),
      'ready',
      (c - b).toFixed(0),
      'caches',
      (d - c).toFixed(0),
      fp,
    );
    await page.close();
  }
  await browser.close();
  console.log('launch', t1 - t0);
}
