// Runs one TypeScript program that imports the built package by its name: node test/support/run.js FILE [ARGUMENT…]
// Node 20 does not run TypeScript, so it is compiled first, to a place from where `coffret` is this package.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node test/support/run.js FILE [ARGUMENT…]');
const root = resolve(import.meta.dirname, '../..');
const outfile = resolve(root, '.coffret/programs', file.replace(/\.ts$/, '.mjs'));
await build({
  entryPoints: [resolve(root, file)],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
});
const child = spawn(process.execPath, ['--enable-source-maps', outfile, ...rest], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => child.kill(/** @type {NodeJS.Signals} */ (signal)));
child.on('exit', (code) => process.exit(code ?? 1));
