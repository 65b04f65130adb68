import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentsOf } from '../../src/documents/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';

const id = (value: string) => ({ system: '1.2.3', value });

describe('Alice files her documents', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  it('with titles, pins, notes and folders of her own, on both devices, whoever wrote them', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    await laboratory.sync();
    const card = await vault.deposits.card();
    await phone.sync();
    await laboratory.deposit(card, new Blob(['TSH']), {
      category: 'laboratory',
      title: 'CR 2026-118',
      date: '2026-06-12',
    });
    await laboratory.sync();
    await phone.sync();
    const [deposit] = await vault.deposits.list();
    const tsh = await vault.deposits.adopt(deposit?.id as never);
    const note = await vault.documents.add(new Blob(['n']), {
      category: 'other',
      title: 'Note',
      date: '2026-07-01',
    });
    const cabinet = documentsOf(vault);
    expect(documentsOf(vault)).toBe(cabinet);
    expect((await cabinet.list()).map(({ title }) => title)).toEqual(['Note', 'CR 2026-118']);

    const thyroid = await cabinet.createFolder('Thyroïde');
    expect(await codeOf(() => cabinet.createFolder(' THYROIDE'))).toBe('usage/invalid');
    expect(await codeOf(() => cabinet.createFolder('x'.repeat(51)))).toBe('usage/invalid');
    await cabinet.setTitle(tsh, 'My thyroid');
    await cabinet.pin(tsh, true);
    await cabinet.setNote(tsh, 'Ask about the dose');
    await cabinet.moveTo(tsh, thyroid.id);
    await cabinet.relate(tsh, note.id, 'answers');
    await cabinet.relate(tsh, note.id, 'answers');
    const [first] = await cabinet.list();
    expect(first).toMatchObject({
      ...{ id: tsh, title: 'My thyroid', authorTitle: 'CR 2026-118', author: laboratory.id },
      ...{ pinned: true, note: 'Ask about the dose', folder: thyroid.id },
      relations: [{ to: note.id, type: 'answers' }],
    });
    expect((await cabinet.list({ folder: thyroid.id })).map((shown) => shown.id)).toEqual([tsh]);
    expect((await cabinet.list({ folder: null })).map((shown) => shown.id)).toEqual([note.id]);
    await phone.sync();

    const tablet = await stage.recover('alice', words);
    const there = documentsOf(tablet.vaults()[0] as never);
    // Each says something first about the note: it is read as one.
    await cabinet.setNote(note.id, 'from the phone');
    await there.pin(note.id, true);
    for (const device of [phone, tablet, phone]) await device.sync();
    for (const each of [cabinet, there])
      expect(await each.get(note.id)).toMatchObject({ note: 'from the phone', pinned: true });
    await there.setTitle(note.id, 'Notes');
    for (const device of [tablet, phone]) await device.sync();
    expect(await cabinet.get(note.id)).toMatchObject({
      title: 'Notes',
      note: 'from the phone',
      pinned: true,
    });

    await there.removeFolder(thyroid.id);
    await there.setTitle(tsh, null);
    for (const device of [tablet, phone]) await device.sync();
    expect(await cabinet.get(tsh)).toMatchObject({ folder: null, title: 'CR 2026-118' });
    expect(await codeOf(() => cabinet.moveTo(tsh, thyroid.id))).toBe('usage/not-found');
    expect(await codeOf(() => cabinet.pin(thyroid.id, true))).toBe('usage/not-found');
    expect(
      cabinet
        .live({ pinned: true })
        .getSnapshot()
        ?.map(({ title }) => title),
    ).toEqual(['Notes', 'CR 2026-118']);
  });

  it('which know their versions, what is a duplicate, and what is to be asked first', async () => {
    const alice = await stage.enter('berthe');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const cabinet = documentsOf(vault);
    const add = (title: string, about: object) =>
      vault.documents.add(new Blob([title]), { category: 'report', title, about });
    const one = await add('v1', { setId: id('set'), versionNumber: 1, documentId: id('a') });
    const two = await add('v2', { setId: id('set'), versionNumber: 2, documentId: id('b') });
    const letter = await add('letter', { documentId: id('c'), replaces: [id('b')] });
    const hidden = await add('hidden', { notYetAnnounced: true, hiddenFromRepresentatives: true });
    const by = async (item: typeof one) => (await cabinet.get(item.id))?.supersededBy;
    expect([await by(one), await by(two), await by(letter)]).toEqual([two.id, letter.id, null]);
    expect((await cabinet.get(letter.id))?.replaces).toEqual([two.id]);
    expect((await cabinet.list({ current: true })).map(({ title }) => title).sort()).toEqual([
      'hidden',
      'letter',
    ]);
    const draft = await add('draft', {});
    await cabinet.relate(letter.id, draft.id, 'replaces');
    expect(await by(draft)).toBe(letter.id);

    expect(
      (await cabinet.duplicatesOf({ about: { documentId: id('a') } })).map(({ id: item }) => item),
    ).toEqual([one.id]);
    expect(
      (await cabinet.duplicatesOf({ about: { setId: id('set'), versionNumber: 2 } })).map((d) => d.id),
    ).toEqual([two.id]);
    expect(await cabinet.duplicatesOf({ about: { setId: id('set'), versionNumber: 3 } })).toEqual([]);

    expect(await cabinet.get(hidden.id)).toMatchObject({ askFirst: true, hiddenFromRepresentatives: true });
    await cabinet.acknowledge(hidden.id);
    expect(await cabinet.get(hidden.id)).toMatchObject({ askFirst: false, hiddenFromRepresentatives: true });
  });
});
