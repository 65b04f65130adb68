import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchEntry } from '../../src/search/entry.js';
import { fold } from '../../src/search/fold.js';
import { SearchIndex } from '../../src/search/words-found.js';
import { readSnapshot, writeSnapshot } from '../../src/search/snapshot.js';
import { spansOf } from '../../src/search/words.js';

const word = fc.oneof(
  fc.constantFrom(
    'rein',
    'Œdème',
    'hôpitaux',
    'allergies',
    'l’artère',
    '37,5',
    '500mg',
    'genoux',
    'B12',
    'foie',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const text = fc.array(word, { maxLength: 30 }).map((words) => words.join(' '));
const entry = fc.record({
  id: fc.constantFrom(...'abcdefgh'),
  version: fc.constantFrom('1', '2'),
  kind: fc.constantFrom('document', 'note'),
  title: text,
  text,
  details: fc.array(text, { maxLength: 2 }),
  people: fc.array(text, { maxLength: 2 }),
  author: fc.constant(null),
  category: fc.constantFrom(null, 'report'),
  date: fc.constantFrom(null, '2026-01-01', '2025-01-01'),
}) satisfies fc.Arbitrary<SearchEntry>;
const queries = fc.array(fc.oneof(word, text), { minLength: 1, maxLength: 5 });

function indexOf(entries: Iterable<SearchEntry>): SearchIndex {
  const index = new SearchIndex();
  for (const one of entries) index.put(one);
  return index;
}

function expectSame(one: SearchIndex, other: SearchIndex, asked: readonly string[]): void {
  for (const query of asked) expect(one.search(query)).toEqual(other.search(query));
}

describe('search', () => {
  it('folds once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (given) => {
        expect(fold(fold(given))).toBe(fold(given));
      }),
      { numRuns: 2000 },
    );
  });

  it('finds a text by each of its words, without accents, in capitals, unfinished', () => {
    fc.assert(
      fc.property(entry, (one) => {
        const index = indexOf([one]);
        for (const { start, end, terms } of spansOf(one.text)) {
          const raw = one.text.slice(start, end);
          const { form } = terms[0]!;
          const letters = [...form];
          const unfinished = letters.slice(0, Math.max(2, letters.length - 1)).join('');
          // `12g` is an amount and a unit, although `12g0` is one word.
          const read = [...spansOf(unfinished)].flatMap((span) => span.terms);
          if (read.length === 1) expect(index.search(unfinished).total, unfinished).toBe(1);
          for (const query of [raw, raw.normalize('NFD'), fold(raw), fold(raw).toUpperCase()])
            expect(index.search(query).total, query).toBe(1);
        }
      }),
    );
  });

  it('finds the same in whatever order entries came in', () => {
    const distinct = fc.uniqueArray(entry, { selector: ({ id }) => id });
    fc.assert(
      fc.property(distinct, queries, (entries, asked) => {
        expectSame(indexOf(entries), indexOf(entries.toReversed()), asked);
      }),
    );
  });

  it('changed piece by piece is as made anew, also after it was kept', () => {
    const step = fc.oneof(entry, fc.constantFrom(...'abcdefgh'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), queries, (steps, asked) => {
        const index = new SearchIndex();
        const model = new Map<string, SearchEntry>();
        for (const one of steps) {
          if (typeof one === 'string') {
            expect(index.remove(one)).toBe(model.delete(one));
          } else {
            index.put(one);
            model.set(one.id, one);
          }
        }
        const anew = indexOf(model.values());
        expectSame(index, anew, asked);
        const kept = readSnapshot(writeSnapshot(index));
        expect(kept?.versions()).toEqual(new Map([...model].map(([id, { version }]) => [id, version])));
        expectSame(kept!, anew, asked);
      }),
    );
  });

  it('marks what is inside the text, in its order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), queries, (entries, asked) => {
        const index = indexOf(entries);
        for (const query of asked) {
          for (const { title, titleRanges, snippet } of index.search(query).hits) {
            expect(snippet.text.length).toBeLessThanOrEqual(200);
            for (const [within, ranges] of [
              [title, titleRanges],
              [snippet.text, snippet.ranges],
            ] as const) {
              let last = 0;
              for (const [start, end] of ranges) {
                expect(start).toBeGreaterThanOrEqual(last);
                expect(end).toBeGreaterThan(start);
                last = end;
              }
              expect(last).toBeLessThanOrEqual(within.length);
            }
          }
        }
      }),
    );
  });

  it('takes whatever is typed', () => {
    const index = indexOf([{ ...fc.sample(entry, 1)[0]!, text: 'rein' }]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (query) => {
        expect(index.search(query, { fuzzy: true }).total).toBeLessThanOrEqual(1);
      }),
    );
  });
});
