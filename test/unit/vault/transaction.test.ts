import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { VaultError } from '../../../src/errors.js';
import { appendRecords } from '../../../src/vault/collection-writer.js';
import { codeOf } from '../../support/code-of.js';
import { CollectionParty } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { person } from '../../support/people.js';

let alice: CollectionParty;
const record = (n: number) => ({
  item: new Uint8Array(16).fill(n),
  base: [],
  kind: 'note',
  schema: 1,
  body: Uint8Array.of(n),
});

beforeAll(loadSodium);
beforeEach(async () => {
  const bench = new LogBench('transactions');
  alice = await CollectionParty.open(bench, person('alice'));
  await alice.found({ key: bench.random(32), roster: bench.random(32) });
});

/** All that a failed transaction must leave as it was, in memory. */
const inMemory = () => {
  const { collection } = alice;
  const { state, pending, view, log } = collection;
  return { state, pending: [...pending], size: view.size, position: log.position, head: log.head };
};
const onDisk = () => alice.store.scan({ prefix: '' });

describe('a transaction', () => {
  it('writes what it asked for and what it sends at once, then commits, and gives the result', async () => {
    const steps: string[] = [];
    const result = await alice.run(async (transaction) => {
      transaction.put('kept', Uint8Array.of(1));
      transaction.put('gone', Uint8Array.of(2));
      transaction.delete('gone');
      transaction.send('a', { kind: 'request', method: 'POST', path: '/x', body: null });
      transaction.onCommit(() => steps.push('committed'));
      transaction.onUndo(() => steps.push('undone'));
      steps.push(String(await alice.store.get('kept')));
      return 7;
    });
    expect([result, steps]).toEqual([7, ['null', 'committed']]);
    expect(await alice.store.getMany(['kept', 'gone'])).toEqual([Uint8Array.of(1), null]);
    expect((await alice.outbox.list('a')).length).toBe(1);
  });

  it('leaves nothing behind when the change throws, and takes steps back in reverse', async () => {
    const [before, disk] = [inMemory(), await onDisk()];
    const steps: number[] = [];
    const code = await codeOf(() =>
      alice.run((transaction) => {
        transaction.onUndo(() => steps.push(1));
        appendRecords(transaction, alice.collection, [record(1)]);
        appendRecords(transaction, alice.collection, [record(2)]);
        transaction.onUndo(() => steps.push(2));
        transaction.onCommit(() => steps.push(3));
        expect(alice.collection.view.size).toBe(2);
        throw new VaultError('access/expired');
      }),
    );
    expect([code, steps]).toEqual(['access/expired', [2, 1]]);
    expect(inMemory()).toEqual(before);
    expect(await onDisk()).toEqual(disk);
  });

  it('leaves nothing behind when the store refuses one of its writes', async () => {
    const [before, disk] = [inMemory(), await onDisk()];
    const code = await codeOf(() =>
      alice.run((transaction) => {
        appendRecords(transaction, alice.collection, [record(1)]);
        transaction.put('first', Uint8Array.of(1));
        transaction.put('no key\u0000', Uint8Array.of(2));
      }),
    );
    expect(code).toBe('usage/invalid');
    expect(inMemory()).toEqual(before);
    expect(await onDisk()).toEqual(disk);
  });

  it('takes back what it did in memory when the store is closed under it', async () => {
    const before = inMemory();
    const code = await codeOf(() =>
      alice.run(async (transaction) => {
        appendRecords(transaction, alice.collection, [record(1)]);
        await alice.store.close();
      }),
    );
    expect(code).toBe('store/closed');
    expect(inMemory()).toEqual(before);
  });

  it('takes in nothing that was pulled when the store is closed under it', async () => {
    alice.push();
    const before = inMemory();
    const code = await codeOf(() =>
      alice.run(async (transaction) => {
        expect(alice.collection.ingest(transaction, alice.served()).length).toBe(1);
        await alice.store.close();
      }),
    );
    expect(code).toBe('store/closed');
    expect(inMemory()).toEqual(before);
    expect(before.position).toBe(0);
  });

  it('waits for the one before, and goes on after one that failed', async () => {
    const steps: string[] = [];
    const first = alice.run(async () => {
      steps.push('first begins');
      await alice.store.get('x');
      steps.push('first ends');
      throw new VaultError('access/expired');
    });
    const second = alice.run(() => steps.push('second'));
    expect(await codeOf(() => first)).toBe('access/expired');
    await second;
    expect(steps).toEqual(['first begins', 'first ends', 'second']);
  });
});
