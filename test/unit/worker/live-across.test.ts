import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Document,
  isVaultError,
  type Live,
  type Person,
  type Vault,
  VaultError,
} from '../../../src/index.js';
import type { InWorker } from '../../../src/worker/remote-object.js';
import { openStage, type Stage } from '../../support/actors.js';
import { ELEMENTS_MAX, openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

/** The first value that is as wanted. */
async function awaitValue<T>(live: Live<T>, isWanted: (value: T) => boolean): Promise<T> {
  for await (const value of live) if (isWanted(value)) return value;
  throw new Error('it ended before');
}

describe('a live value across', () => {
  let stage: Stage;
  let party: WorkerParty;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  const add = (title: string) =>
    vault.documents.add(new TextEncoder().encode(title), { category: 'other', title });
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage);
    alice = await party.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    for (let i = 0; i <= 2 * ELEMENTS_MAX; i++) await add(`first ${i}`);
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('is there at once, the same for equal arguments, and has its value a little later', async () => {
    const live = vault.documents.live({ category: 'other' });
    expect(vault.documents.live({ category: 'other' })).toBe(live);
    expect(vault.documents.live()).not.toBe(live);
    expect(live.getSnapshot()).toBeUndefined();
    const list = await awaitValue(live, () => true);
    expect(list).toHaveLength(2 * ELEMENTS_MAX + 1);
    expect(live.getSnapshot()).toBe(list);
    expect(Object.isFrozen(list)).toBe(true);
    expect(list).toEqual(await vault.documents.list({ category: 'other' }));
  });

  it('brings what changed, and keeps every other element as the same object', async () => {
    const live = vault.documents.live();
    const seen: (readonly Document[])[] = [];
    const stop = live.subscribe((list) => seen.push(list));
    const before = await awaitValue(live, () => true);
    const posted = party.posted.length;
    const [middle] = before.slice(2) as [Document];
    await vault.documents.update(middle.id, { title: 'changed' });
    const after = await awaitValue(live, (list) => list.some(({ title }) => title === 'changed'));
    expect(after.map((document) => before.includes(document))).toEqual(
      before.map(({ id }) => id !== middle.id),
    );
    const patches = JSON.stringify(party.posted.slice(posted));
    expect(patches).toContain('changed');
    expect(patches).not.toContain('first 0');
    expect(live.getSnapshot()).toBe(after);
    expect(seen.at(-1)).toBe(after);
    stop();
  });

  it('never comes in larger pages than it may', async () => {
    const sizes = party.posted.flatMap((message) => {
      const request = (message as { argumentList?: { value: { patch?: { runs?: { value: object[] } } } }[] })
        .argumentList?.[0]?.value.patch?.runs;
      return request?.value.map((run) => ('added' in run ? (run.added as unknown[]).length : 0)) ?? [];
    });
    expect(Math.max(...sizes)).toBe(ELEMENTS_MAX);
  });

  it('brings objects with a life, the same while nothing about them changed', async () => {
    const live = alice.liveVaults();
    const [first] = await awaitValue(live, () => true);
    expect(first).toBe(vault);
    await alice.createVault({ holder: { birthName: 'Child' } });
    const both = await awaitValue(live, (list) => list.length === 2);
    expect(both).toContain(vault);
    expect(await both[1]?.documents.list()).toEqual([]);
  });

  it('tells an error of the core, and goes on', async () => {
    const live = vault.documents.liveOne('nonsense' as never);
    const error = await new Promise((resolve) => live.subscribe({ error: resolve }));
    expect(error).toBeInstanceOf(VaultError);
    expect(isVaultError(live.getError(), 'usage/invalid')).toBe(true);
    expect(live.getSnapshot()).toBeUndefined();
  });

  it('is told when it ends, and says so to everyone who listens', async () => {
    const live = vault.documents.live();
    const ends = new Promise<void>((resolve) => live.subscribe({ complete: resolve }));
    const iterator = live[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    const snapshot = live.getSnapshot();
    expect(snapshot).toBeDefined();
    void party.link.end(() => new VaultError('access/locked'), 'close');
    await ends;
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(live.getSnapshot()).toBeUndefined();
    await new Promise<void>((resolve) => live.subscribe({ complete: resolve }));
    await new Promise<void>((resolve) => alice.people.live().subscribe({ complete: resolve }));
  });
});
