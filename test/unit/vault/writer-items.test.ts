import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import type { RecordEnvelope } from '../../../src/formats/record.js';
import { signAuthorship } from '../../../src/sharing/authorship.js';
import { appendAdmission, appendRotation } from '../../../src/vault/collection-writer.js';
import { type CollectionKeys, CollectionParty, keyFrom } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person } from '../../support/people.js';

// What a writer may do to the items of a collection: all and only their own (R-REC-4).

let people: { alice: Person; bob: Person; carol: Person };
let bench: LogBench;
let keys: CollectionKeys;
let alice: CollectionParty;
let bob: CollectionParty;
let carol: CollectionParty;

beforeAll(async () => {
  await loadSodium();
  people = { alice: person('alice'), bob: person('bob'), carol: person('carol') };
});

/** Alice owns a collection, Bob and Carol write to it; all are up to date. */
beforeEach(async () => {
  bench = new LogBench('items of writers');
  keys = { key: bench.random(32), roster: bench.random(32) };
  alice = await CollectionParty.open(bench, people.alice);
  bob = await CollectionParty.open(bench, people.bob);
  carol = await CollectionParty.open(bench, people.carol);
  await alice.found(keys);
  for (const { id } of [people.bob, people.carol])
    await alice.run((transaction) => appendAdmission(transaction, alice.collection, id));
  alice.push();
  bob.join({ key: keys.key });
  carol.join({ key: keys.key });
  await pullAll();
});

async function pullAll(): Promise<void> {
  for (const party of [alice, bob, carol]) await party.pull();
}

/** One revision of an item by this person, with the proof a writer owes, not sent yet. */
async function write(by: CollectionParty, body: number, builds?: RecordEnvelope): Promise<RecordEnvelope> {
  const content = { kind: 'note', schema: 1, body: Uint8Array.of(body) };
  const authored = signAuthorship(by.context.author, bench.vault, 1, content);
  const item = builds?.item ?? bench.random(16);
  const [made] = await by.add({ item, base: builds ? [builds.change] : [], ...content, authored });
  return made as RecordEnvelope;
}

async function remove(by: CollectionParty, { item, change, kind, schema }: RecordEnvelope) {
  const [made] = await by.add({ item, base: [change], kind, schema, body: null });
  return made as RecordEnvelope;
}

/** The server takes what waits, and everyone hears of it. */
async function send(by: CollectionParty): Promise<void> {
  by.push();
  await pullAll();
}

const shownBy = ({ collection }: CollectionParty) =>
  collection.view.list().map(({ current }) => current.body?.[0]);
const conflictsOf = ({ collection }: CollectionParty) =>
  collection.view.list().flatMap(({ conflicts }) => conflicts.map(({ body }) => body?.[0]));
const refused = ({ change }: RecordEnvelope, position = bench.now.position) => ({
  ...{ position, change },
  code: 'integrity/not-authorised',
});

describe('an item of the owner', () => {
  it.each([
    ['revises', (item: RecordEnvelope) => write(bob, 9, item)],
    ['removes', (item: RecordEnvelope) => remove(bob, item)],
  ])('R-REC-4 stays shown when a writer %s it: that is set aside as damaged', async (_, tamper) => {
    const item = await write(alice, 1);
    await send(alice);
    const tampered = await tamper(item);
    await send(bob);
    for (const reader of [alice, carol]) {
      expect(reader.collection.damaged).toEqual([refused(tampered)]);
      expect([shownBy(reader), conflictsOf(reader)]).toEqual([[1], []]);
    }
    await alice.reopen(keys);
    expect(alice.collection.damaged).toEqual([refused(tampered)]);
    expect(shownBy(alice)).toEqual([1]);
    await write(alice, 2, item);
    await send(alice);
    expect(shownBy(carol)).toEqual([2]);
  });

  it('R-REC-4 does not change by a record that a writer gives its name, building on nothing', async () => {
    const item = await write(alice, 1);
    await send(alice);
    const tampered = await write(bob, 9, { ...item, change: bench.random(16) });
    await send(bob);
    expect(carol.collection.damaged).toEqual([refused(tampered)]);
    expect([shownBy(carol), conflictsOf(carol)]).toEqual([[1], []]);
  });
});

