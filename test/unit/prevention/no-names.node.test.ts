import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../support/source-tree.js';

const FOLDER = join(ROOT, 'src/prevention');

interface EditionFile {
  readonly rules: readonly {
    readonly id: string;
    readonly protects?: readonly string[];
    readonly codes?: readonly string[];
  }[];
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly conditions: Readonly<Record<string, unknown>>;
}

describe('the engine', () => {
  it('knows no vaccine, disease, test, product, rule or condition by name: they are all data', () => {
    const edition: EditionFile = JSON.parse(readFileSync(join(FOLDER, 'editions/fr-2026-04.json'), 'utf8'));
    const names = [
      ...edition.rules.flatMap(({ id, protects = [], codes = [] }) => [id, ...protects, ...codes]),
      ...Object.entries(edition.products).flatMap(([product, protections]) => [product, ...protections]),
      ...Object.keys(edition.conditions),
      ...['vaccin', 'grippe', 'measles', 'rougeole', 'covid', 'mammograph', 'ameli', '2018', '2025'],
    ];
    // The kinds of rules and what is said of them are words of the engine; so is this one, in French.
    const words = new Set(['bilan']);
    const found = readdirSync(FOLDER)
      .filter((file) => file.endsWith('.ts') && file !== 'labels.ts')
      .flatMap((file) => {
        const code = withoutComments(readFileSync(join(FOLDER, file), 'utf8')).replaceAll(
          'fr-2026-04.json',
          '',
        );
        return names
          .filter((name) => !words.has(name) && new RegExp(`\\b${name}\\b`, 'i').test(code))
          .map((name) => `${file}: ${name}`);
      });
    expect(names.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
