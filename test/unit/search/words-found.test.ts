import { describe, expect, it } from 'vitest';
import type { SearchEntry } from '../../../src/search/entry.js';
import { applyChange, readSnapshot, writeChange, writeSnapshot } from '../../../src/search/snapshot.js';
import { SearchIndex } from '../../../src/search/words-found.js';

const entry = (id: string, change: Partial<SearchEntry> = {}): SearchEntry => ({
  ...{ id, version: '1', kind: 'document', title: '', text: '', details: [], people: [] },
  ...{ author: null, category: null, date: null, ...change },
});

const indexOf = (...entries: SearchEntry[]) => {
  const index = new SearchIndex();
  for (const one of entries) index.put(one);
  return index;
};
const idsOf = (index: SearchIndex, text: string, options = {}) =>
  index.search(text, options).hits.map(({ id }) => id);

describe('a search', () => {
  const index = indexOf(
    entry('a', { title: 'Ordonnance', text: 'Amoxicilline 500mg, trois fois par jour.', date: '2026-01-02' }),
    entry('b', {
      title: 'Résultats',
      text: 'Le rein gauche. Ordonnance à renouveler.',
      category: 'laboratory',
    }),
    entry('c', {
      title: 'Note',
      people: ['Dr Hélène Lefèvre'],
      kind: 'note',
      author: 'per_1',
      date: '2025-05-05',
    }),
  );

  it('finds all the words, the last of them unfinished', () => {
    expect(idsOf(index, 'amoxicilline 500 mg')).toEqual(['a']);
    expect(idsOf(index, 'gauche ord')).toEqual(['b']);
    expect(idsOf(index, 'ord gauche')).toEqual([]);
    expect(idsOf(index, 'resultat')).toEqual(['b']);
    expect(idsOf(index, 'lefevre')).toEqual(['c']);
  });

  it('puts what has it in the title first', () => {
    expect(idsOf(index, 'ordonnances')).toEqual(['a', 'b']);
  });

  it('is no pattern', () => {
    for (const text of ['.*', '^', '[a-z]+', '(', '\\', '%', '*', '"'])
      expect(index.search(text).total).toBe(0);
  });

  it('finds near words only when asked to', () => {
    expect(idsOf(index, 'amoxiciline trois')).toEqual([]);
    expect(idsOf(index, 'amoxiciline trois', { fuzzy: true })).toEqual(['a']);
    expect(idsOf(index, 'amxoicilline', { fuzzy: true })).toEqual(['a']);
  });

  it('looks among what is wanted', () => {
    expect(idsOf(index, 'o', { categories: ['laboratory'] })).toEqual([]);
    expect(idsOf(index, 'ordonnance', { categories: ['laboratory'] })).toEqual(['b']);
    expect(idsOf(index, 'ordonnance', { from: '2026-01-02', to: '2026-01-02' })).toEqual(['a']);
    expect(idsOf(index, 'ordonnance', { from: '2026-01-03' })).toEqual([]);
    expect(idsOf(index, 'ordonnance', { to: '2026-01-01' })).toEqual([]);
    expect(idsOf(index, 'note', { kinds: ['note'], author: 'LEFEVRE' })).toEqual(['c']);
    expect(idsOf(index, 'note', { author: 'per_1' })).toEqual(['c']);
    expect(idsOf(index, 'note', { author: 'per_2' })).toEqual([]);
    expect(idsOf(index, 'note', { author: ' ' })).toEqual([]);
  });

  it.each([{ from: '2026' }, { to: 'x' }, { limit: 0 }, { limit: 201 }, { limit: 1.5 }])(
    'refuses %j',
    (options) => {
      expect(() => index.search('note', options)).toThrow('usage/invalid');
    },
  );

  it('gives no more than wanted, and tells how many there are', () => {
    const many = indexOf(...Array.from({ length: 30 }, (_, i) => entry(`m${String(i)}`, { title: 'rein' })));
    const { hits, total } = many.search('rein', { limit: 5 });
    expect([hits.length, total]).toEqual([5, 30]);
  });

  it('takes a query of a million characters', () => {
    const start = performance.now();
    expect(index.search('rein '.repeat(200_000)).total).toBe(1);
    expect(index.search('é'.repeat(1_000_000)).total).toBe(0);
    expect(index.search("l'".repeat(500_000)).total).toBe(0);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('a snippet', () => {
  const text = `${'Rien à dire ici. '.repeat(40)}Une <b>fracture</b>\ndu col. ${'Et la suite. '.repeat(40)}`;
  const [hit] = indexOf(entry('a', { title: 'Fractures', text })).search('fracture').hits;

  it('is the text around what was found, as it is', () => {
    const { snippet, titleRanges } = hit!;
    expect(snippet.text).toContain('<b>fracture</b> du col');
    expect(snippet.text.length).toBeLessThanOrEqual(200);
    expect(snippet.ranges.map(([start, end]) => snippet.text.slice(start, end))).toEqual(['fracture']);
    expect([snippet.before, snippet.after]).toEqual([true, true]);
    expect(titleRanges).toEqual([[0, 9]]);
  });
});

describe('an index', () => {
  it('holds no more of a text than its limit', () => {
    const index = indexOf(entry('a', { text: `debut ${'x '.repeat(100_000)} fin` }));
    expect(index.search('debut').total).toBe(1);
    expect(index.search('fin').total).toBe(0);
    expect(index.get('a')?.text.length).toBe(200_000);
  });

  it('is built in slices, tells how far it is, and can be stopped', async () => {
    const entries = Array.from({ length: 500 }, (_, i) =>
      entry(`e${String(i)}`, { text: 'un deux '.repeat(200) }),
    );
    const done: number[] = [];
    const index = new SearchIndex();
    await index.putAll(entries, { onProgress: (progress) => done.push(progress.done) });
    expect(done.at(-1)).toBe(500);
    const stopping = new AbortController();
    stopping.abort();
    await expect(new SearchIndex().putAll(entries, { signal: stopping.signal })).rejects.toThrow(
      'usage/aborted',
    );
  });

  it('is built again when what was kept is of another version or damaged', () => {
    const bytes = writeSnapshot(indexOf(entry('a', { title: 'rein' })));
    expect(readSnapshot(bytes)?.search('rein').total).toBe(1);
    expect(readSnapshot(bytes.slice(0, -1))).toBeNull();
    expect(readSnapshot(bytes.slice(0, 10))).toBeNull();
    expect(readSnapshot(new Uint8Array())).toBeNull();
    const other = new TextEncoder().encode('{"form":"0/0","put":[]}');
    expect(applyChange(new SearchIndex(), other)).toBe(false);
  });

  it('goes on from a snapshot', () => {
    const index = readSnapshot(
      writeSnapshot(indexOf(entry('a', { title: 'rein' }), entry('b', { title: 'rein' }))),
    );
    applyChange(index!, writeChange({ put: [entry('a', { version: '2', title: 'foie' })] }));
    expect(idsOf(index!, 'rein')).toEqual(['b']);
    expect(idsOf(index!, 'foie')).toEqual(['a']);
    expect(index!.versions().get('a')).toBe('2');
    index!.remove('b');
    expect(idsOf(index!, 'rein')).toEqual([]);
    expect(new TextDecoder().decode(writeSnapshot(index!))).not.toContain('rein');
  });
});
