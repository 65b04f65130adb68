import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS, MANIFEST } from '../support/doors.js';
import { ROOT } from '../support/source-tree.js';

const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((file) => /^\d\d-.*\.ts$/.test(file));
const place = mkdtempSync(join(tmpdir(), 'coffret-package-'));
let packed: string[] = [];

beforeAll(() => {
  const output = run('npm', ['pack', '--json', '--pack-destination', place], ROOT);
  const [tarball] = Object.values<{ filename: string; files: { path: string }[] }>(JSON.parse(output));
  packed = tarball?.files.map(({ path }) => path) ?? [];
  writeFileSync(join(place, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  install(join(place, tarball?.filename ?? ''));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd = place): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

// As a user would, but with no install scripts at all: nothing of ours may need one.
function install(...packages: string[]): void {
  run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
}

function exportsOf(specifier: string): string[] {
  const program = `console.log(JSON.stringify(Object.keys(await import('${specifier}'))))`;
  return JSON.parse(run(process.execPath, ['--input-type=module', '--eval', program]));
}

describe('the packed package', () => {
  it('holds what was built, the licence and the readme, and nothing else', () => {
    expect(packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(packed.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path) && path.startsWith('dist/'))).toEqual(
      [],
    );
  });

  it('installs without the packages that only a server or React needs', () => {
    const present = Object.keys(MANIFEST.peerDependencies).filter((name) =>
      existsSync(join(place, 'node_modules', name)),
    );
    expect(present).toEqual([]);
  });

  it.each(DOORS.filter(({ name }) => !['server', 'react'].includes(name)))('opens $specifier', ({ specifier }) => {
    expect(exportsOf(specifier)).not.toEqual([]);
  });

  it('keeps what is not a door closed', () => {
    expect(() => exportsOf('coffret/crypto/aead.js')).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });
});

describe('with the packages of a server, and React', () => {
  beforeAll(() => {
    install(...Object.keys(MANIFEST.peerDependencies).map((name) => `${name}@${installedVersion(name)}`));
  });

  it.each(['coffret/server', 'coffret/react'])('opens %s', (specifier) => {
    expect(exportsOf(specifier)).not.toEqual([]);
  });

  it.each(Object.keys(MANIFEST.bin))('runs the command %s', (command) => {
    expect(run(join(place, 'node_modules/.bin', command), ['--help'])).toContain(command);
  });

  it('type-checks in a strict project of its own', () => {
    const imports = DOORS.map(
      ({ specifier, name }) => `import * as ${name} from '${specifier}';\nvoid ${name};\n`,
    );
    writeFileSync(join(place, 'user.ts'), imports.join(''));
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      '--target',
      'es2023',
    ];
    const where = ['--module', 'nodenext', '--types', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    expect(
      run(process.execPath, [tsc, ...options, ...where.filter((word) => word !== '--types'), 'user.ts']),
    ).toBe('');
  });

  it.each(EXAMPLES)('runs examples/%s', async (example) => {
    const outfile = join(place, 'examples', example.replace(/\.ts$/, '.mjs'));
    mkdirSync(join(place, 'examples'), { recursive: true });
    await build({
      entryPoints: [join(ROOT, 'examples', example)],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
    });
    expect(run(process.execPath, [outfile])).not.toBe('');
  });
});

function installedVersion(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}
