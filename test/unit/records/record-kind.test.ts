import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/formats/codec.js';
import { decodeFields, defineKind, encodeFields } from '../../../src/records/record-kind.js';
import { codeOf } from '../../support/code-of.js';

const parse = (value: unknown) => value as { readonly a: number };
const good = { kind: 'symptom', schema: 1, collection: 'diary', parse };

describe('a kind of record', () => {
  it.each([
    ['a name with capitals', { kind: 'Symptom' }],
    ['no name', { kind: '' }],
    ['the name of documents', { kind: 'document' }],
    ['a name of the index', { kind: 'index.key' }],
    ['a name the index may need', { kind: 'index.later' }],
    ['a name that is too long', { kind: 'a'.repeat(65) }],
    ['schema 0', { schema: 0 }],
    ['half a schema', { schema: 1.5 }],
    ['a collection with a dot', { collection: 'a.b' }],
    ['a collection of documents', { collection: 'laboratory' }],
    ['nothing that parses', { parse: undefined as unknown as typeof parse }],
  ])('has not %s', async (_, wrong) => {
    expect(await codeOf(() => defineKind({ ...good, ...wrong }))).toBe('usage/invalid');
  });

  it('is what was declared, and stays so', () => {
    const kind = defineKind(good);
    expect(kind).toEqual(good);
    expect(Object.isFrozen(kind)).toBe(true);
  });
});

describe('the fields of a record', () => {
  it('come back as they were written, and undefined ones are left out', () => {
    const photo = Uint8Array.of(1, 2, 3);
    const fields = { day: '2026-06-01', pain: -3, calm: false, photo, place: null, tags: ['a', { b: 1 }] };
    expect(decodeFields(encodeFields({ ...fields, note: undefined }))).toEqual(fields);
  });

  it.each([
    ['a fraction', { pain: 3.5 }],
    ['a date object', { day: new Date(0) }],
    ['a function', { act: () => {} }],
    ['a big integer', { n: 1n }],
    ['undefined inside', { tags: [undefined] }],
    ['a list for a record', ['a']],
    ['bytes for a record', Uint8Array.of(1)],
    ['nothing', null],
  ])('are not %s', async (_, value) => {
    expect(await codeOf(() => encodeFields(value as never))).toBe('usage/invalid');
  });

  it('are at most 1 MiB', async () => {
    const head = encodeFields({ note: 'a'.repeat(70_000) }).length - 70_000;
    const most = 1024 * 1024 - head;
    expect(encodeFields({ note: 'a'.repeat(most) })).toHaveLength(1024 * 1024);
    expect(await codeOf(() => encodeFields({ note: 'a'.repeat(most + 1) }))).toBe('format/too-large');
  });

  it('are a map and nothing else when read', async () => {
    for (const content of [1, 'a', null, [1], Uint8Array.of(1)])
      expect(await codeOf(() => decodeFields(encode(content)))).toBe('format/malformed');
  });
});
