/** Bundles src/cli/main.ts, the page (web/) and the casebook into dist/. koffi stays outside: it is native, and only listen and touch load it. */
import { globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileCasebook } from '../src/diagnose/casebook.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { version: string };

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
  legalComments: 'linked',
  logLevel: 'warning',
});
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
