import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../src/index.js';
import { bytesOf, openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { SYMPTOM, type Symptom } from '../support/symptom.js';

const rash: Symptom = { day: '2026-06-01', what: 'rash', pain: 1 };
const photo = (fill: number, bytes = 300_000) =>
  new File([new Uint8Array(bytes).fill(fill)], `rash-${String(fill)}.jpg`, { type: 'image/jpeg' });
const firstOf = async (blob: Promise<Blob>) => {
  const found = await blob;
  return [found.size, found.type, new Uint8Array(await found.slice(0, 1).arrayBuffer())[0]];
};
/** The only element. */
function only<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1);
  return list[0] as T;
}

describe('files of records', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function patient(name: string): Promise<{ person: Person; vault: Vault }> {
    const person = await stage.enter(name, { disk: true });
    const vault = await person.createVault({ holder: { birthName: 'Martel' } });
    await person.sync();
    return { person, vault };
  }

  /** Someone Alice shares her diary with. */
  async function invite(alice: Person, vault: Vault, name: string, role: 'reader' | 'contributor') {
    const guest = await stage.enter(name, { kind: 'professional' });
    await guest.sync();
    const contact = await alice.people.add(guest.contactCard());
    await vault.share({ with: contact, collection: 'diary', role });
    await alice.sync();
    await guest.sync();
    const share = guest.sharedWithMe().find(({ collection }) => collection === 'diary');
    if (share === undefined) throw new Error('nothing was shared');
    return { guest, share, his: share.records(SYMPTOM) };
  }

  it('go with their record: sealed in one op, kept over a restart, read on another device, erased with it', async () => {
    const { person: alice, vault } = await patient('alice');
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice') });
    const diary = vault.records(SYMPTOM);
    const report = await vault.documents.add(new File(['the report'], 'report.txt', { type: 'text/plain' }), {
      category: 'report',
      title: 'Dermatology',
    });
    const { id, files } = await diary.add(rash, {
      files: [photo(7), { file: photo(8), title: 'Arm' }, report.id],
    });
    expect(files.map(({ title, name, bytes, source }) => [title, name, bytes, source])).toEqual([
      ['rash-7.jpg', 'rash-7.jpg', 300_000, null],
      ['Arm', 'rash-8.jpg', 300_000, null],
      ['Dermatology', 'report.txt', 10, report.id],
    ]);
    expect(JSON.stringify(diary.get(id))).not.toContain('key');
    await alice.close();

    const again = await stage.reopen('alice');
    const same = only(again.vaults()).records(SYMPTOM);
    // What is left over is swept at the start: a file not sent yet is not left over.
    const [first, second] = files.map((file) => file.id);
    if (first === undefined || second === undefined) throw new Error('no files');
    expect(await firstOf(same.blob(id, first))).toEqual([300_000, 'image/jpeg', 7]);
    await same.update(id, { pain: 3 });
    expect(same.get(id)?.files).toEqual(files);
    expect((await again.sync()).failed).toEqual([]);

    const tablet = await stage.recover('alice', words);
    const there = only(tablet.vaults()).records(SYMPTOM);
    expect(there.get(id)).toMatchObject({ value: { pain: 3 }, files });
    expect(await firstOf(there.blob(id, second))).toEqual([300_000, 'image/jpeg', 8]);
    expect((await bytesOf(there.read(id, second, { start: 5, end: 9 }))).length).toBe(4);
    expect(await codeOf(() => there.blob(id, report.id as never))).toBe('usage/invalid');

    await same.erase(id);
    await again.sync();
    await tablet.sync();
    expect(there.get(id)).toBeNull();
    expect(await codeOf(() => there.blob(id, second))).toBe('usage/not-found');
    // The report is a document of its own, and stays.
    expect(await (await only(tablet.vaults()).documents.blob(report.id)).text()).toBe('the report');
    await again.close();
    await tablet.close();
  });

  it('R-REC-6 are their author’s, also once they are filed as documents; filing twice is one document', async () => {
    const { person: alice, vault } = await patient('berthe');
    const diary = vault.records(SYMPTOM);
    await diary.add(rash);
    await alice.sync();
    const { guest: martin, his } = await invite(alice, vault, 'martin', 'contributor');
    expect(his.members()).toEqual([
      { person: alice.id, role: 'owner' },
      { person: martin.id, role: 'contributor' },
    ]);
    const given = await his.add({ ...rash, what: 'seen' }, { files: [photo(9)] });
    expect((await martin.sync()).failed).toEqual([]);
    await alice.sync();
    const seen = diary.get(given.id);
    const file = only(seen?.files ?? []);
    expect([seen?.author, file.author]).toEqual([martin.id, martin.id]);
    expect(await firstOf(diary.blob(given.id, file.id))).toEqual([300_000, 'image/jpeg', 9]);

    const saved = await diary.saveFile(given.id, file.id, { category: 'imaging' });
    expect(await diary.saveFile(given.id, file.id, { category: 'report' })).toBe(saved);
    expect(vault.documents.list()).toMatchObject([
      { id: saved, category: 'imaging', author: martin.id, bytes: 300_000 },
    ]);
    expect((await alice.sync()).failed).toEqual([]);
    // What Alice filed stays hers when the record goes.
    await diary.erase(given.id);
    await alice.sync();
    expect(await firstOf(vault.documents.blob(saved))).toEqual([300_000, 'image/jpeg', 9]);
    // Her documents are not his to give, nor to file.
    expect(await codeOf(() => his.add(rash, { files: [saved] }))).toBe('access/not-allowed');
    expect(await codeOf(() => his.saveFile(given.id, file.id, { category: 'report' }))).toBe(
      'access/not-allowed',
    );
    await martin.sync();
    expect(await codeOf(() => his.blob(given.id, file.id))).toBe('usage/not-found');
  });

  it('refuses what cannot be kept, and keeps nothing of it', async () => {
    const { person: alice, vault } = await patient('claire');
    const diary = vault.records(SYMPTOM);
    const many = Array.from({ length: 65 }, () => new Blob(['x']));
    expect(await codeOf(() => diary.add(rash, { files: many }))).toBe('usage/invalid');
    expect(await codeOf(() => diary.add({ ...rash, '@files': [] } as Symptom))).toBe('usage/invalid');
    const unknown = 'itm_AAAAAAAAAAAAAAAAAAAAAA' as never;
    expect(await codeOf(() => diary.add(rash, { files: [photo(1), unknown] }))).toBe('usage/not-found');
    const signal = AbortSignal.abort();
    expect(await codeOf(() => diary.add(rash, { files: [photo(1)], signal }))).toBe('usage/aborted');
    expect(diary.list()).toEqual([]);
    const { id } = await diary.add(rash);
    expect(await codeOf(() => diary.update(id, { '@files': [] } as never))).toBe('usage/invalid');
    await alice.close();
    const store = await stage.storeOf('claire');
    expect(await store.blobs.list()).toEqual([]);
    await store.close();
  });

  it('R-DEP-4 come with a deposited record, which is taken in as its kind or not at all', async () => {
    const { person: alice, vault } = await patient('diane');
    const laboratory = await stage.enter('laboratory', { kind: 'institution' });
    await laboratory.sync();
    const card = await vault.deposits.card();
    await alice.sync();
    await laboratory.depositRecord(card, SYMPTOM, { ...rash, what: 'antibodies' }, { files: [photo(3)] });
    await laboratory.depositRecord(card, SYMPTOM, { ...rash, what: 'unwanted' });
    await laboratory.deposit(card, new Blob(['TSH 2.1']), { category: 'laboratory', title: 'TSH' });
    expect((await laboratory.sync()).failed).toEqual([]);
    await alice.sync();
    expect(await vault.deposits.list()).toMatchObject([{ title: 'TSH' }]);
    const [first, second] = await vault.deposits.waitingRecords(SYMPTOM);
    expect([first, second]).toMatchObject([
      { from: laboratory.id, value: { what: 'antibodies' }, files: [{ bytes: 300_000 }] },
      { from: laboratory.id, value: { what: 'unwanted' }, files: [] },
    ]);
    if (first === undefined || second === undefined) throw new Error('no deposits');
    const other = { ...SYMPTOM, kind: 'other-kind' };
    expect(await vault.deposits.waitingRecords(other)).toEqual([]);
    expect(await codeOf(() => vault.deposits.adoptRecord(first.id, other))).toBe('usage/not-found');
    expect(await codeOf(() => vault.deposits.adopt(first.id))).toBe('usage/not-found');
    const item = await vault.deposits.adoptRecord(first.id, SYMPTOM);
    expect(await vault.deposits.adoptRecord(first.id, SYMPTOM)).toBe(item);
    await vault.deposits.refuse(second.id);
    await alice.sync();
    await laboratory.sync();
    const taken = only(vault.records(SYMPTOM).list());
    expect(taken).toMatchObject({ id: item, author: laboratory.id, files: [{ author: laboratory.id }] });
    expect(await firstOf(vault.records(SYMPTOM).blob(item, only(taken.files).id))).toEqual([
      300_000,
      'image/jpeg',
      3,
    ]);
    expect(laboratory.deposited().map(({ receipt }) => receipt !== null)).toEqual([true, false, false]);
  });

  it('are one’s own without a vault: a professional’s records reach their other device, and nobody else', async () => {
    const martin = await stage.enter('doctor', { kind: 'professional', disk: true });
    const words = await martin.createRecoveryPhrase({ passphrase: passphraseOf('doctor') });
    const notes = martin.records(SYMPTOM, 'notes');
    const { id, files } = await notes.add({ ...rash, what: 'to ask' }, { files: [photo(5)] });
    expect((await martin.sync()).failed).toEqual([]);
    const tablet = await stage.recover('doctor', words);
    const there = tablet.records(SYMPTOM, 'notes');
    expect(there.get(id)).toMatchObject({ value: { what: 'to ask' }, files });
    expect(await firstOf(there.blob(id, only(files).id))).toEqual([300_000, 'image/jpeg', 5]);
    expect(tablet.vaults()).toEqual([]);
    expect(tablet.sharedWithMe()).toEqual([]);
    await there.update(id, { pain: 2 });
    await tablet.sync();
    await martin.sync();
    expect(notes.get(id)?.value.pain).toBe(2);
    expect(await codeOf(() => notes.saveFile(id, only(files).id, { category: 'report' }))).toBe(
      'access/not-allowed',
    );
    await martin.close();
    const again = await stage.reopen('doctor');
    expect(only(again.records(SYMPTOM, 'notes').list()).value.what).toBe('to ask');
  });
});

