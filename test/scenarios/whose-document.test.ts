import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import type { Id } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { SYMPTOM } from '../support/symptom.js';

const about = {
  type: { code: '11502-2', system: '2.16.840.1.113883.6.1', label: 'CR de biologie' },
  authors: [
    {
      name: 'Dr Martin',
      ids: [{ system: '1.2.250.1.71.4.2.1', value: '810000000017' }],
      profession: null,
      organisation: { name: 'Laboratoire des Quais', ids: [] },
    },
  ],
  confidentiality: 'N',
  setId: { system: '1.2.3', value: 'set' },
  versionNumber: 2,
} as const;

describe('a document, and whose it is', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('says what a health record says of it, to its holder and to who it is shared with', async () => {
    const alice = await stage.enter('alice', { disk: true });
    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const metadata = { category: 'laboratory', title: 'TSH', about } as const;
    const { id } = await vault.documents.add(new Blob(['TSH 2.1']), metadata);
    expect(vault.documents.get(id)?.about).toEqual(about);
    await vault.share({ with: await alice.people.add(martin.contactCard()), category: 'laboratory' });
    await alice.sync();
    await martin.sync();
    expect(martin.sharedWithMe()[0]?.list()).toMatchObject([{ title: 'TSH', about }]);
    await vault.documents.update(id, { title: 'TSH, June' });
    await vault.documents.replace(id, new Blob(['TSH 2.2']));
    expect(vault.documents.get(id)).toMatchObject({ title: 'TSH, June', about, versions: 3 });
    await alice.close();
    const again = await stage.reopen('alice');
    expect(again.vaults()[0]?.documents.get(id)).toMatchObject({ title: 'TSH, June', about });

    const plain = await again.vaults()[0]?.documents.add(new Blob(['x']), { category: 'other', title: 'x' });
    expect(plain?.about).toBeNull();
    const wrong = { category: 'other', title: 'x', about: { confidentiality: 'X' } } as never;
    expect(await codeOf(() => again.vaults()[0]?.documents.add(new Blob(['x']), wrong))).toBe(
      'usage/invalid',
    );
  });

  it('that someone else wrote is not the holder’s to change, but to remove, mask and bring back', async () => {
    const alice = await stage.enter('berthe');
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    await laboratory.sync();
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const card = await vault.deposits.card();
    await alice.sync();
    const metadata = { category: 'laboratory', title: 'TSH', about } as const;
    await laboratory.deposit(card, new Blob(['TSH 2.1']), metadata);
    await laboratory.sync();
    await alice.sync();
    const [deposit] = await vault.deposits.list();
    const id = await vault.deposits.adopt(deposit?.id as never);
    expect(vault.documents.get(id)).toMatchObject({ author: laboratory.id, about });
    expect(await codeOf(() => vault.documents.update(id, { title: 'Mine' }))).toBe('access/not-allowed');
    expect(await codeOf(() => vault.documents.replace(id, new Blob(['x'])))).toBe('access/not-allowed');
    await vault.documents.remove(id);
    expect(vault.documents.list()).toEqual([]);
    expect(await vault.documents.restore(id)).toMatchObject({ author: laboratory.id, about, title: 'TSH' });
  });

  it('stays its author’s wherever it goes: masked, shown again, brought back, filed from a message, on another device', async () => {
    const phone = await stage.enter('claire', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const laboratory = await stage.enter('laboratory of claire', { kind: 'institution' });
    const nurse = await stage.enter('nurse', { kind: 'professional' });
    const martin = await stage.enter('martin of claire', { kind: 'professional' });
    for (const person of [laboratory, nurse, martin]) await person.sync();
    const card = await vault.deposits.card();
    const withNurse = await phone.people.add(nurse.contactCard());
    await vault.share({ with: withNurse, category: 'laboratory', role: 'contributor' });
    await vault.share({ with: await phone.people.add(martin.contactCard()), category: 'laboratory' });
    await phone.sync();
    await laboratory.deposit(card, new Blob(['TSH 2.1']), { category: 'laboratory', title: 'TSH', about });
    await laboratory.sync();
    await nurse.sync();
    await nurse.sharedWithMe()[0]?.add(new Blob(['37.2']), { title: 'Temperature' });
    await nurse.sync();
    await phone.sync();
    const [deposit] = await vault.deposits.list();
    const tsh = await vault.deposits.adopt(deposit?.id as never);
    const temperature = vault.documents.list().find(({ title }) => title === 'Temperature');
    const authors = { [tsh]: laboratory.id, [temperature?.id as string]: nurse.id };

    const isTheirs = async (documents: typeof vault.documents) => {
      const cabinet = documentsOf({ documents, records: vault.records.bind(vault) });
      for (const [id, author] of Object.entries(authors) as [Id<'item'>, Id<'person'>][]) {
        expect(documents.get(id)).toMatchObject({ author });
        expect(documents.history(id).every(({ by, removed }) => removed || by === author)).toBe(true);
        for (const change of [
          { title: 'Mine' },
          { about: { confidentiality: 'N' } },
          { date: null },
        ] as const)
          expect(await codeOf(() => documents.update(id, change))).toBe('access/not-allowed');
        expect(await codeOf(() => documents.replace(id, new Blob(['x'])))).toBe('access/not-allowed');
        expect((await cabinet.get(id))?.authorTitle).toBe(documents.get(id)?.title);
      }
    };
    const each = async (act: (id: Id<'item'>) => Promise<unknown>) => {
      for (const id of Object.keys(authors) as Id<'item'>[]) await act(id);
      await isTheirs(vault.documents);
    };
    await isTheirs(vault.documents);
    await each((id) => vault.documents.mask(id, { from: 'professionals' }));
    await each((id) => vault.documents.mask(id, { from: [martin.id] }));
    await each((id) => vault.documents.unmask(id));
    // What the holder calls it is beside it.
    await documentsOf(vault).setTitle(tsh, 'My thyroid');
    await isTheirs(vault.documents);

    await phone.sync();
    await martin.sync();
    const shown = () => martin.sharedWithMe().flatMap((share) => share.list());
    expect(Object.fromEntries(shown().map(({ id, author }) => [id, author]))).toEqual(authors);
    expect(
      shown()
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['TSH', 'Temperature']);

    // Removed from view: for the holder, on each device, and for who reads; and it comes back as it was.
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('claire') });
    await phone.sync();
    const tablet = await stage.recover('claire', words);
    const there = tablet.vaults()[0]?.documents as typeof vault.documents;
    await isTheirs(there);
    await there.remove(tsh);
    for (const person of [tablet, phone, martin]) await person.sync();
    expect(vault.documents.list().map(({ title }) => title)).toEqual(['Temperature']);
    expect(shown().map(({ title }) => title)).toEqual(['Temperature']);
    expect(vault.documents.list({ removed: true })).toMatchObject([{ id: tsh, author: laboratory.id }]);
    expect(await codeOf(() => vault.documents.update(tsh, { title: 'Mine' }))).toBe('usage/not-found');
    expect(await codeOf(() => vault.documents.replace(tsh, new Blob(['x'])))).toBe('usage/not-found');
    await vault.documents.restore(tsh);
    for (const person of [phone, tablet, martin]) await person.sync();
    await isTheirs(vault.documents);
    await isTheirs(there);
    expect(shown().find(({ id }) => id === tsh)).toMatchObject({ author: laboratory.id, about });

    // Sent in a message and filed from there, it is still theirs.
    const line = await vault
      .records(SYMPTOM)
      .add({ day: '2026-06-12', what: 'Tired', pain: 0 }, { files: [tsh] });
    const [file] = line.files;
    const saved = await vault.records(SYMPTOM).saveFile(line.id, file?.id as never, { category: 'other' });
    expect(vault.documents.get(saved)).toMatchObject({ author: laboratory.id, about });
    expect(await codeOf(() => vault.documents.update(saved, { title: 'Mine' }))).toBe('access/not-allowed');
  });
});
