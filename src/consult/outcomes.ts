/** Outcomes join a record: it is diagnosed again with them. */
import { saveFile } from '../host/capture-writer.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { recognise } from '../diagnose/recognise.ts';
import type { CallSite, Outcome, Unavailable } from '../model/evidence.ts';
import type { Record } from '../model/record.ts';
import { casebook } from './casebook.ts';
import { readRecord } from './report.ts';

/** The record with what was listened to since: call sites of the same cache heard before give way. */
export async function withHeard(record: Record, callsites: readonly CallSite[], unavailable: readonly Unavailable[]): Promise<Record> {
  const { schema, diagnosis: _before, ...evidence } = record;
  const caches = new Set(callsites.map(({ cache }) => cache));
  const all = {
    ...evidence,
    callsites: [...evidence.callsites.filter(({ cache }) => !caches.has(cache)), ...callsites],
    unavailable: [...evidence.unavailable, ...unavailable],
  };
  return { schema, ...all, diagnosis: diagnose(all, { cases: await casebook(), recognise }) };
}

/** A convicting experiment confirms a case, a refuting one rules it out: see docs/casebook.md. */
export async function withOutcomes(record: Record, outcomes: readonly Outcome[]): Promise<Record> {
  const { schema, diagnosis: _before, ...evidence } = record;
  const all = { ...evidence, outcomes: [...evidence.outcomes, ...outcomes] };
  return { schema, ...all, diagnosis: diagnose(all, { cases: await casebook(), recognise }) };
}

/** Adds the outcome to the record in a file. @returns the record as it is now */
export async function addToRecord(path: string, outcome: Outcome): Promise<Record> {
  const record = await withOutcomes(readRecord(path), [outcome]);
  saveFile(path, Buffer.from(`${JSON.stringify(record, null, 1)}\n`));
  return record;
}
