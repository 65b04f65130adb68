import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { place, ROOT, reachableFrom, readSourceTree, type SourceFile, walk } from './support/source-tree.js';

/**
 * What each folder may import besides itself. `folder` is all of it, `folder/file` that file alone.
 * `src/README.md` shows the same table; a test below keeps the two equal.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  errors: [],
  load: ['errors'],
  crypto: ['errors', 'load'],
  formats: ['errors', 'crypto/hash', 'crypto/secret', 'crypto/sign'],
  protocol: ['errors', 'formats', 'crypto/hash', 'crypto/sign'],
  records: ['errors', 'formats'],
  live: [],
  envelope: ['errors', 'crypto', 'formats', 'protocol', 'records'],
  keys: ['errors', 'load', 'crypto', 'formats', 'protocol', 'records', 'envelope'],
  log: [
    'errors',
    'crypto/hash',
    'crypto/secret',
    'crypto/sign',
    'crypto/sodium',
    'formats',
    'protocol',
    'records',
    'store/port',
  ],
  store: ['errors', 'load', 'crypto/random', 'formats'],
  sync: ['errors', 'formats', 'protocol', 'log', 'store/port'],
  tabs: ['errors', 'sync/run', 'sync/runner'],
  lock: ['errors', 'sync/wait'],
  sharing: ['errors', 'crypto', 'formats', 'protocol', 'records', 'envelope', 'keys', 'log'],
  vault: [
    'errors',
    'live',
    'crypto',
    'formats',
    'protocol',
    'records',
    'envelope',
    'keys',
    'log',
    'store',
    'sync',
    'tabs',
    'sharing',
  ],
  passkey: ['errors', 'crypto/random', 'formats/id', 'formats/prf-input', 'keys/passkey'],
  preview: ['errors', 'crypto/worker-start'],
  index: [
    'errors',
    'live',
    'envelope',
    'formats',
    'keys',
    'lock',
    'protocol',
    'records',
    'sharing',
    'store',
    'sync',
    'vault',
  ],
  messaging: ['errors', 'crypto/random', 'formats/id', 'formats/shape', 'live', 'records', 'vault'],
  profile: ['errors', 'formats/id', 'live', 'records', 'vault'],
  agenda: ['errors', 'formats/id', 'live', 'records', 'vault'],
  documents: ['errors', 'formats/id', 'formats/shape', 'live', 'records', 'vault'],
  search: ['errors', 'formats/id', 'live', 'records', 'vault'],
  prevention: ['errors'],
  interop: ['errors', 'formats/id', 'records', 'identity-fr'],
  'identity-fr': ['errors'],
  worker: [
    'errors',
    'load',
    'agenda',
    'documents',
    'messaging',
    'profile',
    'search',
    'interop',
    'preview',
    'live',
    'crypto/random',
    'crypto/worker-start',
    'formats/id',
    'records/record-kind',
    'store',
    'vault',
  ],
  react: [
    'errors',
    'load',
    'live',
    'agenda',
    'documents',
    'messaging',
    'prevention',
    'profile',
    'preview',
    'search',
    'worker',
    'index',
  ],
  server: ['errors', 'crypto/hash', 'crypto/random', 'crypto/sign', 'crypto/sodium', 'formats', 'protocol'],
  cli: ['errors', 'records/journal-file', 'server/cli', 'vault'],
};

/** The files that open a seal, and who may import them. */
const CIPHERS = ['crypto/aead.ts', 'crypto/chunks.ts', 'crypto/device-key.ts', 'crypto/kem.ts'];
const OPENS_A_SEAL = [...CIPHERS, 'envelope/', 'keys/'];
const NEVER_OPENS = ['store', 'sync', 'log', 'server'];

/** Packages that belong to one place. */
const OWNED: Record<string, RegExp> = {
  'libsodium-wrappers': /^crypto\/sodium\.ts$/,
  'libsodium-wrappers-sumo': /^crypto\/argon2-job\.ts$/,
  cborg: /^formats\//,
  dexie: /^store\//,
  idb: /^store\//,
  libsql: /^(store|server\/sql)\//,
  kysely: /^server\/sql\//,
  hono: /^server\//,
  '@hono/node-server': /^server\//,
  pino: /^server\//,
  comlink: /^worker\//,
  react: /^react\//,
  saxes: /^interop\//,
  'ical.js': /^agenda\//,
  luxon: /^(agenda|prevention)\//,
  'pdfjs-dist': /^preview\/pdf-worker\.ts$/,
};

const RING_0 = ['crypto', 'formats', 'protocol', 'records'];
const LINES_MAX = 500;

