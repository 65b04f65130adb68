import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { SURFACES, type Surface, surfaceNamed, type SurfaceName } from '../../../src/worker/surfaces.js';
import { readSourceTree, walk } from '../../support/source-tree.js';

const files = [...readSourceTree().values()];

/** How a member of a core class has to cross, by what its declaration says. */
type Kind = 'data' | 'part' | 'call' | 'change' | 'listen' | 'stream' | 'live' | 'lock' | 'room' | 'ask';

interface Member {
  readonly name: string;
  readonly kinds: readonly Kind[];
}

/** The classes that a door shows, by name. */
const classes = new Map<string, ts.ClassDeclaration>();
for (const { path, tree } of files.filter(({ path }) => /^(vault\/|search\/search\.ts$)/.test(path))) {
  walk(tree, (node) => {
    if (ts.isClassDeclaration(node) && node.name !== undefined) classes.set(node.name.text, node);
    void path;
  });
}

function isHidden(member: ts.ClassElement): boolean {
  const flags = ts.getCombinedModifierFlags(member);
  return (
    member.name === undefined ||
    ts.isPrivateIdentifier(member.name) ||
    (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Static)) !== 0 ||
    ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal')
  );
}

function kindsOf(member: ts.ClassElement): readonly Kind[] {
  const type = (member as ts.MethodDeclaration).type?.getText() ?? '';
  if (ts.isMethodDeclaration(member)) {
    if (member.asteriskToken !== undefined) return ['stream'];
    if (/^Live</.test(type)) return ['live'];
    if (/^\(\) => void/.test(type)) return ['listen'];
    if (/^Records</.test(type)) return ['room'];
    const computes = member.parameters.some((parameter) => /=>/.test(parameter.type?.getText() ?? ''));
    return /^Promise<RecordItem/.test(type) && computes ? ['change'] : ['call', 'lock'];
  }
  if (type in SURFACES) return ['part'];
  return ts.isGetAccessor(member) ? ['data', 'ask'] : ['data'];
}

function membersOf(node: ts.ClassDeclaration): Member[] {
  return node.members
    .filter((member) => !ts.isConstructorDeclaration(member) && !isHidden(member))
    .map((member) => ({ name: member.name?.getText() ?? '', kinds: kindsOf(member) }))
    .filter(({ name }) => name !== 'toJSON');
}

function listedIn(surface: Surface): Map<string, Kind> {
  const { parts = {}, made: _, rooms = {}, ...lists } = surface;
  const kinds = { data: 'data', calls: 'call', listens: 'listen', streams: 'stream', lives: 'live' } as const;
  const more = { locks: 'lock', asks: 'ask', changes: 'change' } as const;
  const listed = new Map<string, Kind>(Object.keys(parts).map((name) => [name, 'part']));
  for (const name of Object.keys(rooms)) listed.set(name, 'room');
  for (const [list, kind] of Object.entries({ ...kinds, ...more })) {
    for (const name of lists[list as keyof typeof lists] ?? []) listed.set(name, kind);
  }
  return listed;
}

/** What is for the worker's own program: it takes functions of which it needs the result. */
const STAYS: Partial<Record<SurfaceName, readonly string[]>> = {
  Search: ['registerRecords', 'registerFiles'],
};

const NAMES = Object.keys(SURFACES) as SurfaceName[];

describe('the table of surfaces', () => {
  it.each(NAMES)('has every public member of %s, as what it is', (name) => {
    const node = classes.get(name);
    if (node === undefined) throw new Error(`no class ${name}`);
    const listed = listedIn(surfaceNamed(name));
    const members = membersOf(node).filter((member) => STAYS[name]?.includes(member.name) !== true);
    expect(members.length).toBeGreaterThan(0);
    expect([...listed.keys()].sort()).toEqual(members.map((member) => member.name).sort());
    const wrong = members.filter((member) => !member.kinds.includes(listed.get(member.name) as Kind));
    expect(wrong).toEqual([]);
  });

  it('has every class that the core door shows, except errors', () => {
    const door = files.find(({ path }) => path === 'index.ts');
    const shown = [...(door?.text ?? '').matchAll(/\b[A-Z]\w+/g)].map(([word]) => word);
    const missing = [...new Set(shown)].filter((word) => classes.has(word) && !(word in SURFACES));
    expect(missing).toEqual([]);
  });
});
