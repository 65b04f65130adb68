import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import type { Id } from '../../src/index.js';
import { isVaultError } from '../../src/index.js';
import { addDocuments, documentRecords } from '../bench/documents.js';
import { createParty } from '../bench/party.js';
import { openStage, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { SYMPTOM } from '../support/symptom.js';

const MATCH = { identity: { verdict: 'match' } } as const;
const PLAIN = { category: 'report', title: 'Scan' } as const;

/** Longer than one piece of a digest. */
const scan = (last: string) => new File(['x'.repeat(300_000), last], 'scan.pdf', { type: 'application/pdf' });

describe('the same file, twice', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function vaultOf(name: string) {
    const person = await stage.enter(name, { disk: true });
    const vault = await person.createVault({ holder: { birthName: 'Martel' } });
    const cabinet = documentsOf(vault);
    const store = await stage.storeOf(name);
    const blobs = async () => (await store.blobs.list()).length;
    const same = async (file: File) => {
      try {
        await cabinet.file(file, PLAIN, MATCH);
      } catch (error) {
        if (isVaultError(error, 'usage/duplicate')) return error.details.id as Id<'item'>;
        throw error;
      }
      throw new Error('it was filed');
    };
    return { person, vault, cabinet, blobs, same };
  }

  it('is known by its bytes alone: nothing is stored, unless that is meant', async () => {
    const { person, vault, cabinet, blobs, same } = await vaultOf('alice');
    const first = await cabinet.file(scan('1'), PLAIN, MATCH);
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await vault.documents.digest(scan('1'))).toBe(first.digest);
    expect(await vault.documents.digest(scan('2'))).not.toBe(first.digest);
    expect(await blobs()).toBe(1);
    expect(await same(scan('1'))).toBe(first.id);
    expect(await blobs()).toBe(1);
    expect(vault.documents.list()).toHaveLength(1);

    // Two at once: one of them is first.
    const both = await Promise.allSettled([1, 2].map(() => cabinet.file(scan('2'), PLAIN, MATCH)));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await blobs()).toBe(2);

    const other = await cabinet.file(scan('1'), { ...PLAIN, title: 'Again' }, { ...MATCH, again: true });
    expect(other.digest).toBe(first.digest);
    expect((await cabinet.duplicatesOf(other)).map(({ id }) => id)).toEqual([first.id]);
    const before = await cabinet.duplicatesOf({ digest: await vault.documents.digest(scan('1')) });
    expect(new Set(before.map(({ id }) => id))).toEqual(new Set([first.id, other.id]));
    // Adding is not filing: an app may add the same twice.
    expect((await vault.documents.add(scan('1'), PLAIN)).digest).toBe(first.digest);
    expect(await codeOf(() => vault.documents.add(scan('1'), { ...PLAIN, once: true }))).toBe(
      'usage/duplicate',
    );
    await person.sync();
    expect(await same(scan('2'))).toBeDefined();
  });

  it('is known when it was masked, renamed, restored and replaced, and not when it was removed', async () => {
    const { vault, cabinet, same } = await vaultOf('berthe');
    const { id, digest } = await cabinet.file(scan('1'), PLAIN, MATCH);
    expect((await vault.documents.mask(id, { from: 'professionals' })).digest).toBe(digest);
    expect(await same(scan('1'))).toBe(id);
    expect((await vault.documents.update(id, { title: 'Other' })).digest).toBe(digest);
    expect((await vault.documents.unmask(id)).digest).toBe(digest);
    await vault.documents.remove(id);
    expect(vault.documents.list({ removed: true })).toMatchObject([{ digest }]);
    // What was removed is in nobody's way.
    const anew = await cabinet.file(scan('1'), PLAIN, MATCH);
    await vault.documents.erase(anew.id);
    expect((await vault.documents.restore(id)).digest).toBe(digest);
    expect(await same(scan('1'))).toBe(id);

    await vault.documents.replace(id, scan('2'));
    expect(await same(scan('2'))).toBe(id);
    const old = await cabinet.file(scan('1'), PLAIN, MATCH);
    expect(old.digest).toBe(digest);
  });

  it('is known when it came with a record, from someone else, or in a share; its readers can tell too', async () => {
    const { person: alice, vault, same } = await vaultOf('claire');
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    const martin = await stage.enter('martin', { kind: 'professional' });
    for (const person of [laboratory, martin]) await person.sync();
    const card = await vault.deposits.card();
    await vault.share({
      ...{ with: await alice.people.add(martin.contactCard()), category: 'report', role: 'contributor' },
    });
    await alice.sync();
    await laboratory.deposit(card, scan('1'), PLAIN);
    for (const person of [laboratory, martin, alice]) await person.sync();
    const [deposit] = await vault.deposits.list();
    const adopted = await vault.deposits.adopt(deposit?.id as never);
    expect(await same(scan('1'))).toBe(adopted);

    const [share] = martin.sharedWithMe();
    const added = await share?.add(scan('2'), { title: 'Letter' });
    for (const person of [martin, alice, martin]) await person.sync();
    expect(await same(scan('2'))).toBe(added?.id);
    const told = share?.list().map(({ digest }) => digest);
    expect(told).toContain(vault.documents.get(adopted)?.digest);

    const diary = vault.records(SYMPTOM);
    const line = await diary.add(
      { day: '2026-06-12', what: 'Cough', pain: 1 },
      { files: [scan('3'), adopted] },
    );
    const [own, linked] = line.files;
    const saved = await diary.saveFile(line.id, own?.id as never, { category: 'other' });
    expect(vault.documents.get(saved)?.digest).toBe(await vault.documents.digest(scan('3')));
    expect(await same(scan('3'))).toBe(saved);
    expect(linked?.source).toBe(adopted);
  });

  it('is not known of what an older version added, which works as ever', async () => {
    const party = await createParty();
    await addDocuments(party, documentRecords(2));
    const cabinet = documentsOf(party.vault);
    const [older, other] = await cabinet.list();
    expect([older?.digest, other?.digest]).toEqual([null, null]);
    expect(await cabinet.duplicatesOf(older as never)).toEqual([]);
    expect(await cabinet.duplicatesOf({ digest: null })).toEqual([]);
    const { id } = await cabinet.file(new Blob(['x']), PLAIN, MATCH);
    expect(await cabinet.list()).toHaveLength(3);
    const changed = await party.vault.documents.update(older?.id as never, { title: 'Mine' });
    expect(changed).toMatchObject({ title: 'Mine', digest: null });
    const replaced = await party.vault.documents.replace(older?.id as never, new Blob(['y']));
    expect(replaced.digest).toBe(await party.vault.documents.digest(new Blob(['y'])));
    expect(await codeOf(() => cabinet.file(new Blob(['x']), PLAIN, MATCH))).toBe('usage/duplicate');
    expect(await cabinet.duplicatesOf({ digest: (await cabinet.get(id))?.digest ?? '' })).toHaveLength(1);
    await party.person.close();
  });
});
