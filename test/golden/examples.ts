/** The captures of examples/, replayed. `node test/golden/examples.ts` rewrites the golden diagnoses: read the diff before you commit it. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { consult, openHost } from '../../src/consult/consult.ts';
import type { Record } from '../../src/model/record.ts';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));

export function captures(): readonly string[] {
  return globSync('*.kmai', { cwd: folder }).toSorted();
}

export function goldenOf(capture: string): string {
  return fileURLToPath(new URL(`${basename(capture, '.kmai')}.json`, import.meta.url));
}

export async function replay(capture: string): Promise<Record> {
  const host = await openHost(`${folder}/${capture}`);
  try {
    return await consult(host, { seconds: 60, exams: new Set(['look', 'ask']) });
  } finally {
    await host.close();
  }
}

export function readGolden(capture: string): unknown {
  return JSON.parse(readFileSync(goldenOf(capture), 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const capture of captures()) {
    const { diagnosis } = await replay(capture);
    writeFileSync(goldenOf(capture), `${JSON.stringify(diagnosis, null, 1)}\n`);
    console.log(`${capture}: ${diagnosis.verdict}`);
  }
