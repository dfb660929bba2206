/** Writes docs/record.schema.json, for other programs that read records. `node scripts/record-schema.ts`; a test says when it is out of date. */
import { writeFileSync } from 'node:fs';
import { recordJsonSchema } from '../src/record/schema.ts';

writeFileSync(new URL('../docs/record.schema.json', import.meta.url), `${JSON.stringify(recordJsonSchema(), null, 1)}\n`);