const files = readSourceTree();
const all = [...files.values()];
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

const folderOf = (path: string) =>
  path.includes('/') ? path.slice(0, path.indexOf('/')) : path.replace(/\.ts$/, '');
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const isNodeModule = (specifier: string) =>
  specifier.startsWith('node:') || builtinModules.includes(specifier);
const startsProgram = (path: string) =>
  path.endsWith('-worker.ts') || ['cli/coffret.ts', 'server/cli.ts'].includes(path);
const inFolders = (...folders: string[]) => all.filter(({ path }) => folders.includes(folderOf(path)));

function nodesWhere(among: readonly SourceFile[], matches: (node: ts.Node) => boolean): string[] {
  return among.flatMap((file) => {
    const found: string[] = [];
    walk(file.tree, (node) => {
      if (matches(node)) found.push(`${place(file, node)} ${node.getText(file.tree).slice(0, 60)}`);
    });
    return found;
  });
}

describe('the tree obeys its rings', () => {
  it('gives every folder a row in the table', () => {
    expect(
      [...new Set(all.map(({ path }) => folderOf(path)))].filter((folder) => !MAY_IMPORT[folder]),
    ).toEqual([]);
  });

  it('imports lower rings only', () => {
    const upward = all.flatMap(({ path, imports }) => {
      const folder = folderOf(path);
      const allowed = MAY_IMPORT[folder] ?? [];
      return imports
        .filter(({ to, own }) => own && folderOf(to) !== folder)
        .filter(({ to }) => !allowed.includes(folderOf(to)) && !allowed.includes(to.replace(/\.ts$/, '')))
        .map(({ to }) => `${path} -> ${to}`);
    });
    expect(upward).toEqual([]);
  });

  it('imports only files that exist', () => {
    const missing = all.flatMap(({ path, imports }) =>
      imports.filter(({ to, own }) => own && !files.has(to)).map(({ to }) => `${path} -> ${to}`),
    );
    expect(missing).toEqual([]);
  });

  it('shows the same table in src/README.md', () => {
    const readme = readFileSync(join(ROOT, 'src/README.md'), 'utf8');
    const table = /<!-- rings -->([\s\S]*)<!-- \/rings -->/.exec(readme)?.[1] ?? '';
    const rows = table
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
      .filter(([, folder]) => folder !== undefined && folder !== 'folder' && !/^-+$/.test(folder))
      .map(([, folder, may]) => [
        folder,
        (may ?? '')
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && name !== '–'),
      ]);
    expect(Object.fromEntries(rows)).toEqual(MAY_IMPORT);
  });
});

describe('secrets stay where they belong', () => {
  it('lets only envelope/ and keys/ import the ciphers', () => {
    const elsewhere = all
      .filter(({ path }) => !['crypto', 'envelope', 'keys'].includes(folderOf(path)))
      .flatMap(({ path, imports }) =>
        imports.filter(({ to }) => CIPHERS.includes(to)).map(({ to }) => `${path} -> ${to}`),
      );
    expect(elsewhere).toEqual([]);
  });

  it.each(NEVER_OPENS)('reaches nothing that opens a seal from %s/', (folder) => {
    const trails = inFolders(folder).flatMap(({ path }) =>
      [...reachableFrom(files, path)]
        .filter(([to]) => OPENS_A_SEAL.some((start) => to.startsWith(start)))
        .map(([, trail]) => trail.join(' -> ')),
    );
    expect(trails).toEqual([]);
  });

  it('loads nothing onto a page that opens a seal or has a session, from worker/index.ts', () => {
    const runs = reachableFrom(files, 'worker/index.ts', ({ lazy, typeOnly }) => !lazy && !typeOnly);
    const trails = [...runs]
      .filter(([to]) =>
        [...OPENS_A_SEAL, 'vault/', 'store/', 'sync/', 'crypto/sodium'].some((start) => to.startsWith(start)),
      )
      .map(([, trail]) => trail.join(' -> '));
    expect(trails).toEqual([]);
  });

  it('hands the loaded libsodium to crypto/ only; others may load it', () => {
    const users = all
      .filter(({ path }) => folderOf(path) !== 'crypto')
      .filter(({ imports }) =>
        imports.some(
          ({ to, names }) => to === 'crypto/sodium.ts' && names.some((name) => name !== 'loadSodium'),
        ),
      );
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it('draws random bytes in crypto/random.ts only', () => {
    const random = /^(getRandomValues|randomUUID|randomBytes|randomFillSync|randombytes_\w+)$/;
    const others = all.filter(({ path }) => path !== 'crypto/random.ts');
    expect(nodesWhere(others, (node) => ts.isIdentifier(node) && random.test(node.text))).toEqual([]);
  });
});

describe('packages stay where they belong', () => {
  it('imports an owned package only from its owner', () => {
    const strangers = all.flatMap(({ path, imports }) =>
      imports
        .filter(({ to, own }) => !own && OWNED[packageOf(to)]?.test(path) === false && !isOnlyTyped(path, to))
        .map(({ to }) => `${path} -> ${to}`),
    );
    expect(strangers).toEqual([]);
  });

  it('imports only what package.json promises', () => {
    const promised = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    };
    const unknown = all.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ to, own, typeOnly }) => !own && !typeOnly && !isNodeModule(to) && !(packageOf(to) in promised),
        )
        .map(({ to }) => `${path} -> ${to}`),
    );
    expect(unknown).toEqual([]);
  });

  it('loads nothing of Node, no database engine and no server package before it is asked to, from a browser door', () => {
    const eager = (door: string) =>
      [...reachableFrom(files, door, ({ lazy, typeOnly }) => !lazy && !typeOnly)].flatMap(([path, trail]) =>
        (files.get(path)?.imports ?? [])
          .filter(({ to, own, lazy, typeOnly }) => !own && !lazy && !typeOnly && isForHosts(to))
          .map(({ to }) => [...trail, to].join(' -> ')),
      );
    expect(['index.ts', 'store/index.ts'].filter((door) => files.has(door)).flatMap(eager)).toEqual([]);
  });
});