describe('an item of a writer', () => {
  it('R-REC-4 is theirs to revise and to remove', async () => {
    const item = await write(bob, 1);
    await send(bob);
    const revised = await write(bob, 2, item);
    await send(bob);
    expect(shownBy(carol)).toEqual([2]);
    await remove(bob, revised);
    await send(bob);
    for (const reader of [alice, carol]) {
      expect(shownBy(reader)).toEqual([]);
      expect(reader.collection.view.get(item.item)?.current.body).toBeNull();
      expect(reader.collection.damaged).toEqual([]);
    }
  });

  it('R-REC-4 is not another writer’s', async () => {
    const item = await write(bob, 1);
    await send(bob);
    const tampered = await remove(carol, item);
    await send(carol);
    expect(alice.collection.damaged).toEqual([refused(tampered)]);
    expect(shownBy(alice)).toEqual([1]);
  });

  it('R-REC-4 is the owner’s to revise, and no longer the writer’s after that', async () => {
    const item = await write(bob, 1);
    await send(bob);
    const revised = await write(alice, 2, item);
    await send(alice);
    const tampered = await remove(bob, revised);
    await send(bob);
    expect(carol.collection.damaged).toEqual([refused(tampered)]);
    expect(shownBy(carol)).toEqual([2]);
  });

  it('R-REC-4 is judged by what came before in the log, not by what an owner has yet to send', async () => {
    const item = await write(bob, 1);
    await send(bob);
    await write(alice, 3, item);
    await write(bob, 2, item);
    await send(bob);
    expect(alice.collection.damaged).toEqual([]);
    await send(alice);
    for (const reader of [alice, carol]) {
      expect(reader.collection.damaged).toEqual([]);
      expect([shownBy(reader), conflictsOf(reader)]).toEqual([[3], [2]]);
    }
  });

  it('R-REC-4 is judged alike by whoever gets the older key later', async () => {
    const item = await write(bob, 1);
    await write(bob, 2, item);
    await send(bob);
    const key = bench.random(32);
    await alice.run((transaction) => {
      const options = { key: keyFrom(key), remove: [], notAfter: null, carry: false };
      appendRotation(transaction, alice.collection, options);
    });
    await write(alice, 3, item);
    const late = await CollectionParty.open(bench, person('reader'));
    late.join();
    late.collection.offerKey(2, keyFrom(key));
    await send(alice);
    await late.pull();
    expect([shownBy(late), late.collection.unreadable]).toEqual([[3], 2]);
    late.collection.offerKey(1, keyFrom(keys.key));
    late.collection.openWaiting();
    expect([late.collection.damaged, late.collection.unreadable]).toEqual([[], 0]);
    expect([shownBy(late), conflictsOf(late)]).toEqual([shownBy(alice), conflictsOf(alice)]);
  });

  it('R-REC-4 holds for a reader who joins later and opens the older records last', async () => {
    const item = await write(alice, 1);
    await send(alice);
    const next = bench.random(32);
    await alice.run((transaction) => {
      const options = { key: keyFrom(next), remove: [], notAfter: null, carry: true };
      appendRotation(transaction, alice.collection, options);
    });
    await send(alice);
    for (const writer of [bob, carol]) {
      writer.collection.offerKey(2, keyFrom(next));
      writer.collection.openWaiting();
    }
    const tampered = await write(bob, 9, item);
    await send(bob);
    const late = await CollectionParty.open(bench, person('reader'));
    late.join();
    late.collection.offerKey(2, keyFrom(next));
    await late.pull();
    for (const reader of [alice, carol, late, bob]) {
      expect(reader.collection.damaged).toEqual([refused(tampered)]);
      expect([shownBy(reader), conflictsOf(reader)]).toEqual([[1], []]);
    }
  });

  it('R-REC-4 gives back to a writer what only another’s refused record stood in the way of', async () => {
    const item = await write(carol, 1);
    await send(carol);
    const next = bench.random(32);
    await alice.run((transaction) => {
      const options = { key: keyFrom(next), remove: [], notAfter: null, carry: false };
      appendRotation(transaction, alice.collection, options);
    });
    await send(alice);
    for (const writer of [bob, carol]) writer.collection.offerKey(2, keyFrom(next));
    const tampered = await write(bob, 9, item);
    await send(bob);
    const at = bench.now.position;
    await write(carol, 2, item);
    await send(carol);
    const late = await CollectionParty.open(bench, person('reader'));
    late.join();
    late.collection.offerKey(2, keyFrom(next));
    await late.pull();
    late.collection.offerKey(1, keyFrom(keys.key));
    late.collection.openWaiting();
    for (const reader of [alice, late]) {
      expect(reader.collection.damaged).toEqual([refused(tampered, at)]);
      expect(shownBy(reader)).toEqual([2]);
    }
  });
});
