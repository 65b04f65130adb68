import { describe, expect, it } from 'vitest';
import { FiledDocuments } from '../../../src/documents/filed-document.js';
import type { Filing } from '../../../src/documents/filing.js';
import type { Relation } from '../../../src/documents/relation.js';
import { type Id, printId } from '../../../src/formats/id.js';
import type { DocumentAbout } from '../../../src/records/document-about.js';
import type { Document } from '../../../src/vault/document-view.js';
import type { RecordItem } from '../../../src/vault/record-item.js';

const bytesOf = (length: number, at: number) => {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, at);
  return bytes;
};
const itemId = (at: number) => printId('item', bytesOf(16, at));
const person = printId('person', bytesOf(32, 1));

function documentAt(at: number, about: DocumentAbout | null = null): Document {
  return Object.freeze({
    ...{
      id: itemId(at),
      version: printId('change', bytesOf(16, at)),
      title: `Document ${at}`,
      author: person,
    },
    ...{ category: 'report', date: null, name: '', mediaType: 'text/plain', bytes: 1, added: at },
    ...{ synced: true, conflicts: [], versions: 1, masked: null, digest: null, about },
  } as const);
}

function itemOf<T extends object>(at: number, value: T): RecordItem<T> {
  return {
    ...{ id: itemId(1_000_000 + at), value, created: at, changed: at, author: person, synced: true },
    ...{ version: printId('change', bytesOf(16, at)), conflicts: [], versions: 1, files: [] },
  } as unknown as RecordItem<T>;
}

const related = (at: number, document: number, to: number, type: Relation['type'] = 'about') =>
  itemOf<Relation>(at, { document: itemId(document), to: itemId(to), type });
const set = (value: string, versionNumber: number): DocumentAbout => ({
  ...{
    setId: { system: '1.2', value },
    versionNumber,
    documentId: { system: '1.3', value: `${versionNumber}` },
  },
});
const none = { filings: [], folders: [], relations: [] };

describe('documents with what is said about them', () => {
  it('are the same objects until something about them changes, be it another document', () => {
    const filed = new FiledDocuments();
    const documents = [documentAt(1, set('a', 1)), documentAt(2), documentAt(3)];
    const before = filed.of({ ...none, documents, relations: [related(1, 3, 2), related(2, 3, 1)] });
    expect(before.map(({ id }) => id)).toEqual([itemId(3), itemId(2), itemId(1)]);
    expect(Object.isFrozen(before[0]) && Object.isFrozen(before[0]?.relations)).toBe(true);
    // The same relations in another order are the same.
    const again = filed.of({ ...none, documents, relations: [related(2, 3, 1), related(1, 3, 2)] });
    expect(again.map((document, i) => document === before[i])).toEqual([true, true, true]);

    const noted = itemOf<Filing>(9, { document: itemId(2), note: 'Ask' });
    const after = filed.of({
      ...none,
      documents,
      filings: [noted],
      relations: [related(1, 3, 2), related(2, 3, 1)],
    });
    expect(after.map((document, i) => document === before[i])).toEqual([true, false, true]);
    expect(after[1]).toMatchObject({ note: 'Ask' });

    const newer = documentAt(4, set('a', 2));
    const replaced = filed.of({ ...none, documents: [...documents, newer], filings: [noted], relations: [] });
    expect(replaced.map(({ id }) => id)).toEqual([4, 3, 2, 1].map(itemId));
    expect(replaced[2]).toBe(after[1]);
    expect(replaced[1]).not.toBe(after[0]);
    expect(replaced[3]).toMatchObject({ supersededBy: newer.id });
    expect(replaced[0]).toMatchObject({ replaces: [itemId(1)] });
  });

  it('look at each relation a few times, however many documents there are', () => {
    const count = 10_000;
    let looks = 0;
    const documents = Array.from({ length: count }, (_, at) => documentAt(at, set('one set', at)));
    const relations = Array.from({ length: count }, (_, at) => {
      const item = related(at, at, (at * 7) % count);
      const { value } = item;
      return Object.defineProperty({ ...item }, 'value', {
        get: () => {
          looks++;
          return value;
        },
      });
    });
    const filings = documents.map(({ id }, at) => itemOf<Filing>(at, { document: id, pinned: at % 2 === 0 }));
    const filed = new FiledDocuments();
    const all = filed.of({ documents, relations, filings, folders: [] });
    expect(all).toHaveLength(count);
    expect(all.filter(({ supersededBy }) => supersededBy === null)).toHaveLength(1);
    expect(all.every(({ relations: own }) => own.length === 1)).toBe(true);
    expect(looks).toBeLessThan(10 * count);
    const again = filed.of({ documents, relations, filings, folders: [] });
    expect(again.every((document, i) => document === all[i])).toBe(true);
  });

  it('are never all replaced: a ring leaves one in force, and copies of a version all give way', () => {
    const by = (documents: Document[], relations: RecordItem<Relation>[] = []) =>
      Object.fromEntries(
        new FiledDocuments()
          .of({ ...none, documents, relations })
          .map(({ id, supersededBy }) => [id, supersededBy]),
      ) as Record<Id<'item'>, Id<'item'> | null>;
    const ring = by(
      [documentAt(1), documentAt(2), documentAt(3)],
      [related(1, 2, 1, 'replaces'), related(2, 3, 2, 'replaces'), related(3, 1, 3, 'replaces')],
    );
    expect(ring).toEqual({ [itemId(1)]: itemId(2), [itemId(2)]: itemId(3), [itemId(3)]: null });
    expect(by([documentAt(1)], [related(1, 1, 1, 'replaces'), related(2, 1, 9, 'replaces')])).toEqual({
      [itemId(1)]: null,
    });
    const chain = by(
      Array.from({ length: 5000 }, (_, at) => documentAt(at)),
      Array.from({ length: 5000 }, (_, at) => related(at, 4999 - at, 4998 - at, 'replaces')).slice(0, 4999),
    );
    expect(Object.values(chain).filter((later) => later === null)).toHaveLength(1);

    const copies = by([1, 1, 2, 2, 3].map((version, at) => documentAt(at, set('s', version))));
    expect(copies).toEqual({
      ...{ [itemId(0)]: itemId(2), [itemId(1)]: itemId(2), [itemId(2)]: itemId(4), [itemId(3)]: itemId(4) },
      [itemId(4)]: null,
    });
    const one = { system: '1.3', value: 'x' };
    const said = by([
      ...[documentAt(1, { documentId: one }), documentAt(2, { documentId: one })],
      documentAt(3, { replaces: [one] }),
    ]);
    expect(said).toEqual({ [itemId(1)]: itemId(3), [itemId(2)]: itemId(3), [itemId(3)]: null });
  });
});
