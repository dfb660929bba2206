import type { Diagnosis } from './diagnosis.ts';
import type { Evidence } from './evidence.ts';

export const recordSchema = 'kmai.record/1';

/** The consultation as one file. Versioned; it only ever gains fields. */
export interface Record extends Evidence {
  readonly schema: typeof recordSchema;
  readonly diagnosis: Diagnosis;
}
