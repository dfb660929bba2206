/**
 * What the page weighs and takes, in headless chromium from this machine: `npm run bench:page`. Alone on the machine, or the
 * figures are those of its neighbours. Prints; asserts nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import type { CallSite, Series } from '../src/model/evidence.ts';
import type { Record } from '../src/model/record.ts';
import { seedRecord } from '../src/record/fixtures/seed.ts';
import { drawn, launch, noBrowser } from '../test/browser/chromium.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const paints = 9;
const frames = 150;

/** 250 caches, 10,000 samples each, no two alike; and the ledger as long. */
function long(): Record {
  const times = Array.from({ length: 10_000 }, (_, at) => at);
  const series = Array.from(
    { length: 250 },
    (_, cache): Series => ({
      name: 'slab_bytes',
      labels: { cache: `cache_${cache}` },
      unit: 'bytes',
      times,
      values: times.map((at) => 4096 * (100 + Math.floor((at * cache) / 3000) + ((at * 7919 + cache * 104_729) % 13))),
    }),
  );
  const ledger = [
    'free',
    'anon',
    'file-cache',
    'slab-reclaimable',
    'slab-unreclaimable',
    'kernel-stack',
    'page-tables',
    'percpu',
    'vmalloc',
    'unaccounted',
  ].map(
    (part, k): Series => ({
      name: 'ledger_bytes',
      labels: { part },
      unit: 'bytes',
      times,
      values: times.map((at) => 1e7 * (k + 1) + ((at * (k + 3) * 997) % 1e6)),
    }),
  );
  return {
    ...seedRecord,
    series: [...series, ...ledger],
    ledger: { ...seedRecord.ledger!, parts: ledger.slice(0, -1).map(({ labels }) => ({ id: labels['part']!, bytes: 1e7 })) },
  };
}

/** 15,000 call paths of 12 frames that part ways in their middle: more than 100,000 nodes. */
function deep(): Record {
  const callsites = Array.from({ length: 15_000 }, (_, at): CallSite => {
    const outermostFirst = Array.from({ length: 12 }, (_, depth) => `function_${at >> Math.max(0, 14 - 3 * depth)}_${depth}`);
    return {
      cache: 'filp',
      stack: outermostFirst.toReversed(),
      allocated: 10,
      freed: 0,
      outstanding: 10,
      bytes: 100 + ((at * 7919) % 1000),
      oldest_seconds: null,
      leaking: 'yes',
    };
  });
  return { ...seedRecord, callsites };
}

/** Distinct beginnings of the call paths: what a flame graph draws. */
function nodesOf({ callsites }: Record): number {
  const seen = new Set<string>();
  for (const { stack } of callsites) for (let depth = 1; depth <= stack.length; depth++) seen.add(stack.slice(-depth).join(';'));
  return seen.size;
}

async function show(page: Page, record: Record): Promise<void> {
  const before = await page.locator('#examine .records button').count();
  const body = JSON.stringify(record);
  // Through the page's own door, in pieces a message can hold.
  await page.evaluate('globalThis.pieces = []');
  for (let at = 0; at < body.length; at += 8 * 1024 * 1024)
    await page.evaluate(`globalThis.pieces.push(${JSON.stringify(body.slice(at, at + 8 * 1024 * 1024))})`);
  await page.evaluate(
    "fetch('/api/records?name=bench.json', { method: 'POST', body: new Blob(globalThis.pieces) }).then(() => { globalThis.pieces = []; })",
  );
  await page.locator(`#examine .records li:nth-child(${before + 1}) button[aria-pressed=true]`).waitFor();
  await drawn(page);
}

