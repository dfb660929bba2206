/**
 * Writes casebook/schema.json from the zod schema, for editors that complete and check YAML.
 * `node scripts/casebook-schema.ts`; a test says when it is out of date.
 */
import { writeFileSync } from 'node:fs';
import { casebookSchema } from '../src/diagnose/case-schema.ts';

writeFileSync(new URL('../casebook/schema.json', import.meta.url), `${JSON.stringify(casebookSchema(), null, 1)}\n`);
