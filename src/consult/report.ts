import { saveFile } from '../host/capture-writer.ts';
import { readInput } from '../host/input.ts';
import type { Language } from '../messages/reasons.ts';
import type { Record } from '../model/record.ts';
import { renderMarkdown } from '../record/markdown.ts';
import { parseRecord } from '../record/schema.ts';

export type ReportFormat = 'json' | 'md';

/** The format a report file's name asks for; undefined for one that kmai cannot write. */
export function reportFormat(path: string): ReportFormat | undefined {
  if (path.endsWith('.json')) return 'json';
  return path.endsWith('.md') ? 'md' : undefined;
}

export function writeReport(record: Record, path: string, format: ReportFormat, language: Language): void {
  saveFile(path, Buffer.from(format === 'json' ? `${JSON.stringify(record, null, 1)}\n` : renderMarkdown(record, language)));
}

/** @throws BadRecord */
export function readRecord(path: string): Record {
  return parseRecord(readInput(path), path);
}