/** Keys pressed one a frame: frames a second, and how long the slowest twentieth took at least, in milliseconds. */
function paced(page: Page, place: string, keys: readonly string[]): Promise<{ fps: number; slow: number }> {
  return page.evaluate(`new Promise((done) => {
    const element = document.querySelector(${JSON.stringify(place)});
    const keys = ${JSON.stringify(keys)};
    const times = [];
    element.scrollIntoView();
    element.focus();
    const frame = (now) => {
      times.push(now);
      if (times.length > ${frames}) {
        const each = times.slice(1).map((time, at) => time - times[at]).sort((a, b) => a - b);
        done({ fps: 1000 * ${frames} / (times.at(-1) - times[0]), slow: each[Math.floor(0.95 * each.length)] });
        return;
      }
      element.dispatchEvent(new KeyboardEvent('keydown', { key: keys[times.length % keys.length], bubbles: true, cancelable: true }));
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`);
}

/** From an act of the reader to the frame that shows it, in milliseconds; the median of seven. */
async function answered(page: Page, act: string): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < 7; turn++)
    took.push(
      await page.evaluate<number>(`new Promise((done) => {
        const begun = performance.now();
        (() => { ${act.replaceAll('TURN', String(turn))} })();
        requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)))));
      })`),
    );
  return took.toSorted((a, b) => a - b)[3]!;
}

const missing = noBrowser();
if (missing !== undefined) throw new Error(missing);
const script = readFileSync(`${root}/dist/web/page.js`);
console.log(`script: ${(gzipSync(script, { level: 9 }).length / 1024).toFixed(1)} KB gzip (${(script.length / 1024).toFixed(0)} KB)`);

const server = spawn(process.execPath, [`${root}/dist/kmai.js`, 'serve', '--from', `${root}/examples/ipv6-suppress.kmai`], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(server.stdout, 'data')) as [Buffer];
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${line.toString().trim()}&lang=en`);
  await drawn(page);
  const painted: number[] = [];
  const verdict: number[] = [];
  for (let turn = 0; turn < paints; turn++) {
    await page.reload();
    await page.locator('#verdict .badge').waitFor();
    verdict.push(await page.evaluate<number>('performance.now()'));
    painted.push(await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    await drawn(page);
  }
  const median = (list: readonly number[]): string => list.toSorted((a, b) => a - b)[list.length >> 1]!.toFixed(0);
  console.log(`first paint: ${median(painted)} ms; the verdict: ${median(verdict)} ms (medians of ${paints})`);

  await show(page, long());
  for (const [what, place] of [
    ['250 caches × 10,000 samples', '#caches .map .chart'],
    ['ledger, 10 parts × 10,000 samples', '#ledger .chart'],
  ] as const) {
    const zoom = await paced(page, place, ['+', '+', '-', '+', '-', '-']);
    const pan = await paced(page, place, ['+', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', '-']);
    console.log(
      `${what}: zoom ${zoom.fps.toFixed(0)} fps (95 %: ${zoom.slow.toFixed(0)} ms a frame), pan ${pan.fps.toFixed(0)} fps (${pan.slow.toFixed(0)} ms)`,
    );
  }

  await show(page, deep());
  await page.locator('#callsites canvas').waitFor();
  const flame = `document.querySelector('#callsites .flame .canvas')`;
  const key = (name: string): string => `${flame}.dispatchEvent(new KeyboardEvent('keydown', { key: '${name}', bubbles: true }));`;
  await page.evaluate(`${flame}.scrollIntoView()`);
  const whole = await answered(page, key('Escape') + key('ArrowUp'));
  const zoomed = await answered(page, key('Enter'));
  const searched = await answered(
    page,
    `const box = document.querySelector('#callsites input'); box.value = 'function_TURN'; box.dispatchEvent(new InputEvent('input', { bubbles: true }));`,
  );
  const rebuilt = await answered(page, `document.querySelectorAll('#callsites .tools button')[(TURN + 1) % 2].click();`);
  console.log(
    `flame graph of ${nodesOf(deep()).toLocaleString('en-US')} nodes: draw ${whole.toFixed(0)} ms, zoom ${zoomed.toFixed(0)} ms, search ${searched.toFixed(0)} ms, laid out anew ${rebuilt.toFixed(0)} ms (to the frame that shows it)`,
  );
} finally {
  await browser.close();
  server.kill('SIGINT');
  await once(server, 'exit');
}
