/** The browser of the tests, and what is asked of every page in it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Language } from '../../src/messages/reasons.ts';
import { reportWords } from '../../src/messages/report.ts';
import { say } from '../../src/messages/reasons.ts';
import type { Record } from '../../src/model/record.ts';
import { outcomeSentence } from '../../src/record/outcome.ts';
import { callsiteLines, caseLines, nextLine, remedyLines, triggerLines, unreadLine, verdictLines } from '../../src/record/sentences.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const program = places.find((path) => existsSync(path));

/** Why no page can be tested here; undefined where it can. */
export function noBrowser(): string | undefined {
  return program === undefined ? `there is no chromium (${places.join(', ')}): apt install chromium` : undefined;
}

export function launch(): Promise<Browser> {
  // Root's chromium has no sandbox; the pages are our own, and the network is the loopback.
  return chromium.launch({ executablePath: program!, args: process.geteuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export interface Watched {
  readonly page: Page;
  /** Errors, breaches of the policy, dialogs, and requests that left what is allowed; emptied by `taken`. */
  readonly taken: () => readonly string[];
}

/** A page to be used by one test after the other: each new one costs a process. */
export async function watchedPage(browser: Browser, allowed: RegExp): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  // A shared machine may be slow; no test asserts a time.
  page.setDefaultTimeout(120_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!allowed.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  return { page, taken: () => complaints.splice(0) };
}

/** The record is there, and its pictures are drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForSelector('body[data-ready=record]');
  await page.waitForSelector('#caches table, #caches .empty');
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

export function openAll(page: Page): Promise<void> {
  return page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds against WCAG 2.2 A and AA and its own best practices: rule, and where. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate<readonly string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ target, failureSummary }) => id + ' (' + impact + '): ' + target.join(' ') + ': ' + failureSummary.slice(0, 300))))`,
  );
}

/** Every sentence of the text verdict, as the text has them. */
export function sentencesOf(record: Record, language: Language): readonly string[] {
  const words = reportWords[language];
  const { diagnosis } = record;
  return [
    ...verdictLines(record, words, language),
    ...diagnosis.findings.flatMap((finding) => [
      ...finding.reasons.map((reason) => say(reason, language)),
      ...callsiteLines(finding, words),
      ...finding.cases
        .filter(({ standing }) => standing !== 'ruled-out')
        .slice(0, 1)
        .flatMap((one) => triggerLines(one, words)),
      ...caseLines(finding, words, language),
      ...remedyLines(finding, words, language).map((line) => line.replace(/^\d+ /, '')),
      ...finding.next.slice(0, 2).map((next) => nextLine(next, language)),
    ]),
    ...diagnosis.reasons.map((reason) => say(reason, language)),
    ...record.outcomes.map((outcome) => outcomeSentence(outcome, language)),
    ...diagnosis.next.slice(0, 3).map((next) => nextLine(next, language)),
    unreadLine(record, words, language),
  ].filter((line) => line !== '');
}

/** Text without its spaces: lines are broken differently in a terminal and on a page. */
export function squashed(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

export async function showsAll(page: Page, sentences: readonly string[]): Promise<void> {
  const text = squashed(await page.locator('main').innerText());
  assert.deepEqual(
    sentences.filter((sentence) => !text.includes(squashed(sentence))),
    [],
  );
}
