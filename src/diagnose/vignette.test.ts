import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCasebook } from './casebook.ts';
import { matchCases } from './match.ts';
import { triggerLanguage } from './trigger.ts';
import { parseVignette } from './vignette.ts';

const book = join(dirname(fileURLToPath(import.meta.url)), '../../casebook');
const files = globSync('cases/*/*.yaml', { cwd: book }).map((path) => ({ path, text: readFileSync(join(book, path), 'utf8') }));
const { cases, problems } = loadCasebook(files);
const language = triggerLanguage();

describe('the casebook and its vignettes', () => {
  it('reads every case without a complaint', () => {
    assert.deepEqual(problems, []);
    assert.equal(cases.length, files.length);
    assert.ok(cases.length > 0);
  });
  it('has no vignettes of cases that are not there', () => {
    const known = new Set(cases.map((one) => one.id));
    assert.deepEqual(
      readdirSync(join(book, 'vignettes')).filter((id) => !known.has(id)),
      [],
    );
  });
  for (const one of cases) {
    const folder = join(book, 'vignettes', one.id);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    it(`${one.id} has a vignette it must match and a near miss`, () => {
      assert.ok(names.includes('match.json'), `${folder} lacks match.json`);
      assert.ok(names.includes('near-miss.json'), `${folder} lacks near-miss.json`);
    });
    for (const name of names) {
      it(`${one.id}: ${name} stands as it should`, () => {
        const { expect, finding, evidence } = parseVignette(readFileSync(join(folder, name), 'utf8'));
        const standings = matchCases(cases, finding, evidence, { language });
        const own = standings.find((standing) => standing.id === one.id);
        assert.ok(own !== undefined);
        assert.equal(own.standing, expect.standing, JSON.stringify({ ...own, title: undefined }, null, 1));
        if (expect.first)
          assert.equal(
            standings[0]?.id,
            one.id,
            standings
              .slice(0, 3)
              .map(({ id, standing, rank }) => `${id} ${standing} ${rank}`)
              .join(', '),
          );
        const matching = name.startsWith('match');
        assert.equal(matching, own.standing === 'probable' || own.standing === 'confirmed' || name.includes('partly'));
      });
    }
  }
});
