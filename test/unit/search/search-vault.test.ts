import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { recordExtractor, searchOf } from '../../../src/search/index.js';
import type { Store } from '../../../src/store/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { SYMPTOM } from '../../support/symptom.js';

const DIARY = recordExtractor(SYMPTOM, ({ value }) => ({
  title: value.what,
  text: value.note ?? '',
  date: value.day,
}));

let stage: Stage;
let alice: Person;
let vault: Vault;

beforeEach(async () => {
  stage = await openStage();
  alice = await stage.enter('Alice', { disk: true });
  vault = await alice.createVault({ holder: { birthName: 'Martel' } });
});

afterEach(async () => {
  await stage.close();
});

/** The disk, as someone sees it who takes it away. */
async function onDisk<T>(look: (store: Store) => Promise<T>): Promise<T> {
  const store = await stage.storeOf('Alice');
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}

const add = (title: string, text: string) =>
  vault.documents.add(new Blob([text], { type: 'text/plain' }), { category: 'report', title });
const titles = async (of: Vault, text: string) =>
  (await searchOf(of).find(text)).hits.map(({ title }) => title);

describe('searching a vault', () => {
  it('finds documents by text, title and category, and records of kinds with an extractor', async () => {
    await add('Genou', 'Rupture du ligament croisé.');
    await vault
      .records(SYMPTOM)
      .add({ day: '2026-01-01', what: 'Migraine', pain: 4, note: 'après l’effort' });
    const search = searchOf(vault).registerRecords(DIARY);
    expect(searchOf(vault)).toBe(search);
    expect(await search.update()).toEqual({ added: 2, removed: 0, withoutText: 0 });
    expect(await titles(vault, 'ligaments croises')).toEqual(['Genou']);
    expect(await titles(vault, 'comptes rendus')).toEqual(['Genou']);
    expect(await titles(vault, 'effort')).toEqual(['Migraine']);
    expect((await search.find('migr', { kinds: ['symptom'], from: '2026-01-01' })).total).toBe(1);
    expect(await search.update()).toEqual({ added: 0, removed: 0, withoutText: 0 });
  });

  it('follows what changes, and shows nothing that is gone', async () => {
    const search = searchOf(vault);
    const { id } = await add('Rein', 'Kyste simple.');
    await search.update();
    await vault.documents.replace(id, new Blob(['Lithiase.'], { type: 'text/plain' }));
    expect(await search.update()).toMatchObject({ added: 1 });
    expect(await titles(vault, 'kyste')).toEqual([]);
    expect(await titles(vault, 'lithiase')).toEqual(['Rein']);
    await vault.documents.erase(id);
    expect(await titles(vault, 'lithiase')).toEqual([]);
    const errors: unknown[] = [];
    const stop = search.follow({ onError: (error) => errors.push(error) });
    await add('Foie', 'Stéatose.');
    await expect.poll(() => titles(vault, 'steatose')).toEqual(['Foie']);
    stop();
    expect(errors).toEqual([]);
  });

  it('keeps its index sealed, reads nothing twice, and rewrites it when something is erased', async () => {
    await add('Poumon', 'Emphysème.');
    const { id } = await add('Cœur', 'Tachycardie paroxystique.');
    await searchOf(vault).update();
    await add('Peau', 'Eczéma.');
    await searchOf(vault).update();
    const kept = await onDisk((store) => store.scan({ prefix: 'cache/' }));
    expect(kept.length).toBe(3);
    for (const { value } of kept) expect(new TextDecoder('latin1').decode(value)).not.toMatch(/tachycardie/i);
    await alice.close();

    alice = await stage.reopen('Alice');
    vault = alice.vaults()[0]!;
    expect(await titles(vault, 'emphyseme')).toEqual(['Poumon']);
    expect(await titles(vault, 'eczema')).toEqual(['Peau']);
    expect(await searchOf(vault).update()).toMatchObject({ added: 0 });
    await vault.documents.erase(id);
    expect(await searchOf(vault).update()).toMatchObject({ removed: 1 });
    const values = await vault.cache('search').read();
    expect(values?.length).toBe(1);
    expect(new TextDecoder().decode(values![0])).not.toMatch(/tachycardie/i);
  });

  it('builds its index again when what is kept does not open', async () => {
    await add('Poumon', 'Emphysème.');
    await searchOf(vault).update();
    await onDisk(async (store) => {
      for (const { key, value } of await store.scan({ prefix: 'cache/' })) {
        value[value.length - 1] = (value.at(-1) as number) ^ 1;
        await store.write([{ type: 'put', key, value }]);
      }
    });
    await alice.close();
    alice = await stage.reopen('Alice');
    vault = alice.vaults()[0]!;
    expect(await titles(vault, 'emphyseme')).toEqual([]);
    expect(await searchOf(vault).update()).toMatchObject({ added: 1 });
    expect(await titles(vault, 'emphyseme')).toEqual(['Poumon']);
  });

  it.each([
    ['a version that is none', () => ({ ...DIARY, version: -1 })],
    ['nothing that extracts', () => ({ ...DIARY, extract: null as never })],
    ['a kind that is none', () => ({ ...DIARY, kind: { ...DIARY.kind, kind: 'No Kind' } })],
  ])('refuses an extractor with %s', (_, make) => {
    expect(() => searchOf(vault).registerRecords(make())).toThrow('usage/invalid');
  });

  it('is not to be had from a locked vault', async () => {
    const search = searchOf(vault);
    await search.update();
    await alice.lock();
    await expect(search.find('rein')).rejects.toThrow('access/locked');
    await expect(search.update()).rejects.toThrow('access/locked');
  });
});
