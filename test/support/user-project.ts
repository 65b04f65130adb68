import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './source-tree.js';

/** An empty folder elsewhere, where someone has installed the packed package. */
export interface UserProject {
  readonly place: string;
  /** The paths in the tarball. */
  readonly packed: readonly string[];
  /** Runs a program there; gives what it printed. */
  run(command: string, args: readonly string[]): string;
  /** Installs packages as a user would, but with no install scripts at all: nothing of ours may need one. */
  install(...packages: readonly string[]): void;
  remove(): void;
}

/** Packs what is built, and installs it. */
export function openUserProject(): UserProject {
  const place = mkdtempSync(join(tmpdir(), 'coffret-package-'));
  const run = (command: string, args: readonly string[], cwd = place) =>
    execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const install = (...packages: readonly string[]): void => {
    run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
  };
  const output = run('npm', ['pack', '--json', '--pack-destination', place], ROOT);
  const [tarball] = Object.values<{ filename: string; files: { path: string }[] }>(JSON.parse(output));
  writeFileSync(join(place, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  install(join(place, tarball?.filename ?? ''));
  return {
    place,
    packed: tarball?.files.map(({ path }) => path) ?? [],
    run: (command, args) => run(command, args),
    install,
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}
