import { writeFileSync } from 'node:fs';
import { hostile, whole, empty } from '../test/browser/records.ts';
import { renderHtml } from '../src/record/html.ts';
import { pageCode } from '../src/consult/report.ts';
for (const [name, r] of [
  ['whole', await whole()],
  ['hostile', await hostile()],
  ['empty', await empty()],
] as const) {
  writeFileSync(`.cache/${name}.json`, JSON.stringify(r));
  writeFileSync(`.cache/${name}.html`, renderHtml(r, 'en', pageCode()));
}
