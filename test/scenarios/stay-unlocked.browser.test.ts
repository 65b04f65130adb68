import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openPerson, type Person } from '../../src/index.js';
import { createMemoryStore, type Store } from '../../src/store/index.js';
import { FLOOR, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

const HOUR = 3_600_000;

describe('a device stays unlocked', () => {
  let stage: Stage;
  let store: Store;
  let alice: Person;
  /** The clock of Alice's device. */
  let time = Date.now();
  const now = () => time;

  const open = async () => openPerson({ store: await stage.storeOf('alice'), remembered: true, now });
  const notOpen = async () => {
    const attempt = async () => (await open()).close();
    return codeOf(attempt);
  };

  beforeAll(async () => {
    stage = await openStage();
    await (await stage.enter('alice', { disk: true })).close();
  });
  beforeEach(async () => {
    store = await stage.storeOf('alice');
    alice = await openPerson({ store, passphrase: passphraseOf('alice'), now });
  });
  afterAll(async () => {
    await stage.close();
  });

  it('not where nothing outlives the page', async () => {
    const visitor = await stage.enter('visitor');
    expect(await codeOf(() => visitor.stayUnlocked({ forMs: HOUR }))).toBe('store/unavailable');
    await visitor.forgetUnlock();
    expect(await visitor.lockedElsewhere()).toBe(false);
    await alice.close();
    expect(await notOpen()).toBe('access/not-remembered');
    const empty = createMemoryStore();
    expect(await codeOf(() => openPerson({ store: empty, remembered: true }))).toBe('store/empty');
  });

  it('over a reload, until the time is over', async () => {
    await alice.stayUnlocked({ forMs: HOUR });
    await alice.close();
    time += HOUR - 1;
    const again = await open();
    expect(again.id).toBe(alice.id);
    await again.close();
    time += 1;
    expect(await notOpen()).toBe('access/not-remembered');
    // It was forgotten then: a clock set back does not bring it back.
    time -= 10;
    expect(await notOpen()).toBe('access/not-remembered');
  });

  it('not when the clock was set back', async () => {
    await alice.stayUnlocked({ forMs: HOUR });
    await alice.close();
    time -= 1;
    expect(await notOpen()).toBe('access/not-remembered');
  });

  it('no longer than it was last asked to', async () => {
    await alice.stayUnlocked({ forMs: 10 * HOUR });
    for (const forMs of [0, -1, 0.5, Number.NaN, Infinity, 91 * 24 * HOUR])
      expect(await codeOf(() => alice.stayUnlocked({ forMs }))).toBe('usage/invalid');
    await alice.stayUnlocked({ forMs: HOUR });
    await alice.close();
    time += HOUR;
    expect(await notOpen()).toBe('access/not-remembered');
  });

  it('until it is locked, told to forget, or given another passphrase', async () => {
    const ends: ((person: Person) => Promise<void>)[] = [
      (person) => person.lock(),
      (person) => person.lockEverywhere(),
      (person) => person.forgetUnlock(),
      (person) =>
        person.changePassphrase({
          passphrase: passphraseOf('alice'),
          next: passphraseOf('alice'),
          cost: FLOOR,
        }),
    ];
    for (const end of ends) {
      await alice.stayUnlocked({ forMs: HOUR });
      await end(alice);
      await alice.close();
      expect(await notOpen()).toBe('access/not-remembered');
      alice = await openPerson({
        store: await stage.storeOf('alice'),
        passphrase: passphraseOf('alice'),
        now,
      });
    }
    await alice.close();
  });

  it('and forgets at once when it is locked while it is told to stay open', async () => {
    const staying = codeOf(() => alice.stayUnlocked({ forMs: HOUR }));
    await alice.lock();
    expect(await staying).toBe('access/locked');
    await alice.close();
    expect(await notOpen()).toBe('access/not-remembered');
  });

  it('only for the person who asked: what is kept for another store does not open this one', async () => {
    await alice.stayUnlocked({ forMs: HOUR });
    await alice.close();
    const bob = await stage.enter('bob', { disk: true });
    await bob.stayUnlocked({ forMs: HOUR });
    await bob.close();
    const [aliceScope, bobScope] = [store.scope, (await stage.storeOf('bob')).scope] as [string, string];
    const rows = await keystoreRows();
    await putKeystoreRow(aliceScope, rows.get(bobScope));
    expect(await notOpen()).toBe('access/not-remembered');
    expect((await keystoreRows()).has(aliceScope)).toBe(false);
  });

  it('and not after the store was destroyed', async () => {
    const carol = await stage.enter('carol', { disk: true });
    await carol.stayUnlocked({ forMs: HOUR });
    await carol.close();
    const disk = await stage.storeOf('carol');
    await disk.destroy();
    expect((await keystoreRows()).has(disk.scope as string)).toBe(false);
  });

  it('under a key that no script can read, and that goes with the lock', async () => {
    await alice.stayUnlocked({ forMs: HOUR });
    const { key, bytes } = (await keystoreRows()).get(store.scope as string) as {
      key: CryptoKey;
      bytes: Uint8Array;
    };
    expect(key.extractable).toBe(false);
    expect(bytes.length).toBeLessThan(300);
    await alice.lock();
    expect((await keystoreRows()).has(store.scope as string)).toBe(false);
  });
});

function openKeystore(): Promise<IDBDatabase> {
  return requestOf(indexedDB.open('coffret-device'));
}

async function keystoreRows(): Promise<Map<string, unknown>> {
  const database = await openKeystore();
  const keys = database.transaction('keys').objectStore('keys');
  const [names, values] = await Promise.all([requestOf(keys.getAllKeys()), requestOf(keys.getAll())]);
  database.close();
  return new Map(names.map((name, i) => [String(name), values[i]]));
}

async function putKeystoreRow(name: string, value: unknown): Promise<void> {
  const database = await openKeystore();
  await requestOf(database.transaction('keys', 'readwrite').objectStore('keys').put(value, name));
  database.close();
}

function requestOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