describe('a bundler for browsers', () => {
  it('finds no global of Node by its bare name, which some would put a package in the place of', () => {
    const isBare = (node: ts.Node) =>
      ts.isIdentifier(node) &&
      ['process', 'Buffer', 'setImmediate', '__dirname'].includes(node.text) &&
      !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
      !(ts.isTypeReferenceNode(node.parent) || ts.isQualifiedName(node.parent));
    expect(
      nodesWhere(
        all.filter(({ path }) => !['cli', 'server'].includes(folderOf(path))),
        isBare,
      ),
    ).toEqual([]);
  });
});

function isForHosts(specifier: string): boolean {
  return (
    isNodeModule(specifier) ||
    ['libsql', 'dexie', 'hono', '@hono/node-server', 'kysely', 'pino'].includes(packageOf(specifier))
  );
}

function isOnlyTyped(path: string, to: string): boolean {
  return (files.get(path)?.imports ?? []).filter((edge) => edge.to === to).every(({ typeOnly }) => typeOnly);
}

describe('A21 R13 what was decrypted is never taken for a program or a page', () => {
  const MARKUP =
    /^(innerHTML|outerHTML|srcdoc|insertAdjacentHTML|setHTML|setHTMLUnsafe|parseHTMLUnsafe|createContextualFragment|execCommand)$/;

  it('writes no markup, parses none and makes no code of text', () => {
    const isMarkup = (node: ts.Node) =>
      ((ts.isIdentifier(node) || ts.isStringLiteralLike(node)) && MARKUP.test(node.text)) ||
      (ts.isPropertyAccessExpression(node) && /(^|\.)document\.write(ln)?$/.test(node.getText())) ||
      ((ts.isNewExpression(node) || ts.isCallExpression(node)) &&
        /^(globalThis\.|window\.)?(eval|Function|DOMParser|XSLTProcessor)$/.test(
          node.expression.getText(),
        )) ||
      (ts.isCallExpression(node) &&
        /^set(Timeout|Interval)$/.test(node.expression.getText()) &&
        node.arguments[0] !== undefined &&
        ts.isStringLiteralLike(node.arguments[0]));
    expect(nodesWhere(all, isMarkup)).toEqual([]);
  });

  it('gives bytes an address in preview/ only, and makes frames in one place', () => {
    const isAddress = (node: ts.Node) => ts.isIdentifier(node) && node.text === 'createObjectURL';
    const isFrame = (node: ts.Node) =>
      ts.isCallExpression(node) &&
      /\bcreateElement(NS)?$/.test(node.expression.getText()) &&
      node.arguments.some((name) =>
        /^.(iframe|frame|object|embed|script|link|base|meta|style|svg)/.test(name.getText()),
      );
    const placesOf = (found: string[]) => [...new Set(found.map((each) => each.replace(/:.*/s, '')))];
    expect(placesOf(nodesWhere(all, isAddress))).toEqual(['preview/frame.ts', 'preview/save.ts']);
    expect(placesOf(nodesWhere(all, isFrame))).toEqual(['preview/frame.ts']);
  });
});

