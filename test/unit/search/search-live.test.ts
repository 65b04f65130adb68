import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { recordExtractor, type SearchResults, searchOf } from '../../../src/search/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { SYMPTOM } from '../../support/symptom.js';

const DIARY = recordExtractor(SYMPTOM, ({ value }) => ({ title: value.what, date: value.day }));

let stage: Stage;
let alice: Person;
let vault: Vault;
beforeEach(async () => {
  stage = await openStage();
  alice = await stage.enter('Alice', { disk: true });
  vault = await alice.createVault({ holder: { birthName: 'Martel' } });
});
afterEach(() => stage.close());

const add = (title: string, text: string) =>
  vault.documents.add(new Blob([text], { type: 'text/plain' }), { category: 'report', title });
const titlesOf = (results: SearchResults | undefined) => results?.hits.map(({ title }) => title);

describe('what is found, as it changes', () => {
  it('is one live value for equal arguments, built and kept up to date while it is watched', async () => {
    await add('Genou', 'Ménisque.');
    const search = searchOf(vault);
    const live = search.liveFind('menisque', { limit: 5 });
    expect(search.liveFind('menisque', { limit: 5 })).toBe(live);
    expect(search.liveFind('menisque')).not.toBe(live);
    expect(live.getSnapshot()).toBeUndefined();
    const heard: (string[] | undefined)[] = [];
    const stop = live.subscribe((results) => heard.push(titlesOf(results)));
    await expect.poll(() => heard.at(-1)).toEqual(['Genou']);
    const { id } = await add('Autre genou', 'Ménisque externe.');
    await expect.poll(() => heard.at(-1)?.length).toBe(2);
    await vault.documents.replace(id, new Blob(['Rotule.'], { type: 'text/plain' }));
    await expect.poll(() => heard.at(-1)).toEqual(['Genou']);
    stop();
    expect(await vault.cache('search').read()).not.toBeNull();
  });

  it('loses at once what is removed, before any update', async () => {
    const { id } = await add('Genou', 'Ménisque.');
    const search = searchOf(vault);
    await search.update();
    const live = search.liveFind('menisque');
    expect(titlesOf(live.getSnapshot())).toEqual(['Genou']);
    const before = live.getSnapshot();
    await add('Pied', 'Orteil.');
    expect(live.getSnapshot()).toBe(before);
    await vault.documents.remove(id);
    expect(live.getSnapshot()).toEqual({ hits: [], total: 0 });
    await vault.documents.restore(id);
    expect(titlesOf(live.getSnapshot())).toEqual(['Genou']);
  });

  it('has what was registered later, and shows a wrong filter as its error', async () => {
    await vault.records(SYMPTOM).add({ day: '2026-01-01', what: 'Migraine', pain: 4 });
    const search = searchOf(vault);
    const live = search.liveFind('migraine');
    const stop = live.subscribe(() => {});
    await expect.poll(() => live.getSnapshot()?.total).toBe(0);
    search.registerRecords(DIARY);
    await expect.poll(() => titlesOf(live.getSnapshot())).toEqual(['Migraine']);
    stop();
    expect(String(search.liveFind('x', { limit: 0 }).getError())).toMatch('usage/invalid');
  });

  it('ends with the lock, and nothing of the index stays', async () => {
    await add('Genou', 'Ménisque.');
    const search = searchOf(vault);
    let isOver = false;
    search.liveFind('menisque').subscribe({ complete: () => (isOver = true) });
    await expect.poll(() => search.size).toBe(1);
    await alice.lock();
    expect(isOver).toBe(true);
    expect(search.size).toBe(0);
    expect(search.liveFind('menisque').getSnapshot()).toBeUndefined();
  });
});

describe('an index that someone put back from earlier', () => {
  it('shows nothing that was erased since, and is without it after the next update', async () => {
    const { id } = await add('Secret', 'Séropositivité.');
    await add('Genou', 'Ménisque.');
    await searchOf(vault).update();
    const disk = await stage.storeOf('Alice');
    const earlier = await disk.scan({ prefix: 'cache/' });
    await vault.documents.erase(id);
    expect(await searchOf(vault).update()).toMatchObject({ removed: 1 });
    await disk.write(earlier.map(({ key, value }) => ({ type: 'put', key, value })));
    await disk.close();
    await alice.close();

    alice = await stage.reopen('Alice');
    vault = alice.vaults()[0] as Vault;
    const search = searchOf(vault);
    expect((await search.find('seropositivite')).total).toBe(0);
    expect((await search.find('menisque')).total).toBe(1);
    expect(await search.update()).toMatchObject({ added: 0, removed: 1 });
    const [snapshot] = (await vault.cache('search').read()) ?? [];
    expect(new TextDecoder().decode(snapshot)).not.toMatch(/S.ropositivit/);
  });
});

describe('a disk with an index on it', () => {
  it('has no word of the documents, in keys or values', async () => {
    await add('Chorée', 'Maladie de Huntington, chromosome quatre.');
    await searchOf(vault).update();
    await add('Génétique', 'Conseil oxymoron.');
    await searchOf(vault).update();
    const disk = await stage.storeOf('Alice');
    const rows = await disk.scan({ prefix: '' });
    await disk.close();
    expect(rows.filter(({ key }) => key.startsWith('cache/')).length).toBe(3);
    const words = /huntington|chromosome|quatre|chor|oxymoron|tique/i;
    const plain = [new TextDecoder('latin1').decode(new TextEncoder().encode('Huntington'))];
    expect(plain.filter((text) => words.test(text))).toHaveLength(1);
    const texts = rows.flatMap(({ key, value }) => [key, new TextDecoder('latin1').decode(value)]);
    expect(texts.filter((text) => words.test(text))).toEqual([]);
  });
});

describe('the search of what was shared', () => {
  it('finds its documents or its records, and tells nobody that they were read', async () => {
    const martin = await stage.enter('Martin', { disk: true });
    await add('Genou', 'Ménisque.');
    await vault.records(SYMPTOM).add({ day: '2026-01-01', what: 'Migraine', pain: 4 });
    await alice.sync();
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, category: 'report' });
    await vault.share({ with: doctor, collection: 'diary' });
    await alice.sync();
    await martin.sync();
    await martin.acknowledgeReads(true);
    const [documents, records] = martin.sharedWithMe().toSorted((a) => (a.collection === null ? -1 : 1));
    const search = searchOf(documents!).registerRecords(DIARY);
    expect(searchOf(documents!)).toBe(search);
    expect(await search.update()).toEqual({ added: 1, removed: 0, withoutText: 0 });
    expect(titlesOf(await search.find('menisque'))).toEqual(['Genou']);
    const diary = searchOf(records!).registerRecords(DIARY);
    await diary.update();
    expect(titlesOf(await diary.find('migraine'))).toEqual(['Migraine']);
    expect(titlesOf(await diary.find('menisque'))).toEqual([]);
    await martin.sync();
    await alice.sync();
    expect(await vault.journal.receipts()).toEqual([]);
    await documents!.blob(documents!.list()[0]!.id);
    await martin.sync();
    await alice.sync();
    expect(await vault.journal.receipts()).toHaveLength(1);
    await martin.close();

    const again = await stage.reopen('Martin');
    const kept = again.sharedWithMe().find(({ collection }) => collection === null);
    expect(titlesOf(await searchOf(kept!).find('menisque'))).toEqual(['Genou']);
  });
});
