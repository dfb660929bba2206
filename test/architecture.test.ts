/**
 * The import table of docs/architecture.md, checked. Without a check every code base grows exceptions, then a cycle.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));

const pure = ['model', 'kernel', 'statistics', 'messages'];
const examination = ['model', 'kernel', 'host', 'statistics', 'messages'];
const front = ['consult', 'record', 'model', 'kernel', 'messages'];

/** Who may import whom. A room may always import itself. */
const mayImport: Record<string, readonly string[]> = {
  model: [],
  kernel: ['model'],
  statistics: [],
  messages: ['model'],
  host: ['model'],
  look: examination,
  listen: examination,
  ask: examination,
  touch: examination,
  intervene: examination,
  diagnose: pure,
  record: ['model', 'kernel', 'messages'],
  consult: ['model', 'kernel', 'statistics', 'messages', 'host', 'look', 'listen', 'ask', 'touch', 'intervene', 'diagnose', 'record'],
  // The command line opens the live view and the page.
  cli: [...front, 'tui', 'server'],
  tui: front,
  server: front,
};

/** Modules that reach outside the process, and the rooms that may name them. */
const doors: Record<string, readonly string[]> = {
  'node:fs': ['host'],
  'node:fs/promises': ['host'],
  'node:child_process': ['host'],
  'node:net': ['host'],
  'node:dgram': ['host'],
  'node:http': ['server'],
  koffi: ['host'],
};

/** Folders of plug-ins and the list each of their files must stand in. */
const lists: Record<string, string> = {
  'look/sources': 'look/sources.ts',
  'ask/questions': 'ask/questions.ts',
  'diagnose/signs': 'diagnose/signs.ts',
  'intervene/stimuli': 'intervene/stimuli.ts',
  'intervene/remedies': 'intervene/remedies.ts',
};

const forbidden = /^(utils?|helpers?|common|lib|core|types|base|managers?|misc|shared)(\.ts)?$/i;

const files = globSync('**/*.ts', { cwd: source }).filter((file) => !file.endsWith('.test.ts') && !file.includes('/fixtures/'));
const imports = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): { readonly specifier: string; readonly typeOnly: boolean }[] {
  return specifiersOf(readFileSync(join(source, file), 'utf8'));
}

function specifiersOf(text: string): { readonly specifier: string; readonly typeOnly: boolean }[] {
  const found = [...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)].map((match) => ({
    specifier: match[2]!,
    typeOnly: match[1] !== undefined,
  }));
  return [...found, ...[...text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => ({ specifier: match[1]!, typeOnly: false }))];
}

/** The room a file stands in: its top folder, or its own name for a file of src/ itself. */
function room(file: string): string {
  const [top] = file.split('/');
  return top!.replace(/\.ts$/, '');
}

function resolved(file: string, specifier: string): string {
  return relative(source, join(source, dirname(file), specifier));
}

test('every import goes along the table', () => {
  const broken: string[] = [];
  for (const [file, list] of imports) {
    const allowed = mayImport[room(file)];
    assert.ok(allowed, `${file}: the room "${room(file)}" is not in the table`);
    for (const { specifier } of list) {
      if (!specifier.startsWith('.')) continue;
      const target = room(resolved(file, specifier));
      if (target !== room(file) && !allowed.includes(target)) broken.push(`${file} imports ${resolved(file, specifier)}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('the page is made of pure rooms alone, and nothing it draws on reaches Node', () => {
  const web = fileURLToPath(new URL('../web', import.meta.url));
  const pages = globSync('**/*.{ts,tsx}', { cwd: web }).filter((file) => !file.includes('.test.'));
  assert.ok(pages.length > 10);
  const wanted = new Set<string>();
  const broken: string[] = [];
  for (const file of pages)
    for (const { specifier, typeOnly } of specifiersOf(readFileSync(join(web, file), 'utf8'))) {
      if (specifier.startsWith('../src/')) {
        const target = specifier.slice('../src/'.length);
        if (![...pure, 'record'].includes(room(target))) broken.push(`web/${file} imports ${target}`);
        if (!typeOnly) wanted.add(target);
      } else if (!specifier.startsWith('./') && !/^(preact|@preact\/signals|uplot)(\/|$)/.test(specifier))
        broken.push(`web/${file} imports ${specifier}`);
    }
  // A Set grows while it is walked: what these import comes along.
  for (const file of wanted)
    for (const { specifier, typeOnly } of imports.get(file) ?? []) {
      if (typeOnly) continue;
      if (specifier.startsWith('.')) wanted.add(resolved(file, specifier));
      else broken.push(`${file}, which the page draws on, imports ${specifier}`);
    }
  assert.deepEqual(broken, []);
});

test('only the doors reach files, processes, sockets and native code', () => {
  const broken: string[] = [];
  for (const [file, list] of imports)
    for (const { specifier } of list) {
      const rooms = doors[specifier];
      if (rooms && !rooms.includes(room(file))) broken.push(`${file} imports ${specifier}`);
    }
  assert.deepEqual(broken, []);
});

/** Doors of host/ through which the machine is changed or traffic made; nobody but intervene/ (and host/ itself) may name them. */
const changing = /^host\/(write|journal|datagrams|connections|repeat|freeze|apply)\.ts$/;

test('only intervene changes the machine', () => {
  const broken: string[] = [];
  for (const [file, list] of imports)
    for (const { specifier, typeOnly } of list)
      if (!typeOnly && specifier.startsWith('.') && changing.test(resolved(file, specifier)) && !['host', 'intervene'].includes(room(file)))
        broken.push(`${file} imports ${resolved(file, specifier)}`);
  assert.deepEqual(broken, []);
});

test('there is no cycle', () => {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    assert.notEqual(state.get(file), 'open', `cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    state.set(file, 'open');
    for (const { specifier, typeOnly } of imports.get(file) ?? [])
      if (specifier.startsWith('.') && !typeOnly) visit(resolved(file, specifier), [...path, file]);
    state.set(file, 'done');
  };
  for (const file of files) visit(file, []);
});

test('every plug-in stands in its list', () => {
  for (const [folder, list] of Object.entries(lists)) {
    const plugins = files.filter((file) => dirname(file) === folder);
    assert.ok(plugins.length > 0, `${folder} has no plug-in`);
    const listed = new Set((imports.get(list) ?? []).map(({ specifier }) => resolved(list, specifier)));
    assert.deepEqual(
      plugins.filter((file) => !listed.has(file)),
      [],
      `not in ${list}`,
    );
  }
});

test('no file or folder has a name that says nothing', () => {
  assert.deepEqual(
    files.filter((file) => file.split('/').some((part) => forbidden.test(part))),
    [],
  );
});

test('an import of an unlisted room would be found', () => {
  // The check itself is checked: the parser sees static, type-only, re-exported and dynamic imports.
  const seen = importsOf('model/facts.ts').map(({ specifier }) => specifier);
  assert.deepEqual(seen, ['zod']);
  assert.ok(importsOf('model/record.ts').every(({ typeOnly }) => typeOnly));
});