describe('a file is what it seems', () => {
  it('re-exports only in doors, and package.json names every door', () => {
    const inner = all
      .filter(({ path }) => !path.endsWith('index.ts'))
      .filter(({ tree }) =>
        tree.statements.some((node) => ts.isExportDeclaration(node) && node.moduleSpecifier),
      );
    expect(inner.map(({ path }) => path)).toEqual([]);
    const doors = Object.keys(manifest.exports).filter((name) => typeof manifest.exports[name] !== 'string');
    expect(doors.map((name) => `${name.slice(2)}/index.ts`.replace(/^\//, '')).sort()).toEqual(
      all
        .map(({ path }) => path)
        .filter((path) => path.endsWith('index.ts'))
        .sort(),
    );
  });

  it('offers each worker under its name, for bundlers that do not follow workers', () => {
    const { './package.json': _, ...programs } = Object.fromEntries(
      Object.entries(manifest.exports).filter(([, target]) => typeof target === 'string'),
    );
    const workers = all
      .map(({ path }) => path)
      .filter((path) => startsProgram(path) && !['cli', 'server'].includes(folderOf(path)));
    expect(programs).toEqual(
      Object.fromEntries(
        workers.map((path) => [
          `./${path.replace(/^.*\//, '').replace(/\.ts$/, '.js')}`,
          `./dist/${path.replace(/\.ts$/, '.js')}`,
        ]),
      ),
    );
    // So that they give away nothing that no door gives.
    const gives = (node: ts.Node) =>
      ts.isExportDeclaration(node) ||
      ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) &&
        (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
    expect(
      nodesWhere(
        all.filter(({ path }) => workers.includes(path)),
        gives,
      ),
    ).toEqual([]);
  });

  it('has no default export', () => {
    const isDefault = (node: ts.Node) =>
      ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword;
    expect(nodesWhere(all, (node) => isDefault(node) && !isInSwitch(node))).toEqual([]);
  });

  it('does nothing when it is imported, except workers and the command', () => {
    const quiet = all.filter(({ path }) => !startsProgram(path));
    const isAction = (node: ts.Node) =>
      ts.isSourceFile(node.parent ?? node) &&
      // A directive, as 'use client' for the frameworks that ask for it, does nothing by itself.
      ((ts.isExpressionStatement(node) && !ts.isStringLiteral(node.expression)) ||
        ts.isIfStatement(node) ||
        ts.isIterationStatement(node, false) ||
        ts.isTryStatement(node));
    expect(nodesWhere(quiet, (node) => node.parent !== undefined && isAction(node))).toEqual([]);
    const loud = all
      .map(({ path }) => path)
      .filter(startsProgram)
      .map((path) => `./dist/${path.replace(/\.ts$/, '.js')}`);
    expect([...manifest.sideEffects].sort()).toEqual(loud.sort());
  });

  it('takes time and chance as arguments in ring 0', () => {
    const isImpure = (node: ts.Node) =>
      (ts.isPropertyAccessExpression(node) &&
        /^(Date\.now|Math\.random|performance\.now)$/.test(node.getText())) ||
      (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length);
    expect(nodesWhere(inFolders(...RING_0), isImpure)).toEqual([]);
  });

  it(`has at most ${LINES_MAX} lines, a name in kebab-case, and nothing left open`, () => {
    const wrong = all.filter(
      ({ path, text }) =>
        text.split('\n').length > LINES_MAX + 1 ||
        !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.tsx?$/.test(path) ||
        /(^|\/)(utils?|helpers?|types|common)\.tsx?$/.test(path) ||
        /\b(TODO|FIXME|XXX)\b/.test(text),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('cites only sections that exist', () => {
    const pages = { SPEC: 'src/formats/SPEC.md', PROTOCOL: 'src/protocol/PROTOCOL.md' };
    const sections = Object.entries(pages).map(([name, page]) => {
      const text = existsSync(join(ROOT, page)) ? readFileSync(join(ROOT, page), 'utf8') : '';
      return [name, new Set([...text.matchAll(/^#+ §([\d.]*\d)/gm)].map(([, number]) => number))] as const;
    });
    const known = new Map<string, Set<string | undefined>>(sections);
    const broken = all.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(SPEC|PROTOCOL) §(\d+(?:\.\d+)*)/g)]
        .filter(([, page, number]) => !known.get(page ?? '')?.has(number))
        .map(([citation]) => `${path}: ${citation}`),
    );
    expect(broken).toEqual([]);
  });
});

function isInSwitch(node: ts.Node): boolean {
  return node.parent !== undefined && ts.isDefaultClause(node.parent);
}
