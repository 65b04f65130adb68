import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { DOCUMENT_KIND, encodeDocument } from '../../../src/records/document.js';
import { appendPrune } from '../../../src/vault/collection-writer.js';
import { contentOf, documentOf, versionOf } from '../../../src/vault/document-view.js';
import { blobsOnlyIn, keptHistory } from '../../../src/vault/erase.js';
import type { Item, Revision } from '../../../src/vault/record-view.js';
import { CollectionParty } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { person } from '../../support/people.js';

const id = (n: number) => new Uint8Array(16).fill(n);

function bodyWith(blob: number): Uint8Array {
  const sizes = { bytes: 1, padded: 256, stored: 400, chunks: 1 };
  const reference = { id: id(blob), key: new Uint8Array(32), list: new Uint8Array(32), ...sizes };
  const file = { name: '', mediaType: 'text/plain', added: 1, blob: reference };
  return encodeDocument({ title: 'Letter', category: 'other', date: null, ...file });
}

let alice: CollectionParty;

beforeAll(loadSodium);
beforeEach(async () => {
  const bench = new LogBench('erase');
  alice = await CollectionParty.open(bench, person('alice'));
  await alice.found({ key: bench.random(32), roster: bench.random(32) });
});

const add = (item: number, body: Uint8Array | null, schema = 1) =>
  alice.add({ item: id(item), base: [], kind: DOCUMENT_KIND, schema, body });
const itemOf = (item: number) => alice.collection.view.get(id(item)) as Item;

describe('what goes with an erased document', () => {
  it('is a file that only its own versions name, and none that another document names', async () => {
    await add(1, bodyWith(8));
    await add(1, bodyWith(9));
    const drop = () => blobsOnlyIn(alice.collection, id(1), keptHistory(alice.collection, id(1)));
    expect(drop()).toEqual([id(8), id(9)]);
    await add(2, bodyWith(9));
    expect(drop()).toEqual([id(8)]);
    // Of a later schema: it cannot be decoded here, and counts all the same.
    await add(3, bodyWith(8), 9);
    expect(drop()).toEqual([]);
  });

  it('goes with the last that names it, also when all are erased before the server hears of it', async () => {
    await add(1, bodyWith(8));
    await add(2, bodyWith(8));
    const drop = (item: number) =>
      blobsOnlyIn(alice.collection, id(item), keptHistory(alice.collection, id(item)));
    expect(drop(1)).toEqual([]);
    const { change } = itemOf(1).current;
    await alice.run((transaction) =>
      appendPrune(transaction, alice.collection, [change], { add: [], drop: [] }),
    );
    expect(drop(2)).toEqual([id(8)]);
  });

  it('leaves its history at once, before the server has heard of it', async () => {
    await add(1, bodyWith(8));
    const { change } = itemOf(1).current;
    await alice.run((transaction) =>
      appendPrune(transaction, alice.collection, [change], { add: [], drop: [] }),
    );
    expect(keptHistory(alice.collection, id(1))).toEqual([]);
  });
});

describe('a document that this version cannot read', () => {
  it.each([
    ['undecodable', Uint8Array.of(1, 2, 3), 1],
    ['of a later schema', bodyWith(8), 9],
  ])('%s is not shown, and is in nobody’s way', async (_, body, schema) => {
    await add(1, body, schema);
    const { current } = itemOf(1);
    expect(contentOf(current)).toBeNull();
    expect(documentOf(itemOf(1), [current], null)).toBeNull();
    expect(versionOf(current)).toMatchObject({ removed: false, title: null, bytes: null });
    expect(blobsOnlyIn(alice.collection, id(1), [current])).toEqual([]);
  });
});

it('a claim of authorship that is not proven names the signer', async () => {
  await add(1, bodyWith(8));
  const { current } = itemOf(1);
  const claimed = new Uint8Array(32).fill(5);
  const shown = (proven: boolean) => {
    const authored = [id(1), claimed, id(1), 1, id(1)] as unknown as NonNullable<Revision['authored']>;
    const revision = { ...current, authored, proven };
    return documentOf({ item: id(1), current: revision, conflicts: [], revisions: 1 }, [revision], null)
      ?.author;
  };
  const signer = documentOf(itemOf(1), [current], null)?.author;
  expect(shown(false)).toBe(signer);
  expect(shown(true)).not.toBe(signer);
});
