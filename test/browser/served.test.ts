/** The served page in a real browser: opened by its address, a file dropped onto it, an examination begun and cancelled. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { pageWords } from '../../src/messages/page.ts';
import { root } from '../integration/diagnosed.ts';
import { axeViolations, drawn, launch, openAll, sentencesOf, showsAll, type Watched, watchedPage } from './chromium.ts';
import { seed } from './records.ts';
import { skip as noBpf, start } from '../machine/listening.ts';

/** What the server holds of the kernel's BPF, by its descriptors; others may be listening on this machine as well. */
function attached(): readonly string[] {
  const folder = `/proc/${servers.at(-1)!.pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)].filter((target) => /^anon_inode:.?bpf|perf_event/.test(target));
    } catch {
      return []; // it has just been closed
    }
  });
}

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

/** Waits until the ledger's picture has been drawn anew from more samples. */
async function redrawn(page: Page): Promise<void> {
  await page.locator('#ledger canvas').waitFor();
  await page.evaluate(`document.querySelector('#ledger canvas').dataset.old = 'yes'`);
  await page.locator('#ledger canvas:not([data-old])').waitFor({ state: 'attached' });
}

/** Presses keys on the ledger's picture and on the map of caches. */
async function keys(page: Page, ...pressed: readonly string[]): Promise<void> {
  for (const picture of ['#ledger .chart', '#caches .map .chart']) for (const key of pressed) await page.locator(picture).press(key);
}

/** The times at the left and the right edge of the ledger's picture and of the map, as a reader who points there is told them. */
async function shownTimes(page: Page): Promise<readonly (readonly [string, string])[]> {
  const times: (readonly [string, string])[] = [];
  for (const [area, told] of [
    ['#ledger .u-over', '#ledger .u-legend tr:first-child .u-value'],
    ['#caches .map canvas', '#caches .map .reading'],
  ] as const) {
    const { width } = (await page.locator(area).boundingBox())!;
    const edges: string[] = [];
    for (const x of [1, width - 2]) {
      await page.locator(area).hover({ position: { x, y: 4 } });
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      edges.push(/\d\d:\d\d:\d\d/.exec(await page.locator(told).innerText())?.[0] ?? 'none');
    }
    times.push([edges[0]!, edges[1]!]);
  }
  return times;
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

test('live: a diagnosis shows its progress and what it has seen, is cancelled, and nothing runs any more', async (t) => {
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
  await t.test('what is zoomed stays where it is while more is seen, and the end is followed', async () => {
    await redrawn(page);
    await keys(page, '+', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    const early = await shownTimes(page);
    await redrawn(page);
    assert.deepEqual(await shownTimes(page), early);
    await keys(page, ...Array.from({ length: 12 }, () => 'ArrowRight'));
    const late = await shownTimes(page);
    await redrawn(page);
    for (const [at, [from, to]] of (await shownTimes(page)).entries()) {
      assert.ok(from > late[at]![0] && to > late[at]![1], `${from} to ${to} after ${late[at]!.join(' to ')}`);
      assert.ok(from > early[at]![0], 'not all of it');
    }
    await keys(page, '0');
    const all = await shownTimes(page);
    await redrawn(page);
    for (const [at, [from, to]] of (await shownTimes(page)).entries()) assert.ok(from === all[at]![0] && to > all[at]![1]);
  });
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

test('live: a cache is listened to, the call path that took 2,003 files stands there with their number, and it can be cancelled', {
  skip: noBpf,
}, async () => {
  const { page, taken } = watched;
  const child = await start('files', 2003, 2.5);
  try {
    await page.locator('#examine input[name=seconds]').fill('120');
    await page.locator('#examine input[name=cache]').fill('filp');
    await page.getByRole('button', { name: words.server.listen }).click();
    await page.locator('#examine [role=status]', { hasText: words.server.listening('filp') }).waitFor();
    child.stdin!.write('go\n');
    await once(child.stdout!, 'data');
    assert.ok(Number(await page.locator('#examine progress').getAttribute('value')) > 0);
    assert.deepEqual(await axeViolations(page), []);
    // The window ends when the work is done, however busy the machine is.
    await page.getByRole('button', { name: words.server.finish }).click();
    const site = page.locator('#callsites .site', { hasText: `(${child.pid})` }).first();
    await site.waitFor();
    await openAll(page);
    const told = await site.innerText();
    const held = Number(new RegExp(`\\(${child.pid}\\) ([\\d,]+)`).exec(told)?.[1]?.replaceAll(',', ''));
    assert.ok(Math.abs(held - 2003) <= 0.005 * 2003, told);
    assert.match(told, /^\d+\. [\d,]+ objects .+ still held: (LEAKING|cannot tell)/);
    assert.match(told, /do_sys_openat2/);
    assert.deepEqual(await axeViolations(page), []);
    assert.deepEqual(attached(), []);

    await page.getByRole('button', { name: words.server.listen }).click();
    await page.locator('#examine [role=status]', { hasText: words.server.listening('filp') }).waitFor();
    assert.notDeepEqual(attached(), []);
    await page.getByRole('button', { name: words.server.cancel, exact: true }).click();
    await page.locator('#examine .notice', { hasText: words.server.cancelled }).waitFor();
    assert.equal(await page.locator('#examine progress').count(), 0);
    assert.deepEqual(attached(), []);
    assert.deepEqual(taken(), []);
  } finally {
    child.stdin!.end();
  }
});

test('a cache that is not there is refused with what would help', { skip: noBpf }, async () => {
  const { page, taken } = watched;
  await page.locator('#examine input[name=cache]').fill('flip');
  await page.getByRole('button', { name: words.server.listen }).click();
  await page.locator('#examine .notice', { hasText: 'the slab cache flip' }).waitFor();
  await page.getByRole('button', { name: '中文' }).click();
  await page.locator('#examine .notice', { hasText: 'slab 缓存 flip:既不是' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  assert.deepEqual(taken(), []);
});

test('when the server ends, the page keeps what it shows and says so', async () => {
  const { page, taken } = watched;
  servers.at(-1)!.kill('SIGINT');
  await page.locator('#examine .notice', { hasText: words.server.lost }).waitFor();
  assert.ok((await page.locator('#caches tbody tr').count()) > 10);
  assert.ok(taken().every((complaint) => /ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/.test(complaint)));
});
