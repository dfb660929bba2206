import { packageAssets } from '../host/assets.ts';
import { saveFile } from '../host/capture-writer.ts';
import { looksLikeJson, readInput } from '../host/input.ts';
import { openHost } from '../host/open.ts';
import type { Language } from '../messages/reasons.ts';
import type { Record } from '../model/record.ts';
import { type PageCode, renderHtml } from '../record/html.ts';
import { renderMarkdown } from '../record/markdown.ts';
import { parseRecord } from '../record/schema.ts';
import { consult, type ConsultOptions } from './consult.ts';

export type ReportFormat = 'json' | 'md' | 'html';

/** The format a report file's name asks for; undefined for one that kmai cannot write. */
export function reportFormat(path: string): ReportFormat | undefined {
  if (path.endsWith('.json')) return 'json';
  if (path.endsWith('.html') || path.endsWith('.htm')) return 'html';
  return path.endsWith('.md') ? 'md' : undefined;
}

export function writeReport(record: Record, path: string, format: ReportFormat, language: Language): void {
  saveFile(path, Buffer.from(rendered(record, format, language)));
}

function rendered(record: Record, format: ReportFormat, language: Language): string {
  if (format === 'json') return `${JSON.stringify(record, null, 1)}\n`;
  return format === 'md' ? renderMarkdown(record, language) : renderHtml(record, language, pageCode());
}

/** What runs in the browser, as the build made it. @throws the errno where kmai was never built */
export function pageCode(): PageCode {
  const assets = packageAssets();
  return { script: assets.read('dist/web/page.js'), style: assets.read('dist/web/style.css') };
}

/** @throws BadRecord */
export function readRecord(path: string): Record {
  return parseRecord(readInput(path), path);
}

/**
 * The record of a path: a record as it is, anything else that can be examined (a capture, a sosreport, a root) diagnosed.
 * @throws BadRecord, Unreadable
 */
export async function recordOf(path: string, options: Pick<ConsultOptions, 'signal' | 'cancel' | 'onProgress'> = {}): Promise<Record> {
  if (path.endsWith('.json') || looksLikeJson(path)) return readRecord(path);
  const host = await openHost(path);
  try {
    return await consult(host, { ...options, seconds: 60, exams: new Set(['look', 'ask']) });
  } finally {
    await host.close();
  }
}
