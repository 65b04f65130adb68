import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineKind, type Records } from '../../src/index.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { SYMPTOM, type Symptom } from '../support/symptom.js';

const headache: Symptom = { day: '2026-06-01', what: 'headache', pain: 4 };
const valuesOf = (records: Records<Symptom>) => records.list().map(({ value }) => value);
const whatOf = (records: Records<Symptom>) =>
  records
    .list()
    .map(({ value }) => value.what)
    .sort();

describe('Alice keeps a diary of symptoms', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  /** Alice, her vault, and a second device of hers. */
  async function twoDevices(name: string) {
    const phone = await stage.enter(name, { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf(name) });
    await phone.sync();
    const onTablet = async () => {
      await phone.sync();
      const tablet = await stage.recover(name, words);
      const [same] = tablet.vaults();
      if (same === undefined) throw new Error('no vault');
      return { tablet, diary: same.records(SYMPTOM) };
    };
    return { phone, vault, diary: vault.records(SYMPTOM), onTablet };
  }

  it('writes, changes, removes, restores and erases lines, and finds them after a restart', async () => {
    const phone = await stage.enter('alice', { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    expect(diary.list()).toEqual([]);
    const first = await diary.add({ ...headache, note: 'after lunch' });
    expect(first).toMatchObject({ value: { pain: 4 }, author: phone.id, synced: false, versions: 1 });
    const changed = await diary.update(first.id, { pain: 6, note: undefined });
    expect(changed.value).toEqual({ ...headache, pain: 6 });
    expect(await diary.update(first.id, ({ pain }) => ({ pain: pain + 1 }))).toMatchObject({
      value: { pain: 7 },
      created: first.created,
      versions: 3,
    });
    expect(diary.history(first.id).map(({ value }) => [value?.pain, value?.note])).toEqual([
      [4, 'after lunch'],
      [6, undefined],
      [7, undefined],
    ]);
    await diary.remove(first.id);
    expect([diary.get(first.id), diary.list()]).toEqual([null, []]);
    expect(await codeOf(() => diary.remove(first.id))).toBe('usage/not-found');
    expect(await codeOf(() => diary.update(first.id, { pain: 1 }))).toBe('usage/not-found');
    await diary.restore(first.id);
    expect(await codeOf(() => diary.restore(first.id))).toBe('usage/not-found');
    expect(diary.get(first.id)?.value.pain).toBe(7);
    const many = await diary.addAll(
      Array.from({ length: 250 }, (_, i) => ({ ...headache, what: `line ${String(i)}` })),
    );
    expect(new Set(many.map(({ id }) => id)).size).toBe(250);
    expect(diary.list()).toHaveLength(251);
    expect(diary.list({ where: { what: 'line 7' } }).map(({ id }) => id)).toEqual([many[7]?.id]);
    await diary.erase(first.id);
    expect(diary.get(first.id)).toBeNull();
    expect(await codeOf(() => diary.restore(first.id))).toBe('usage/not-found');
    await phone.sync();
    expect(diary.list().every(({ synced }) => synced)).toBe(true);
    await phone.close();

    const again = await stage.reopen('alice');
    const kept = again.vaults()[0]?.records(SYMPTOM);
    expect(kept?.list()).toHaveLength(250);
    expect(kept?.get(many[3]?.id as never)?.value).toEqual({ ...headache, what: 'line 3' });
  });

  it('changes one line on two devices at once: fields are put together, the later of one field is shown', async () => {
    const { phone, diary, onTablet } = await twoDevices('berthe');
    const { id } = await diary.add(headache);
    const { tablet, diary: other } = await onTablet();
    await diary.update(id, { pain: 8 });
    await other.update(id, { note: 'after lunch', what: 'migraine' });
    await phone.sync();
    await tablet.sync();
    await phone.sync();
    for (const records of [diary, other]) {
      expect(records.get(id)?.value).toEqual({
        ...headache,
        pain: 8,
        note: 'after lunch',
        what: 'migraine',
      });
      expect(records.get(id)?.conflicts).toEqual([]);
    }

    await diary.update(id, { pain: 2, note: 'before lunch' });
    await other.update(id, { pain: 10 });
    await phone.sync();
    await tablet.sync();
    await phone.sync();
    expect(diary.get(id)).toEqual(other.get(id));
    expect(diary.get(id)?.value).toMatchObject({ pain: 10, note: 'before lunch' });
    expect(diary.get(id)?.conflicts).toMatchObject([{ field: 'pain', value: 2, author: phone.id }]);

    // Another field leaves the question open; the field itself settles it, for both.
    await diary.update(id, { what: 'headache' });
    expect(diary.get(id)?.conflicts).toMatchObject([{ field: 'pain', value: 2 }]);
    await diary.update(id, { pain: 2 });
    await phone.sync();
    await tablet.sync();
    for (const records of [diary, other]) {
      expect(records.get(id)?.value).toMatchObject({ pain: 2, what: 'headache', note: 'before lunch' });
      expect(records.get(id)?.conflicts).toEqual([]);
      expect(records.history(id).map(({ value }) => value?.pain)).toContain(10);
    }
  });

  it('removes a line on one device and changes it on the other: what was written is not lost', async () => {
    const { phone, diary, onTablet } = await twoDevices('claire');
    const { id } = await diary.add(headache);
    const { tablet, diary: other } = await onTablet();
    await other.update(id, { pain: 9 });
    await diary.remove(id);
    expect(diary.get(id)).toBeNull();
    await tablet.sync();
    await phone.sync();
    await tablet.sync();
    for (const records of [diary, other]) {
      expect(records.get(id)).toMatchObject({ value: { pain: 9 }, conflicts: [{ field: null }] });
      expect(whatOf(records)).toEqual(['headache']);
    }
    await other.remove(id);
    await tablet.sync();
    await phone.sync();
    expect(diary.list()).toEqual([]);
  });

  it('starts the diary on two devices while offline: both halves are read, and shared', async () => {
    const { phone, vault, diary, onTablet } = await twoDevices('diane');
    const { tablet, diary: other } = await onTablet();
    await diary.add(headache);
    await other.add({ ...headache, what: 'cough' });
    await phone.sync();
    await tablet.sync();
    await phone.sync();
    await tablet.sync();
    expect(whatOf(diary)).toEqual(['cough', 'headache']);
    expect(whatOf(other)).toEqual(['cough', 'headache']);

    const martin = await stage.enter('martin', { kind: 'professional' });
    await martin.sync();
    const doctor = await phone.people.add(martin.contactCard());
    await vault.share({ with: doctor, collection: 'diary' });
    await phone.sync();
    await martin.sync();
    const seen = martin.sharedWithMe().flatMap((share) => whatOf(share.records(SYMPTOM)));
    expect(seen.sort()).toEqual(['cough', 'headache']);
    expect(vault.grants()).toHaveLength(1);
  });

  it('shares it with her carer, who adds lines of his own, until she ends it', async () => {
    const alice = await stage.enter('esther');
    const karim = await stage.enter('karim');
    const eve = await stage.enter('eve');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    const { id } = await diary.add(headache);
    await Promise.all([karim.sync(), eve.sync()]);
    const carer = await alice.people.add(karim.contactCard());
    const grant = await vault.share({ with: carer, collection: 'diary', role: 'contributor' });
    expect(grant).toMatchObject({ collection: 'diary', category: null, documents: [] });
    expect(vault.grants()).toEqual([grant]);
    expect(vault.ledger()).toMatchObject([{ collection: 'diary', category: null, person: karim.id }]);
    await alice.sync();
    await karim.sync();

    const [share] = karim.sharedWithMe();
    expect(share).toMatchObject({ collection: 'diary', category: null, role: 'contributor' });
    const his = share?.records(SYMPTOM);
    if (share === undefined || his === undefined) throw new Error('nothing was shared');
    expect(valuesOf(his)).toEqual([headache]);
    // What is Alice's stays hers.
    expect(await codeOf(() => his.update(id, { pain: 0 }))).toBe('access/not-allowed');
    expect(await codeOf(() => his.remove(id))).toBe('access/not-allowed');
    expect(await codeOf(() => share.add(new Blob(['x']), { title: 'x' }))).toBe('usage/invalid');
    const seen = await his.add({ ...headache, what: 'dizzy' });
    await his.update(seen.id, { pain: 5 });
    expect((await karim.sync()).failed).toEqual([]);
    await alice.sync();
    expect(diary.get(seen.id)).toMatchObject({ value: { what: 'dizzy', pain: 5 }, author: karim.id });
    expect((await alice.health()).damaged).toBe(0);

    await vault.revoke(grant);
    expect(vault.grants()).toEqual([]);
    await diary.add({ ...headache, what: 'not for Karim' });
    await alice.sync();
    await karim.sync();
    const [ended] = karim.sharedWithMe();
    expect(ended?.status).toBe('refused');
    expect(whatOf(ended?.records(SYMPTOM) as Records<Symptom>)).toEqual(['dizzy', 'headache']);
    expect(await codeOf(() => ended?.records(SYMPTOM).add(headache))).toBe('access/not-allowed');
    expect(vault.ledger()[0]?.ended).not.toBeNull();
  });

  it('R-REC-5 keeps lines of a later version, and shows the others beside one that is damaged', async () => {
    const alice = await stage.enter('flora');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const parse = (value: unknown) =>
      value as { readonly day: string; readonly what: string; readonly pain: number };
    const lenient = vault.records(defineKind({ ...SYMPTOM, parse }));
    const later = vault.records(defineKind({ ...SYMPTOM, schema: 2, parse }));
    const diary = vault.records(SYMPTOM);
    const good = await diary.add(headache);
    const bad = await lenient.add({ ...headache, pain: 99 });
    const newer = await later.add({ ...headache, pain: 7 });
    expect([valuesOf(diary), diary.damaged]).toEqual([[headache], 2]);
    expect([diary.get(bad.id), diary.get(newer.id)]).toEqual([null, null]);
    expect(await codeOf(() => diary.update(newer.id, { pain: 1 }))).toBe('format/unsupported');
    expect(await codeOf(() => diary.update(bad.id, { pain: 1 }))).toBe('format/malformed');
    expect(later.list()).toHaveLength(3);
    // What an earlier version does not know of a record stays in it.
    const wide = vault.records(
      defineKind({ ...SYMPTOM, parse: (value) => value as Symptom & { mood: string } }),
    );
    const { id } = await wide.add({ ...headache, mood: 'calm' });
    await diary.update(id, { pain: 1 });
    expect(wide.get(id)?.value).toEqual({ ...headache, mood: 'calm', pain: 1 });
    expect(good.value).toEqual(headache);
  });

  it('refuses what cannot be kept, and adds none of it', async () => {
    const alice = await stage.enter('gaby');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    await expect(diary.addAll([headache, { ...headache, pain: 11 }])).rejects.toThrow('pain');
    expect(await codeOf(() => diary.add({ ...headache, note: 'x'.repeat(2 ** 20) }))).toBe(
      'format/too-large',
    );
    expect(diary.list()).toEqual([]);
    expect(await codeOf(() => vault.records({ ...SYMPTOM, collection: 'laboratory' }))).toBe('usage/invalid');
    expect(await codeOf(() => vault.share({ with: alice.id, collection: 'laboratory' }))).toBe(
      'share/unknown-person',
    );
  });

  it('is the same object, value for value, until it changes', async () => {
    const alice = await stage.enter('hana');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    const one = await diary.add(headache);
    const two = await diary.add({ ...headache, what: 'cough' });
    expect(vault.records(SYMPTOM)).toBe(diary);
    expect(diary.get(one.id)).toBe(one);
    const changed = await diary.update(one.id, { pain: 5 });
    expect(changed).not.toBe(one);
    expect(diary.get(two.id)).toBe(two);
    expect(Object.isFrozen(two) && Object.isFrozen(two.value)).toBe(true);
  });

  it('has the types of its kind', async () => {
    const alice = await stage.enter('irene');
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const diary = vault.records(SYMPTOM);
    // @ts-expect-error: a field is missing
    await expect(diary.add({ day: '2026-06-01', what: 'headache' })).rejects.toThrow('pain');
    const { id } = await diary.add(headache);
    // @ts-expect-error: pain is a number
    await expect(diary.update(id, { pain: 'much' })).rejects.toThrow('pain');
    const value: Symptom | undefined = diary.live({ where: { pain: 4 } }).getSnapshot()?.[0]?.value;
    expect(value).toEqual(headache);
  });
});
