import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { defineKind, type Person, type RecordItem, type Vault } from '../../../src/index.js';
import type { InWorker } from '../../../src/worker/remote-object.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

interface Weight {
  readonly grams: number;
  readonly note?: string;
}

const weights = defineKind<Weight>({
  kind: 'test.weight',
  schema: 1,
  collection: 'weights',
  parse(value) {
    const { grams } = value as Weight;
    if (!Number.isSafeInteger(grams) || grams < 0) throw new TypeError('grams');
    return value as Weight;
  },
});
const unknown = defineKind<Weight>({ ...weights, kind: 'test.unknown' });

describe('records of a kind, across', () => {
  let stage: Stage;
  let party: WorkerParty;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, [weights]);
    alice = await party.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('are there at once, the same for the same kind, with its type', async () => {
    const records = vault.records(weights);
    expect(vault.records(weights)).toBe(records);
    expect(records.kind).toBe(weights);
    const added = await records.add({ grams: 70_000 });
    expectTypeOf(added).toEqualTypeOf<RecordItem<Weight>>();
    expect(added.value).toEqual({ grams: 70_000 });
    expect(await records.get(added.id)).toEqual(added);
    expect(await records.damaged).toBe(0);
  });

  it('are checked by the kind, in the worker', async () => {
    const records = vault.records(weights);
    await expect(records.add({ grams: -1 })).rejects.toMatchObject({ name: 'TypeError', message: 'grams' });
    const [{ id }] = (await records.list()) as [RecordItem<Weight>];
    await expect(records.update(id, { grams: -2 })).rejects.toMatchObject({ message: 'grams' });
  });

  it('need the kind to be known there', async () => {
    expect(await codeOf(() => vault.records(unknown).list())).toBe('usage/unknown-kind');
    expect(await codeOf(() => vault.records({} as never))).toBe('usage/invalid');
  });

  it('change by what is computed from the value as it is, whoever else changes it', async () => {
    const records = vault.records(weights);
    const { id } = await records.add({ grams: 0 });
    const more = Array.from({ length: 5 }, () => records.update(id, ({ grams }) => ({ grams: grams + 1 })));
    await Promise.all(more);
    expect((await records.get(id))?.value).toEqual({ grams: 5 });
    const missing = 'itm_AAAAAAAAAAAAAAAAAAAAAA' as never;
    expect(await codeOf(() => records.update(missing, () => ({ grams: 1 })))).toBe('usage/not-found');
    expect(await codeOf(() => records.update(missing, { grams: 1 }))).toBe('usage/not-found');
    expect((await records.update(id, { note: 'after lunch' })).value).toEqual({
      ...{ grams: 5, note: 'after lunch' },
    });
  });

  it('are followed, and a record that did not change stays the same object', async () => {
    const records = vault.records(weights);
    const live = records.live();
    expect(records.live()).toBe(live);
    const values = live[Symbol.asyncIterator]();
    const before = (await values.next()).value as readonly RecordItem<Weight>[];
    const added = await records.add({ grams: 1 });
    let after = before;
    while (!after.some(({ id }) => id === added.id))
      after = (await values.next()).value as readonly RecordItem<Weight>[];
    expect(after.filter((record) => before.includes(record))).toHaveLength(before.length);
    await values.return?.();
  });
});
