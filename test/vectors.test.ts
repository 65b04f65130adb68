/// <reference types="vite/client" />
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSodium } from '../src/crypto/sodium.js';
import { isVaultError } from '../src/errors.js';
import { toHex } from './support/hex.js';
import { readers } from './support/vector-readers.js';

interface Vector {
  readonly title: string;
  readonly spec: string;
  readonly rule?: string;
  readonly expect: string;
  readonly input: unknown;
  readonly output?: unknown;
}

const texts = import.meta.glob<string>('./vectors/**/*.json', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const manifest = JSON.parse(texts['./vectors/manifest.json'] as string) as Record<string, string>;
const files = Object.entries(texts)
  .map(([path, text]) => ({ path: path.slice('./vectors/'.length), text }))
  .filter(({ path }) => path !== 'manifest.json');

beforeAll(loadSodium);

/** Bytes as hexadecimal, at every depth: the form in which vectors state what comes out. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? toHex(part) : part)));
}

describe.each(Object.entries(readers))('vectors of %s', (format, read) => {
  const own = files.filter(({ path }) => path.startsWith(`${format}/`));

  it('are there, good ones and bad ones', () => {
    const expectations = new Set(own.map(({ text }) => (JSON.parse(text) as Vector).expect === 'ok'));
    expect(expectations.size).toBe(2);
  });

  for (const { path, text } of own) {
    const vector = JSON.parse(text) as Vector;
    it(`${path} ${vector.rule ?? vector.spec}: ${vector.title} (${vector.expect})`, async () => {
      let result: unknown;
      let verdict = 'ok';
      try {
        result = plain(await read(vector.input as never));
      } catch (error) {
        if (!isVaultError(error)) throw error;
        verdict = error.code.slice(error.code.indexOf('/') + 1);
      }
      expect(verdict).toBe(vector.expect);
      if (vector.expect === 'ok') expect(result).toEqual(vector.output);
    });
  }
});

describe('released vectors', () => {
  it('are unchanged: a vector that fails means that the code is wrong', async () => {
    const changed: string[] = [];
    for (const [path, digest] of Object.entries(manifest)) {
      const text = texts[`./vectors/${path}`];
      const bytes = new TextEncoder().encode(text ?? '');
      const actual = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
      if (text === undefined || actual !== digest) changed.push(path);
    }
    expect(changed).toEqual([]);
  });

  it('are all in the manifest: node test/support/run.js test/vectors/generate/manifest.ts adds new ones', () => {
    expect(files.map(({ path }) => path).filter((path) => !(path in manifest))).toEqual([]);
  });
});
