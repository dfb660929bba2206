/** The served page in a real browser: opened by its address, a file dropped onto it, an examination begun and cancelled. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { pageWords } from '../../src/messages/page.ts';
import { root } from '../integration/diagnosed.ts';
import { axeViolations, drawn, launch, openAll, sentencesOf, showsAll, type Watched, watchedPage } from './chromium.ts';
import { seed } from './records.ts';

const words = pageWords.en;
let browser: Browser;
let watched: Watched;
const servers: ChildProcess[] = [];
before(async () => {
  browser = await launch();
  watched = await watchedPage(browser, /^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:)/);
});
after(async () => {
  await browser.close();
  for (const server of servers) {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
});

async function served(args: readonly string[]): Promise<string> {
  const server = spawn(process.execPath, [`${root}/dist/kmai.js`, 'serve', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  const [line] = (await once(server.stdout, 'data')) as [Buffer];
  return line.toString().trim();
}

test('a capture is shown with every sentence, the token is gone from the address, and another file can be dropped', async () => {
  const { page, taken } = watched;
  await page.goto(await served(['--from', `${root}/examples/ipv6-suppress.kmai`, '--lang', 'en']));
  await drawn(page);
  assert.doesNotMatch(page.url(), /token/);
  await openAll(page);
  await showsAll(page, sentencesOf(await seed(), 'en'));
  assert.equal((await page.locator('#journal .empty, #journal li').count()) > 0, true);
  const bytes = readFileSync(`${root}/examples/held-files.kmai`).toString('base64');
  await page.evaluate(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob('${bytes}'), (c) => c.charCodeAt(0))], 'held.kmai'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  })()`);
  await page.locator('#verdict .badge.growth').waitFor();
  assert.match(await page.locator('#verdict').innerText(), /held by user space: filp/);
  await page.locator('#examine .records button').first().click();
  await page.locator('#verdict .badge.leak').waitFor();
  assert.deepEqual(taken(), []);
});

test('a file that is none is refused with what was expected', async () => {
  const { page, taken } = watched;
  await page
    .locator('#examine input[type=file]')
    .setInputFiles({ name: 'junk.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(600, 0x41) });
  await page.locator('#examine .notice', { hasText: 'it is no tar; expected a capture' }).waitFor();
  assert.deepEqual(taken(), []);
});

test('live: a diagnosis shows its progress and what it has seen, is cancelled, and nothing runs any more', async () => {
  const { page, taken } = watched;
  const address = await served([]);
  await page.goto(`${address}&lang=en`);
  await drawn(page);
  assert.match(await page.locator('#verdict').innerText(), /a single look/);
  await page.locator('#examine input[name=seconds]').fill('600');
  await page.getByRole('button', { name: words.server.diagnose }).click();
  await page.locator('#examine progress').waitFor();
  await page.locator('#verdict .notice', { hasText: words.partial }).waitFor();
  assert.ok((await page.locator('#caches tbody tr').count()) > 10);
  assert.deepEqual(await axeViolations(page), []);
  await page.getByRole('button', { name: words.server.cancel, exact: true }).click();
  await page.locator('#examine .notice', { hasText: words.server.cancelled }).waitFor();
  assert.equal(await page.locator('#examine progress').count(), 0);
  assert.deepEqual(taken(), []);
});

test('a window that is ended early is diagnosed as far as it went', async () => {
  const { page, taken } = watched;
  await page.locator('#examine input[name=seconds]').fill('300');
  await page.getByRole('button', { name: words.server.diagnose }).click();
  await page.getByRole('button', { name: words.server.finish }).click();
  await page.locator('#examine .records li:nth-child(2)').waitFor();
  assert.equal(await page.locator('#verdict .badge').innerText(), 'cannot tell');
  assert.deepEqual(taken(), []);
});

test('when the server ends, the page keeps what it shows and says so', async () => {
  const { page, taken } = watched;
  servers.at(-1)!.kill('SIGINT');
  await page.locator('#examine .notice', { hasText: words.server.lost }).waitFor();
  assert.ok((await page.locator('#caches tbody tr').count()) > 10);
  assert.ok(taken().every((complaint) => /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/.test(complaint)));
});
