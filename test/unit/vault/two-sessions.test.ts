import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { CollectionParty } from '../../support/collection-party.js';
import { LogBench } from '../../support/log-bench.js';
import { person } from '../../support/people.js';

const record = (n: number) => ({
  item: new Uint8Array(16).fill(n),
  base: [],
  kind: 'note',
  schema: 1,
  body: Uint8Array.of(n),
});

let bench: LogBench;
let first: CollectionParty;
let second: CollectionParty;

beforeAll(loadSodium);
beforeEach(async () => {
  bench = new LogBench('two sessions of a device');
  const keys = { key: bench.random(32), roster: bench.random(32) };
  first = await CollectionParty.open(bench, person('alice'));
  await first.found(keys);
  first.push();
  await first.pull();
  second = await CollectionParty.open(bench, person('alice'), first.store);
  second.join(keys);
  await second.reopen(keys);
});

const shown = ({ collection }: CollectionParty) =>
  collection.view
    .list()
    .map(({ current }) => current.body?.[0])
    .sort();

describe('two sessions of one device', () => {
  it('A49 each closes the line of the other, and never takes up a closed one', async () => {
    await first.add(record(1));
    await second.add(record(2));
    await first.add(record(3));
    await first.add(record(4));
    await second.catchUp();
    const steps = second.collection.pending
      .filter(({ header }) => header.collection !== null)
      .map(({ header: { incarnation, seq, closes, skips } }) => ({
        line: bytesToHex(incarnation),
        seq,
        closes: closes === null ? null : `${bytesToHex(closes[0])} ${closes[1]}`,
        skips,
      }));
    const [a, b, c, d] = steps;
    expect(new Set([a?.line, b?.line, c?.line]).size).toBe(3);
    expect(steps.map(({ seq, skips }) => [seq, skips])).toEqual([
      [a?.seq, []],
      [1, []],
      [1, []],
      [2, []],
    ]);
    expect(b?.closes).toBe(`${a?.line} ${a?.seq}`);
    expect(c?.closes).toBe(`${b?.line} 1`);
    expect([d?.line, d?.closes]).toEqual([c?.line, null]);
  });

  it('shows what the other wrote once it has looked, and what the server took of it as taken', async () => {
    await first.add(record(1), record(2));
    expect(shown(second)).toEqual([]);
    expect(await second.catchUp()).toBe(true);
    expect(shown(second)).toEqual([1, 2]);
    expect(await second.catchUp()).toBe(false);
    second.push();
    await second.pull();
    await first.catchUp();
    expect(first.collection.pending).toHaveLength(0);
    expect(first.collection.view.list().every(({ current }) => current.position !== null)).toBe(true);
  });

  it('keeps the same objects for what did not change', async () => {
    await first.add(record(1));
    await second.catchUp();
    const [before] = second.collection.view.list();
    await first.add(record(2));
    await second.catchUp();
    expect(second.collection.view.list().find(({ item }) => item[0] === 1)?.current).toBe(before?.current);
  });

  it('no longer shows what the other took back', async () => {
    await first.add(record(1));
    await second.catchUp();
    const [op] = first.collection.pending;
    await first.run(async (transaction) => {
      first.collection.withdrawPending(transaction);
      for (const { id } of await first.outbox.list()) transaction.writes.push(...first.outbox.remove(id));
    });
    await second.catchUp();
    expect(op).toBeDefined();
    expect(shown(second)).toEqual([]);
    expect(second.collection.pending).toHaveLength(0);
  });

  it('makes a change again on top of what the other wrote meanwhile, and undoes the first try', async () => {
    let tries = 0;
    let undone = 0;
    await second.run(async (transaction) => {
      tries++;
      transaction.onUndo(() => {
        undone++;
      });
      if (tries === 1) await first.add(record(1));
      transaction.put('tried', Uint8Array.of(tries, shown(second).length));
    });
    expect([tries, undone]).toEqual([2, 1]);
    expect(await first.store.get('tried')).toEqual(Uint8Array.of(2, 1));
  });

  it('tries again what failed for want of what the other wrote, and throws what fails all the same', async () => {
    const value = await second.run(async () => {
      if (shown(second).length === 0) {
        await first.add(record(1));
        throw new Error('not there');
      }
      return shown(second);
    });
    expect(value).toEqual([1]);
    const failing = second.run(() => {
      throw new Error('wrong');
    });
    await expect(failing).rejects.toThrow('wrong');
  });
});