describe('who comes later', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  async function guestOf(alice: Person, name: string) {
    const guest = await stage.enter(name, { kind: 'professional' });
    await guest.sync();
    return { guest, contact: await alice.people.add(guest.contactCard()) };
  }
  const seenBy = async (guest: Person) => {
    await guest.sync();
    const share = guest.sharedWithMe().find(({ collection }) => collection === 'diary');
    return (share?.records(SYMPTOM).list() ?? []).map(({ value }) => value.what).sort();
  };

  it('reads what was written before with `all`, and only what follows with `from-now`', async () => {
    const alice = await stage.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    await diary.add({ ...rash, what: 'before' });
    const karim = await guestOf(alice, 'karim');
    const eve = await guestOf(alice, 'eve');
    await vault.share({ with: karim.contact, collection: 'diary', history: 'all' });
    await vault.share({ with: eve.contact, collection: 'diary', history: 'from-now', role: 'contributor' });
    await diary.add({ ...rash, what: 'after' });
    expect((await alice.sync()).failed).toEqual([]);
    expect(await seenBy(karim.guest)).toEqual(['after', 'before']);
    expect(await seenBy(eve.guest)).toEqual(['after']);
    // A later epoch does not open the past to her either.
    const grant = vault.grants().find(({ with: person }) => person === karim.guest.id);
    if (grant === undefined) throw new Error('no grant');
    await vault.revoke(grant);
    await diary.add({ ...rash, what: 'last' });
    await alice.sync();
    expect(await seenBy(eve.guest)).toEqual(['after', 'last']);
    expect(
      await codeOf(() => vault.share({ with: eve.contact, document: 'itm_x' as never, history: 'all' })),
    ).toBe('usage/invalid');
  });

  it('does not get the past when the key that was to close it was void and is made again', async () => {
    const phone = await stage.enter('berthe', { disk: true });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf('berthe') });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    await diary.add({ ...rash, what: 'before' });
    const karim = await guestOf(phone, 'karim-b');
    const eve = await guestOf(phone, 'eve-b');
    await phone.sync();
    const tablet = await stage.recover('berthe', words);
    // Both begin an epoch while offline; the phone's comes first, and the tablet's is void.
    await vault.share({ with: karim.contact, collection: 'diary', history: 'all' });
    const there = only(tablet.vaults());
    await there.share({ with: eve.guest.id, collection: 'diary', history: 'from-now' });
    await phone.sync();
    expect((await tablet.sync()).failed).toEqual([]);
    await phone.sync();
    await diary.add({ ...rash, what: 'after' });
    await phone.sync();
    expect(await seenBy(eve.guest)).toEqual(['after']);
    expect(await seenBy(karim.guest)).toEqual(['after', 'before']);
  });
});
