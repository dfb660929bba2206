/** Bundles src/cli/main.ts, the page (web/) and the casebook into dist/. koffi stays outside: it is native, and only listen and touch load it. */
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileCasebook } from '../src/diagnose/casebook.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };

/** @throws for what \uXXXX can't say */
function escaped(character: string): string {
  if (character.length > 1) throw new Error(`${character} stands in a regular expression or a comment: write it as an escape`);
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// Built beside and swapped in, so that a kmai that is running can still load its own parts until it is done.
const fresh = `${root}/dist.partial-${process.pid}`;
rmSync(fresh, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { kmai: 'src/cli/main.ts', 'touch-worker': 'src/touch/slab/scan-workers.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  external: ['koffi'],
  define: { KMAI_VERSION: JSON.stringify(version) },
  // yaml is CommonJS and asks for node's own modules by require().
  banner: { js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);" },
  // V8 keeps the text of what it has loaded: a quarter of it is comments and blanks. Names stay, for the stack of a fault.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'linked',
  logLevel: 'warning',
});
// One character beyond Latin-1, and V8 keeps the whole file in two bytes a character. esbuild escapes those of strings, not those of regular expressions.
for (const file of globSync(`${fresh}/*.js`)) {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/[^\p{ASCII}]/gu, escaped));
}
// What runs in a browser: served live and inlined in the HTML report.
await build({
  absWorkingDir: root,
  entryPoints: { page: 'web/page.tsx', style: 'web/page.css' },
  outdir: `${fresh}/web`,
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  legalComments: 'linked',
  logLevel: 'warning',
});
// The casebook is checked here, once, so that no start of kmai has to parse YAML.
const cases = compileCasebook(
  globSync('casebook/cases/**/*.yaml', { cwd: root })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') })),
);
writeFileSync(`${fresh}/casebook.json`, JSON.stringify(cases));
rmSync(`${root}/dist`, { recursive: true, force: true });
renameSync(fresh, `${root}/dist`);
