import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { isVaultError, type Person, type Vault, VaultError } from '../../../src/index.js';
import { recordExtractor, searchOf } from '../../../src/search/index.js';
import { Incoming } from '../../../src/worker/host/incoming.js';
import { type Packed, unpack } from '../../../src/worker/packing.js';
import type { InWorker, SearchInWorker } from '../../../src/worker/remote-object.js';
import { openStage, type Stage } from '../../support/actors.js';
import { SYMPTOM } from '../../support/symptom.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

const DIARY = recordExtractor(SYMPTOM, ({ value }) => ({ title: value.what, date: value.day }));
const SHOUTED = {
  mediaTypes: ['text/x-shouted'],
  version: 1,
  bytesMax: 1000,
  extract: async (file: Blob) => (await file.text()).toLowerCase(),
};

describe('the search of a vault in a worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  let alice: InWorker<Person>;
  let vault: InWorker<Vault>;
  const add = (title: string, text: string, type = 'text/plain') =>
    vault.documents.add(new Blob([text], { type }), { category: 'report', title });
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, [SYMPTOM], { records: [DIARY], files: [SHOUTED] });
    alice = await party.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('finds what that worker knows to read, and tells the page how far it is', async () => {
    const search = searchOf(vault);
    expectTypeOf(search).toEqualTypeOf<SearchInWorker>();
    expect(search).toBe(vault.search);
    await add('Genou', 'Rupture du ligament croisé.');
    await add('Lettre', 'CYSTITE AIGUE', 'text/x-shouted');
    await vault.records(SYMPTOM).add({ day: '2026-01-01', what: 'Migraine', pain: 4 });
    const told: unknown[] = [];
    const update = await search.update({ onProgress: (progress) => told.push(progress) });
    expect(update).toEqual({ added: 3, removed: 0, withoutText: 0 });
    expect(told.at(-1)).toEqual({ done: 3, total: 3 });
    expect(await search.size).toBe(3);
    const { hits, total } = await search.find('ligaments', { categories: ['report'] });
    expect(total).toBe(1);
    expect(hits[0]).toMatchObject({ title: 'Genou', snippet: { ranges: [[11, 19]] } });
    expect((await search.find('cystite')).total).toBe(1);
    expect((await search.find('migr', { kinds: ['symptom'] })).total).toBe(1);
    await expect(search.find('x', { limit: 0 })).rejects.toThrow('usage/invalid');
  });

  it('has no more than that on the page: nothing that takes a program, and no text', async () => {
    expect('registerFiles' in vault.search || 'registerRecords' in vault.search).toBe(false);
    await expect(party.link.call({ handle: 2, path: ['search'] }, 'registerFiles', [{}])).rejects.toThrow(
      'usage/invalid',
    );
    await expect(party.link.call({ handle: 1, path: ['search'] }, 'find', ['x'])).rejects.toThrow(
      'usage/invalid',
    );
    const posted = party.posted.length;
    await add('Secret', `${'mot '.repeat(400)}oxymètre`);
    await vault.search.update();
    expect(JSON.stringify(party.posted.slice(posted))).not.toMatch(/oxym|mot mot/);
  });

  it('stops when the page says so', async () => {
    await add('Un', 'arythmie');
    await expect(vault.search.update({ signal: AbortSignal.abort() })).rejects.toThrow('usage/aborted');
    expect((await vault.search.find('arythmie')).total).toBe(0);
    expect(await vault.search.update()).toMatchObject({ added: 1 });
  });

  it('shows what is found as it changes: the same live value for equal arguments', async () => {
    const live = vault.search.liveFind('bronche', { limit: 5 });
    expect(vault.search.liveFind('bronche', { limit: 5 })).toBe(live);
    const titles: string[][] = [];
    const stop = live.subscribe(({ hits }) => titles.push(hits.map(({ title }) => title)));
    await expect.poll(() => titles.at(-1)).toEqual([]);
    const { id } = await add('Poumon', 'Bronches dilatées.');
    await expect.poll(() => titles.at(-1)).toEqual(['Poumon']);
    await vault.documents.remove(id);
    await expect.poll(() => titles.at(-1)).toEqual([]);
    stop();
    const wrong = vault.search.liveFind('bronche', { from: 'yesterday' });
    const stopWrong = wrong.subscribe(() => {});
    await expect.poll(() => (wrong.getError() as Error | null)?.message).toMatch('usage/invalid');
    stopWrong();
  });

  it('tells errors to the callback of the page as errors', async () => {
    const told: { readonly args: Packed }[] = [];
    const page = { tell: async (request: { readonly args: Packed }) => void told.push(request) };
    const incoming = new Incoming(1, page as never, {} as never);
    const mark = { 'coffret:mark': { kind: 'callback', id: 1 } };
    const onError = incoming.unpack({ value: mark, marked: true }) as (error: unknown) => void;
    onError(new VaultError('store/quota'));
    const [error] = unpack(told[0]!.args, party.link.revive) as [unknown];
    expect(isVaultError(error, 'store/quota')).toBe(true);
  });

  it('follows until it is told to stop', async () => {
    const before = (await party.held()).scopes;
    const stop = await vault.search.follow({ onError: () => {} });
    await add('Os', 'Ostéophyte.');
    await expect.poll(async () => (await vault.search.find('osteophyte')).total).toBe(1);
    await stop();
    expect((await party.held()).scopes).toBe(before);
  });
});
