/** The HTML report in a real browser, opened from the disk. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { pageCode } from '../../src/consult/report.ts';
import { pageWords } from '../../src/messages/page.ts';
import { type Language, languages } from '../../src/messages/reasons.ts';
import type { Record } from '../../src/model/record.ts';
import { renderHtml } from '../../src/record/html.ts';
import { renderText } from '../../src/record/text.ts';
import { axeViolations, drawn, launch, openAll, sentencesOf, showsAll, squashed, type Watched, watchedPage } from './chromium.ts';
import { empty, hostile, seed, whole } from './records.ts';

const folder = mkdtempSync(join(tmpdir(), 'kmai-page-'));
const local = new RegExp(`^(file://${folder}/|data:|blob:)`);
let browser: Browser;
let watched: Watched;
before(async () => {
  browser = await launch();
  watched = await watchedPage(browser, local);
});
after(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

// No test leaves an error, a breach of the policy or a request behind.
afterEach(() => assert.deepEqual(watched.taken(), []));

function saved(name: string, record: Record): string {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, renderHtml(record, 'en', pageCode()));
  return path;
}

async function opened(path: string, language: Language = 'en'): Promise<Page> {
  const { page } = watched;
  await page.goto(`file://${path}?lang=${language}`);
  await drawn(page);
  return page;
}

test("the seed's report is at most 400 KB, and shows every sentence of the text verdict, in both languages", async () => {
  const record = await seed();
  const path = saved('seed', record);
  assert.ok(statSync(path).size <= 400 * 1024, String(statSync(path).size));
  for (const language of languages) {
    const sentences = sentencesOf(record, language);
    // The list of sentences is the text itself: without them nothing but its labels is left of it.
    let rest = squashed(renderText(record, language, { width: 100, color: false }));
    for (const sentence of sentences.toSorted((a, b) => b.length - a.length)) {
      assert.ok(rest.includes(squashed(sentence)), sentence);
      rest = rest.replace(squashed(sentence), '');
    }
    assert.ok(rest.length < 140, rest);
    const page = await opened(path, language);
    await openAll(page);
    await showsAll(page, sentences);
  }
});

test('each sentence has its picture: growth, driver, caches, ledger, cases; and what was not examined says so', async () => {
  const page = await opened(saved('pictures', await seed()));
  for (const picture of [
    '#finding-1 .u-wrap',
    '#finding-1 svg[role=img]',
    '#finding-1 .terms',
    '#ledger .u-wrap',
    '#caches .map canvas',
    '#caches .spark',
  ])
    assert.ok((await page.locator(picture).count()) > 0, picture);
  for (const section of ['callsites', 'specimens', 'outcomes'] as const)
    assert.equal(await page.locator(`#${section} .empty`).innerText(), pageWords.en.empty[section]);
  // Something is painted: the flat colour of an empty canvas is one colour.
  const colours = await page.evaluate<number>(`(() => {
    const canvas = document.querySelector('#finding-1 canvas');
    return new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
  })()`);
  assert.ok(colours > 20, String(colours));
});

test('call sites, census, orphans, experiment and treatment are drawn from the record', async () => {
  const record = await whole();
  const page = await opened(saved('whole', record));
  await openAll(page);
  await showsAll(page, sentencesOf(record, 'en'));
  assert.match(await page.locator('#finding-1').innerText(), /6,103 of 6,283 objects \(97\.1 %\)/);
  assert.match(await page.locator('#finding-1').innerText(), /struct rt6_info/);
  const forest = (await page.locator('#outcomes svg').first().getAttribute('aria-label')) ?? '';
  assert.match(forest, /off-link address @ 2001:db8:1::2: 1 \(0\.9981 to 1\.003\) convicted/);
  assert.match(forest, /cannot tell: the interval is wide/);
  assert.equal(await page.locator('.flame canvas').count(), 2);
});

test('axe-core finds nothing, light and dark, in both languages, with everything open', async () => {
  const path = saved('axe', await whole());
  for (const [language, colorScheme] of [
    ['en', 'light'],
    ['zh', 'dark'],
  ] as const) {
    await watched.page.emulateMedia({ colorScheme });
    const page = await opened(path, language);
    await openAll(page);
    await page.locator('button.row').first().click();
    assert.deepEqual(await axeViolations(page), [], `${language} ${colorScheme}`);
  }
});

test('the keyboard alone reaches the verdict, the other language, a cache, and the calls of the flame graph', async () => {
  const page = await opened(saved('keys', await whole()));
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.documentElement.lang'), 'zh-Hans');
  assert.equal(await page.locator('#ledger h2').innerText(), pageWords.zh.sections.ledger);
  await page.locator('button.row').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('tr.detail').count(), 1);
  await page.locator('.flame .canvas').first().focus();
  await page.keyboard.press('ArrowUp');
  assert.match(await page.locator('.flame .reading').first().innerText(), /^net_rx_action.*99\.7 %/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowUp');
  assert.match(await page.locator('.flame .reading').first().innerText(), /^process_backlog/);
  await page.keyboard.press('Escape');
  assert.match(await page.locator('.flame .reading').first().innerText(), /^net_rx_action/);
});

test('caches are filtered by any alias and sorted by any column', async () => {
  const page = await opened(saved('caches', await seed()));
  await page.locator('#caches input[type=search]').fill('ip6_dst');
  assert.deepEqual(await page.locator('button.row').allInnerTexts(), ['filp']);
  await page.locator('#caches input[type=search]').fill('no such cache');
  assert.equal(await page.locator('#caches > .empty').innerText(), pageWords.en.empty.match);
  await page.locator('#caches input[type=search]').fill('');
  await page.locator('#caches thead button', { hasText: 'Cache' }).click();
  const names = await page.locator('button.row').allInnerTexts();
  assert.deepEqual(
    names,
    names.toSorted((a, b) => a.localeCompare(b)),
  );
  await page.locator('#caches thead button', { hasText: 'Objects' }).click();
  const counts = (await page.locator('#caches tbody tr td:nth-of-type(2)').allInnerTexts()).map((text) => Number(text.replaceAll(',', '')));
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => b - a),
  );
});

test('the flame graph searches and zooms', async () => {
  const page = await opened(saved('flame', await whole()));
  await page.locator('.flame input').first().fill('nft_');
  assert.equal(await page.locator('.flame [role=status]').first().innerText(), '2 found, 99.7 % of what is held');
  const canvas = page.locator('#finding-1 .flame canvas');
  const box = (await canvas.boundingBox())!;
  await canvas.click({ position: { x: 40, y: box.height - 2.5 * 19 } });
  await page.getByRole('button', { name: pageWords.en.flame.whole }).click();
  assert.equal(await page.getByRole('button', { name: pageWords.en.flame.whole }).count(), 0);
});

test('hostile text runs nothing, loads nothing, and leaves its element nowhere', async () => {
  const page = await opened(saved('hostile', await hostile()));
  await openAll(page);
  await page.locator('button.row').first().click();
  assert.equal(await page.evaluate('window.pwned'), undefined);
  assert.equal(await page.locator('img').count(), 0);
  assert.equal(await page.locator('svg[onload]').count(), 0);
  assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  assert.doesNotMatch(await page.content(), /[\u202a-\u202e\u2066-\u2069\u0007]/);
  assert.match(await page.locator('h1').innerText(), /<\/script><img src=x onerror=/);
});

test('a record that says nothing has every view say what is missing', async () => {
  const page = await opened(saved('empty', await empty()));
  for (const section of ['ledger', 'caches', 'callsites', 'specimens', 'outcomes', 'next', 'facts', 'unread'] as const)
    assert.equal(await page.locator(`#${section} .empty`).innerText(), pageWords.en.empty[section]);
  assert.deepEqual(await axeViolations(page), []);
});

test('in print there is the whole record and no control', async () => {
  const page = await opened(saved('print', await whole()));
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('nav').isVisible(), false);
  assert.equal(await page.locator('header button').first().isVisible(), false);
  for (const section of ['verdict', 'ledger', 'caches', 'facts']) assert.equal(await page.locator(`#${section}`).isVisible(), true);
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
  await page.locator('html[data-theme=dark]').waitFor();
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'light', 'paper is white');
  await page.evaluate("dispatchEvent(new Event('afterprint'))");
  await page.emulateMedia({ colorScheme: 'light' });
});

test('a narrow screen has nothing that must be scrolled sideways', async () => {
  await watched.page.setViewportSize({ width: 400, height: 800 });
  const page = await opened(saved('narrow', await whole()));
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 400);
  await page.setViewportSize({ width: 1280, height: 900 });
});
