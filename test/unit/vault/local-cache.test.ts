import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import type { Store } from '../../../src/store/index.js';
import { openStage, passphraseOf, type Stage } from '../../support/actors.js';

const CACHE = { prefix: 'cache/' };
const text = (value: string) => new TextEncoder().encode(value);
const valuesOf = async (vault: Vault) =>
  (await vault.cache('probe').read())?.map((value) => new TextDecoder().decode(value));

describe('what a device keeps to save time', () => {
  let stage: Stage;
  let alice: Person;
  let vault: Vault;
  beforeEach(async () => {
    stage = await openStage();
    alice = await stage.enter('alice', { disk: true });
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterEach(() => stage.close());

  /** The disk, as someone has it who can write there. */
  async function onDisk<T>(work: (store: Store) => Promise<T>, name = 'alice'): Promise<T> {
    const store = await stage.storeOf(name);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }
  const rows = (name?: string) => onDisk((store) => store.scan(CACHE), name);
  const put = (kept: readonly { readonly key: string; readonly value: Uint8Array }[], name?: string) =>
    onDisk((store) => store.write(kept.map(({ key, value }) => ({ type: 'put', key, value }))), name);

  it('is there again, value by value, also in many parts', async () => {
    const cache = vault.cache('probe');
    expect(await cache.read()).toBeNull();
    const long = new Uint8Array(2.5 * 1024 * 1024).map((_, i) => i % 251);
    await cache.replace(long);
    expect(await cache.append(text('and more'))).toBe(true);
    const [first, second] = (await vault.cache('probe').read()) as [Uint8Array, Uint8Array];
    expect(first.length === long.length && first.every((byte, i) => byte === long[i])).toBe(true);
    expect(second).toEqual(text('and more'));
    await cache.replace(text('anew'));
    expect((await rows()).length).toBe(2);
    expect(await valuesOf(vault)).toEqual(['anew']);
    expect(() => vault.cache('No')).toThrow('usage/invalid');
  });

  it('is added to by one session at a time', async () => {
    const [one, other] = [vault.cache('probe'), vault.cache('probe')];
    await one.replace(text('first'));
    await other.read();
    expect(await one.append(text('second'))).toBe(true);
    expect(await other.append(text('lost'))).toBe(false);
    expect(await valuesOf(vault)).toEqual(['first', 'second']);
  });

  it('does not open in the place of another part, value or generation', async () => {
    const cache = vault.cache('probe');
    await cache.replace(new Uint8Array(1.5 * 1024 * 1024));
    const [list, one, other] = (await rows()) as [{ key: string; value: Uint8Array }, Row, Row];
    await put([
      { key: one.key, value: other.value },
      { key: other.key, value: one.value },
    ]);
    expect(await cache.read()).toBeNull();
    await put([one, other]);
    expect(await cache.read()).not.toBeNull();
    await cache.replace(text('anew'));
    await put([list]);
    expect(await cache.read()).toBeNull();
  });

  it('does not open for another vault, or another person', async () => {
    await vault.cache('probe').replace(text('Alice'));
    const child = await alice.createVault({ holder: { birthName: 'Child' } });
    const hex = (key: string) => key.split('/')[1] as string;
    const own = await rows();
    await child.cache('probe').replace(text('Child'));
    const theirs = (await rows()).find(({ key }) => hex(key) !== hex(own[0]!.key)) as Row;
    await put(own.map(({ key, value }) => ({ key: key.replace(hex(key), hex(theirs.key)), value })));
    expect(await child.cache('probe').read()).toBeNull();
    expect(await valuesOf(vault)).toEqual(['Alice']);
    const bob = await stage.enter('bob', { disk: true });
    const bobs = await bob.createVault({ holder: { birthName: 'Roux' } });
    await bobs.cache('probe').replace(text('Bob'));
    const [first] = (await rows('bob')) as [Row];
    await put(
      own.map(({ key, value }) => ({ key: key.replace(hex(key), hex(first.key)), value })),
      'bob',
    );
    expect(await bobs.cache('probe').read()).toBeNull();
  });

  it('does not open on another device of the same person', async () => {
    await vault.cache('probe').replace(text('phone'));
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    await alice.sync();
    const laptop = await stage.recover('alice', words);
    const same = laptop.vaults().find(({ id }) => id === vault.id) as Vault;
    expect(await same.cache('probe').read()).toBeNull();
    await put(await rows(), 'alice-new');
    expect((await rows('alice-new')).length).toBe(2);
    expect(await same.cache('probe').read()).toBeNull();
    expect(await valuesOf(vault)).toEqual(['phone']);
  });

  it('is closed when the person is locked', async () => {
    const cache = vault.cache('probe');
    await cache.replace(text('x'));
    await alice.lock();
    await expect(cache.read()).rejects.toThrow('access/locked');
    await expect(cache.replace(text('y'))).rejects.toThrow('access/locked');
    await expect(cache.append(text('y'))).rejects.toThrow('access/locked');
  });
});

type Row = { readonly key: string; readonly value: Uint8Array };
