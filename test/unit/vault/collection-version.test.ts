import { beforeAll, beforeEach, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { appendRecords } from '../../../src/vault/collection-writer.js';
import { type CollectionKeys, CollectionParty, keyFrom } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { person } from '../../support/people.js';

let bench: LogBench;
let keys: CollectionKeys;
let alice: CollectionParty;
let bob: CollectionParty;

beforeAll(loadSodium);

/** Alice owns a collection with one record; Bob has its log, and no key. */
beforeEach(async () => {
  bench = new LogBench('version');
  keys = { key: bench.random(32), roster: bench.random(32) };
  alice = await CollectionParty.open(bench, person('alice'));
  bob = await CollectionParty.open(bench, person('bob'));
  await alice.found(keys);
  await alice.add({ item: new Uint8Array(16), base: [], kind: 'note', schema: 1, body: Uint8Array.of(1) });
  alice.push();
  await alice.pull();
  bob.join();
  await bob.pull();
});

/** Whether the version is another after this. */
async function changes({ collection }: CollectionParty, act: () => unknown): Promise<boolean> {
  const before = collection.version;
  await act();
  return collection.version !== before;
}

it('the version of a collection is another when a key comes, even if it opens nothing, and not for the same again', async () => {
  expect(await changes(bob, () => bob.collection.offerKey(2, keyFrom(bench.random(32))))).toBe(true);
  expect(await changes(bob, () => bob.collection.offerKey(1, keyFrom(keys.key)))).toBe(true);
  expect(await changes(bob, () => bob.collection.offerKey(1, keyFrom(keys.key)))).toBe(false);
  expect(await changes(bob, () => bob.collection.openWaiting())).toBe(true);
  expect(bob.collection.view.list()).toHaveLength(1);
  expect(await changes(bob, () => bob.collection.openWaiting())).toBe(false);
});

it('and when something is written, confirmed, or taken back', async () => {
  const note = {
    item: new Uint8Array(16).fill(2),
    base: [],
    kind: 'note',
    schema: 1,
    body: Uint8Array.of(2),
  };
  expect(await changes(alice, () => alice.add(note))).toBe(true);
  alice.push();
  expect(await changes(alice, () => alice.pull())).toBe(true);
  const fails = alice.run((transaction) => {
    appendRecords(transaction, alice.collection, [{ ...note, item: new Uint8Array(16).fill(3) }]);
    throw new Error('no');
  });
  expect(await changes(alice, () => fails.catch(() => {}))).toBe(true);
  expect(alice.collection.view.list()).toHaveLength(2);
});
