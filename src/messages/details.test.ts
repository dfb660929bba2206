/**
 * Reasons and helps of what could not be read, refusals and remarks are written in English where they arise, and told in
 * Chinese by patterns. This test reads the sources and finds each of them in the table: a missing translation fails here.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { tell } from './details.ts';

const source = fileURLToPath(new URL('..', import.meta.url));
const rooms = 'host look ask listen touch intervene consult diagnose'.split(' ');

/** Calls and properties whose texts are for people. */
const openings =
  /\b(?:unavailable|leftOut|Refused|NotPermitted|BadQuestion|NoSuchCase|BadRecord|Unreadable|remark|cannot|command|place)\(|said\.push\(|\b(?:notes|help|detail|denied|absent|why|burden): |const (?:help|hint|said|detail)\w* =/g;

/** Reads literals from `at` on until the call, property or statement ends; `${…}` becomes {}. */
function literalsFrom(text: string, start: number): readonly string[] {
  const isCall = text[start - 1] === '(';
  const found: string[] = [];
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at]!;
    if (character === "'" || character === '"' || character === '`') {
      const [literal, end] = literalAt(text, at);
      found.push(literal);
      at = end;
      continue;
    }
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character) && --depth < 0) break;
    if (!isCall && depth === 0 && (character === ';' || (character === ',' && text[at + 1] === '\n'))) break;
    at++;
  }
  return found;
}

function literalAt(text: string, start: number): readonly [string, number] {
  const quote = text[start]!;
  let literal = '';
  let at = start + 1;
  while (at < text.length && text[at] !== quote) {
    if (text[at] === '\\') {
      literal += text[at + 1] === 'n' ? '\n' : text[at + 1]!;
      at += 2;
    } else if (quote === '`' && text.startsWith('${', at)) {
      let depth = 0;
      do {
        if (text[at] === '{') depth++;
        if (text[at] === '}') depth--;
        at++;
      } while (depth > 0 || text[at - 1] === '$');
      literal += '{}';
    } else literal += text[at++]!;
  }
  return [literal, at + 1];
}

/** Texts with a blank between words; paths, argv and single words are the same in every language. */
function isText(literal: string): boolean {
  return /[a-z]{2,} [a-z{]/i.test(literal) && !literal.startsWith('/') && !/^[a-z-]+ \{\}$/.test(literal) && !literal.startsWith('kmai ');
}

export const texts = new Map<string, string>();
for (const room of rooms)
  for (const file of globSync(`${room}/**/*.ts`, { cwd: source })) {
    if (file.endsWith('.test.ts') || file.includes('/fixtures/') || /^diagnose\/(case|trigger|match)/.test(file)) continue;
    const text = readFileSync(`${source}/${file}`, 'utf8').replace(/\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    for (const opening of text.matchAll(openings))
      for (const literal of literalsFrom(text, opening.index + opening[0].length)) if (isText(literal)) texts.set(literal, file);
  }

test('every reason, help and refusal of the sources is told in Chinese', () => {
  assert.ok(texts.size > 100, `only ${texts.size} texts were found: the scanner is broken`);
  const missing = [...texts].filter(([text]) => {
    const sample = text.replaceAll('{}', 'X1');
    return tell(sample, 'zh') === sample;
  });
  assert.deepEqual(
    missing.map(([text, file]) => `${file}: ${text}`),
    [],
  );
});

test('in English a text stays as it is, and what no pattern knows stays in both', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(tell(text, 'en'), text)));
  fc.assert(fc.property(fc.string(), (text) => assert.equal(typeof tell(text, 'zh'), 'string')));
  assert.equal(tell('ENOENT', 'zh'), 'ENOENT');
});

test('the parts of a pattern go where the translation wants them', () => {
  assert.equal(tell('the descriptors of 3 of 64 processes may not be listed', 'zh'), '64 个进程中有 3 个的描述符不可列出');
  assert.equal(tell('EACCES: the kernel refused it', 'zh').startsWith('EACCES'), true);
});
