import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/source-tree.js';

const RULE = /\bR-[A-Z]+-\d+\b/g;
const CITATION = /\b(SPEC|PROTOCOL) ((?:§\d+(?:\.\d+)?(?:, §?| and §?| to §?| )?)+)/g;

function textsUnder(folder: string, ending: RegExp): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(ROOT, folder, path), 'utf8') }));
}

const read = (path: string) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : '');
const documents = { SPEC: read('src/formats/SPEC.md'), PROTOCOL: read('src/protocol/PROTOCOL.md') };
const source = textsUnder('src', /\.ts$/);
const tests = textsUnder('test', /\.test\.ts$|\bconformance\/.*\.ts$/);
const vectors = textsUnder('test/vectors', /\.json$/);

const sectionsOf = (text: string) =>
  new Set([...text.matchAll(/^#+ §(\d+(?:\.\d+)?)/gm)].map(([, section]) => section as string));
const sections = { SPEC: sectionsOf(documents.SPEC), PROTOCOL: sectionsOf(documents.PROTOCOL) };
const rulesOf = (text: string) => new Set(text.match(RULE) ?? []);
const rules = rulesOf(documents.SPEC + documents.PROTOCOL);

/** The rules that the names of tests cite, in text or through the vector that gives the name. */
function testedRules(): Set<string> {
  const cited = new Set<string>();
  for (const { text } of tests) {
    for (const [name] of text.matchAll(
      /\b(?:it|test|describe)(?:\.\w+)*(?:\([\s\S]*?\)\s*)?\(\s*(['"`])(?:(?!\1)[\s\S])*\1/g,
    )) {
      for (const rule of name.match(RULE) ?? []) cited.add(rule);
    }
    // A name after the table of `it.each`, which may be long.
    for (const [name] of text.matchAll(/^\s*\]\)\((['"`]).*\1/gm))
      for (const rule of name.match(RULE) ?? []) cited.add(rule);
  }
  for (const { text } of vectors) {
    const { rule } = JSON.parse(text) as { rule?: string };
    if (rule !== undefined) cited.add(rule);
  }
  return cited;
}

/** Rules that source or tests cite outside of any document, with where. */
function unknownRules(texts: readonly { path: string; text: string }[]): string[] {
  return texts.flatMap(({ path, text }) =>
    [...rulesOf(text)].filter((rule) => !rules.has(rule)).map((rule) => `${path}: ${rule}`),
  );
}

describe('the specification', () => {
  it('has sections and rules to cite', () => {
    expect(sections.SPEC.size).toBeGreaterThan(20);
    expect(rules.size).toBeGreaterThan(30);
  });

  it('has every section that the source cites', () => {
    const missing = source.flatMap(({ path, text }) =>
      [...text.matchAll(CITATION)].flatMap(([, document, list]) =>
        [...(list as string).matchAll(/\d+(?:\.\d+)?/g)]
          .map(([section]) => section)
          .filter((section) => !sections[document as 'SPEC'].has(section))
          .map((section) => `${path}: ${document} §${section}`),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has every rule that source, tests and vectors cite', () => {
    expect(
      unknownRules([
        ...source,
        ...tests.filter(({ path }) => !path.endsWith('spec.node.test.ts')),
        ...vectors,
      ]),
    ).toEqual([]);
  });

  it.each(Object.keys(documents) as (keyof typeof documents)[])(
    'of %s is kept by the source: each rule is cited where it is checked',
    (document) => {
      const cited = new Set(source.flatMap(({ text }) => [...rulesOf(text)]));
      expect([...rulesOf(documents[document])].filter((rule) => !cited.has(rule))).toEqual([]);
    },
  );

  it.each(Object.keys(documents) as (keyof typeof documents)[])(
    'of %s is tested: each rule is in the name of a test',
    (document) => {
      const tested = testedRules();
      expect([...rulesOf(documents[document])].filter((rule) => !tested.has(rule))).toEqual([]);
    },
  );

  it('defines each rule once', () => {
    const rulesBegin = documents.SPEC.indexOf('## §1');
    const defined = [...documents.SPEC.slice(rulesBegin).matchAll(/`(R-[A-Z]+-\d+)`/g)].map(
      ([, rule]) => rule as string,
    );
    expect(defined.filter((rule, i) => defined.indexOf(rule) !== i)).toEqual([]);
  });
});
