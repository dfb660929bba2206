/** The program's entry. `--version` is answered before anything is loaded: scripts ask for it, and it must be quick. */
import process from 'node:process';

declare const KMAI_VERSION: string | undefined;
const version = typeof KMAI_VERSION === 'undefined' ? 'development' : KMAI_VERSION;

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
if (process.argv[2] === '--version' || process.argv[2] === '-V') {
  process.stdout.write(`kmai ${version}\n`);
} else if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(`kmai needs Node.js 24.15 or newer; this is ${process.versions.node} (${process.execPath})\n`);
  process.exitCode = 70;
} else {
  const { runApp } = await import('./app.ts');
  await runApp(process.argv.slice(2), version);
}
