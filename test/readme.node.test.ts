import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/source-tree.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/^```(?:tsx?|html|css)\n([\s\S]*?)^```/gm)].map(
  ([, code]) => code ?? '',
);

/** The lines that carry code, without their indentation: an example may hold a snippet inside a function. */
const linesOf = (code: string) =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const examples = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(tsx?|html|css)$/.test(path))
  .map((path) => `\n${linesOf(readFileSync(join(ROOT, 'examples', path), 'utf8')).join('\n')}\n`);

describe('README.md', () => {
  it('shows code', () => expect(snippets).not.toEqual([]));

  it.each(snippets)('shows only code that an example runs: %s', (snippet) => {
    const wanted = `\n${linesOf(snippet).join('\n')}\n`;
    expect(examples.some((example) => example.includes(wanted))).toBe(true);
  });
});
