import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS, MANIFEST } from '../support/doors.js';
import { ROOT } from '../support/source-tree.js';
import { openUserProject, type UserProject } from '../support/user-project.js';

const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((file) => /^\d\d-.*\.ts$/.test(file));
let user: UserProject;

beforeAll(() => {
  user = openUserProject();
});

afterAll(() => user.remove());

function exportsOf(specifier: string): string[] {
  const program = `console.log(JSON.stringify(Object.keys(await import('${specifier}'))))`;
  return JSON.parse(user.run(process.execPath, ['--input-type=module', '--eval', program]));
}

describe('the packed package', () => {
  it('holds what was built, the licence and the readme, and nothing else', () => {
    expect(user.packed.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    expect(
      user.packed.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path) && path.startsWith('dist/')),
    ).toEqual([]);
  });

  it('installs without the packages that only a server or React needs', () => {
    const present = Object.keys(MANIFEST.peerDependencies).filter((name) =>
      existsSync(join(user.place, 'node_modules', name)),
    );
    expect(present).toEqual([]);
  });

  it.each(DOORS.filter(({ name }) => !['server', 'react'].includes(name)))(
    'opens $specifier',
    ({ specifier }) => {
      expect(exportsOf(specifier)).not.toEqual([]);
    },
  );

  it('keeps what is not a door closed', () => {
    expect(() => exportsOf('coffret/crypto/aead.js')).toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });
});

describe('with the packages of a server, and React', () => {
  beforeAll(() => {
    user.install(
      ...Object.keys(MANIFEST.peerDependencies).map((name) => `${name}@${installedVersion(name)}`),
    );
  });

  it.each(['coffret/server', 'coffret/react'])('opens %s', (specifier) => {
    expect(exportsOf(specifier)).not.toEqual([]);
  });

  it.each(Object.keys(MANIFEST.bin))('runs the command %s', (command) => {
    expect(user.run(join(user.place, 'node_modules/.bin', command), ['--help'])).toContain(command);
  });

  it('type-checks in a strict project of its own', () => {
    const imports = DOORS.map(
      ({ specifier }, number) => `import * as door${number} from '${specifier}';\nvoid door${number};\n`,
    );
    writeFileSync(join(user.place, 'user.ts'), imports.join(''));
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
      user.run(process.execPath, [tsc, ...options, ...where.filter((word) => word !== '--types'), 'user.ts']),
    ).toBe('');
  });

  it.each(EXAMPLES)('runs examples/%s', async (example) => {
    const outfile = join(user.place, 'examples', example.replace(/\.ts$/, '.mjs'));
    cpSync(join(ROOT, 'examples/data'), join(user.place, 'examples/data'), { recursive: true });
    await build({
      entryPoints: [join(ROOT, 'examples', example)],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
    });
    expect(user.run(process.execPath, [outfile])).not.toBe('');
  });
});

function installedVersion(name: string): string {
  return JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;
}
