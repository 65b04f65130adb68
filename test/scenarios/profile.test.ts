import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person, Vault } from '../../src/index.js';
import { FACT_KINDS } from '../../src/profile/fact.js';
import { type Profile, profileOf } from '../../src/profile/index.js';
import { WISH } from '../../src/profile/wish.js';
import { openStage, passphraseOf, type Stage } from '../support/actors.js';
import { codeOf } from '../support/code-of.js';
import { until } from '../support/following.js';

describe('Alice keeps her health profile', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => stage.close());

  /** Alice on her phone, and a tablet recovered from her 24 words once `before` is done. */
  async function twoDevices(name: string, before: (profile: Profile, vault: Vault) => Promise<void>) {
    const phone = await stage.enter(name, { disk: true });
    const vault = await phone.createVault({ holder: { birthName: 'Martel', birthDate: '1980-05-05' } });
    const words = await phone.createRecoveryPhrase({ passphrase: passphraseOf(name) });
    const onPhone = profileOf(vault);
    await before(onPhone, vault);
    await phone.sync();
    const tablet = await stage.recover(name, words);
    const [same] = tablet.vaults();
    if (same === undefined) throw new Error('no vault');
    const together = async () => {
      for (const device of [phone, tablet, phone, tablet]) expect((await device.sync()).failed).toEqual([]);
    };
    return { phone, vault, tablet, onPhone, onTablet: profileOf(same), together };
  }

  /** All that a profile shows. */
  async function shown(profile: Profile) {
    const { measures } = profile;
    return {
      sections: await Promise.all(profile.sections.map((name) => profile.section(name))),
      allergies: await profile.allergies.list(),
      treatments: await profile.treatments.list(),
      measures: await measures.entries.list(),
      bmi: await measures.series('bmi'),
      target: await measures.target('weight'),
      habits: await profile.habits.all(),
      blood: await profile.bloodGroup.get(),
      directives: await profile.directives.versions(),
      proposals: [await profile.proposals.list(), await profile.proposals.list('refused')],
      summary: await profile.summary({ language: 'fr' }),
    };
  }

  it('on a phone and a tablet, both a week offline: both come to one profile, and what differs is shown', async () => {
    let report = '' as `itm_${string}`;
    const { phone, onPhone, onTablet, together } = await twoDevices('alice', async (profile, vault) => {
      await profile.treatments.add({ medication: { text: 'Paracetamol' }, status: 'active' });
      await profile.directives.write({ date: '2020-01-01', text: 'First.' });
      report = (await vault.documents.add(new Blob(['x']), { category: 'report', title: 'Report' })).id;
    });
    const [treatment] = await onPhone.treatments.list();
    const id = treatment?.id as `itm_${string}`;
    expect(await onTablet.treatments.get(id)).not.toBeNull();

    await stage.crash();
    // One field of an entry each, and one field both.
    await onPhone.treatments.update(id, { dosage: '1 g three times a day', comment: 'from the phone' });
    await onTablet.treatments.update(id, { prescriber: 'Dr Martin', comment: 'from the tablet' });
    // What there is one of was never said before: each device founds its own.
    await onPhone.bloodGroup.set({ abo: 'A', rhesus: 'positive' });
    await onTablet.bloodGroup.set({ abo: 'O' });
    await onPhone.habits.set('tobacco', { status: 'former' });
    await onTablet.habits.set('sleep', { amount: { value: 7.5, unit: 'h/d' } });
    await onTablet.measures.setTarget('weight', { max: 70 });
    // An answer for a section on one, an entry of it on the other.
    await onTablet.allergies.add({ substance: { text: 'Penicillin' }, criticality: 'high' });
    await onPhone.answer('allergies', 'none');
    await onPhone.measures.add({ measure: 'height', value: 172, at: '2026-06-01' });
    await onTablet.measures.add({ measure: 'weight', value: 72.5, at: '2026-06-12' });
    // Two new versions of the directives, and the same report read twice.
    await onPhone.directives.write({ date: '2026-06-02', text: 'Written on the phone.' });
    await onTablet.directives.write({ date: '2026-06-03', text: 'Written on the tablet.' });
    for (const profile of [onPhone, onTablet]) {
      const { proposed } = await profile.proposals.propose(
        [
          { section: 'conditions', entry: { condition: { text: 'Asthma' } } },
          { section: 'conditions', entry: { condition: { text: 'Eczema' } } },
        ],
        { document: report },
      );
      const eczema = proposed.find(({ entry }) => JSON.stringify(entry).includes('Eczema'));
      if (profile === onTablet) await profile.proposals.refuse(eczema?.id as `itm_${string}`);
    }
    await stage.restart();
    await together();

    const now = await shown(onPhone);
    expect(await shown(onTablet)).toEqual(now);
    expect(now.treatments).toMatchObject([
      {
        value: { dosage: '1 g three times a day', prescriber: 'Dr Martin', comment: 'from the tablet' },
        conflicts: [{ field: 'comment', value: 'from the phone', author: phone.id }],
      },
    ]);
    expect(now.blood).toMatchObject({
      abo: { value: 'O', conflicts: [{ value: 'A', author: phone.id }] },
      rhesus: { value: 'positive', conflicts: [] },
    });
    expect(now.habits).toMatchObject({ tobacco: { value: { status: 'former' } }, sleep: { conflicts: [] } });
    expect(now.bmi).toMatchObject([{ value: '24.5', heightAt: '2026-06-01' }]);
    expect(now.sections.find(({ section }) => section === 'allergies')).toMatchObject({
      ...{ state: 'recorded', entries: 1, contradiction: true, answer: { value: 'none' } },
    });
    expect(
      now.directives.map(({ text, supersededOn, concurrent }) => [text, supersededOn, concurrent]),
    ).toEqual([
      ['Written on the tablet.', null, true],
      ['Written on the phone.', '2026-06-03', true],
      ['First.', '2026-06-02', false],
    ]);
    expect(now.proposals).toMatchObject([
      [{ entry: { condition: { text: 'Asthma' } } }],
      [{ entry: { condition: { text: 'Eczema' } } }],
    ]);
    const lines = now.summary.sections.flatMap((section) => section.lines);
    expect(lines.filter(({ conflict }) => conflict).map(({ text }) => text)).toEqual([
      ...['Paracetamol', 'Groupe ABO\u00a0: O', 'Rédigées', 'Rédigées'],
    ]);
    expect(
      now.summary.sections.filter(({ warning }) => warning !== null).map(({ section }) => section),
    ).toEqual(['allergies']);

    // Each is settled on one device, for both.
    const [conflict] = now.treatments[0]?.conflicts ?? [];
    await onTablet.treatments.settle(id, { field: 'comment', take: conflict?.version as `chg_${string}` });
    await onPhone.bloodGroup.set({ abo: 'A' });
    await onPhone.answer('allergies', null);
    await together();
    const settled = await shown(onTablet);
    expect(await shown(onPhone)).toEqual(settled);
    expect(settled.treatments).toMatchObject([{ value: { comment: 'from the phone' }, conflicts: [] }]);
    expect(settled.blood.abo).toMatchObject({ value: 'A', conflicts: [] });
    expect(settled.sections.find(({ section }) => section === 'allergies')).toMatchObject({
      ...{ state: 'recorded', contradiction: false, answer: null },
    });
  });

  it('founds what there is one of on two devices: the next word on it keeps one record, the first by id', async () => {
    const { vault, onPhone, onTablet, together } = await twoDevices('berthe', async () => {});
    const [kind] = FACT_KINDS;
    if (kind === undefined) throw new Error('no kind');
    const facts = () => vault.records(kind).list({ where: { fact: 'blood.abo' } });
    await onPhone.bloodGroup.set({ abo: 'A' });
    await onTablet.bloodGroup.set({ abo: 'B' });
    await together();
    const ids = facts()
      .map(({ id }) => id)
      .sort();
    expect(ids).toHaveLength(2);
    expect((await onPhone.bloodGroup.get()).abo?.conflicts).toHaveLength(1);
    await onTablet.bloodGroup.set({ abo: 'AB' });
    await together();
    expect(facts().map(({ id }) => id)).toEqual(ids.slice(0, 1));
    for (const profile of [onPhone, onTablet])
      expect((await profile.bloodGroup.get()).abo).toMatchObject({ value: 'AB', conflicts: [] });

    // Both settle at once, differently: still one record, and the later word.
    await onPhone.bloodGroup.set({ abo: 'O' });
    await onTablet.bloodGroup.set({ abo: 'A' });
    await together();
    expect(facts()).toHaveLength(1);
    expect(await onPhone.bloodGroup.get()).toEqual(await onTablet.bloodGroup.get());
    expect((await onPhone.bloodGroup.get()).abo?.conflicts).toHaveLength(1);
  });

  it('removes an entry on one device and corrects it on the other: it is still there, to be settled', async () => {
    const { onPhone, onTablet, together } = await twoDevices('claire', async (profile) => {
      await profile.allergies.addAll([{ substance: { text: 'Nuts' } }, { substance: { text: 'Milk' } }]);
    });
    for (const { id } of await onPhone.allergies.list()) {
      await onTablet.allergies.update(id, { severity: 'severe' });
      await onPhone.allergies.remove(id);
    }
    await together();
    const both = await onPhone.allergies.list();
    expect(both).toMatchObject([{ conflicts: [{ field: null }] }, { conflicts: [{ field: null }] }]);
    const [first, second] = both;
    if (first === undefined || second === undefined) throw new Error('gone');
    await onPhone.allergies.settle(first.id, { field: null, take: 'shown' });
    const removal = second.conflicts[0]?.version as `chg_${string}`;
    await onPhone.allergies.settle(second.id, { field: null, take: removal });
    expect(await codeOf(() => onPhone.allergies.settle(first.id, { field: null, take: 'shown' }))).toBe(
      'usage/not-found',
    );
    await together();
    for (const profile of [onPhone, onTablet])
      expect(await profile.allergies.list()).toMatchObject([{ id: first.id, conflicts: [] }]);
  });

  /** Alice, and a doctor with access to one of her collections. */
  async function withDoctor(name: string, collection: string, role: 'reader' | 'contributor') {
    const alice = await stage.enter(name);
    const martin = await stage.enter(`martin of ${name}`, { kind: 'professional' });
    const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    const profile = profileOf(vault);
    await profile.allergies.add({ substance: { text: 'Penicillin' } });
    await profile.bloodGroup.set({ abo: 'A' });
    await profile.contacts.add({ roles: ['trusted-person'], name: 'Karim' });
    const document = await vault.documents.add(new Blob(['x']), { category: 'report', title: 'Report' });
    await profile.proposals.propose([{ section: 'conditions', entry: { condition: { text: 'Asthma' } } }], {
      document: document.id,
    });
    await martin.sync();
    const doctor = await alice.people.add(martin.contactCard());
    await vault.share({ with: doctor, collection, role });
    await alice.sync();
    await martin.sync();
    return { alice, martin, profile, seen: profileOf(await shareOf(martin, collection)) };
  }

  async function shareOf(person: Person, collection: string) {
    const share = person.sharedWithMe().find((each) => each.collection === collection);
    if (share === undefined) throw new Error('nothing was shared');
    return share;
  }

  it('shows it to her doctor, who reads it and cannot write; her wishes and what waits are not in it', async () => {
    const { alice, profile, seen } = await withDoctor('diane', 'profile', 'reader');
    expect(await seen.allergies.list()).toMatchObject([
      { value: { substance: { text: 'Penicillin' } }, provenance: { by: 'patient', author: alice.id } },
    ]);
    expect(seen.sections).not.toContain('contacts');
    expect((await seen.summary({ language: 'en' })).sections.map(({ section }) => section)).toEqual(
      seen.sections,
    );
    expect(await until(seen.liveSection('allergies'), ({ entries }) => entries === 1)).toBeTruthy();
    for (const read of [
      () => seen.contacts.list(),
      () => seen.section('contacts'),
      () => seen.directives.current(),
      () => seen.proposals.list(),
      () => seen.summary({ language: 'en', sections: ['directives'] }),
    ])
      expect(await codeOf(read)).toBe('usage/invalid');
    const [entry] = await seen.allergies.list();
    const id = entry?.id as `itm_${string}`;
    for (const write of [
      () => seen.allergies.add({ substance: { text: 'Milk' } }),
      () => seen.allergies.update(id, { severity: 'mild' }),
      () => seen.allergies.remove(id),
      () => seen.bloodGroup.set({ abo: 'O' }),
      () => seen.answer('conditions', 'none'),
      () => seen.measures.add({ measure: 'pain', value: 1, at: '2026-06-12' }),
    ])
      expect(await codeOf(write)).toBe('access/not-allowed');
    expect(await seen.allergies.list()).toEqual([entry]);
    expect(await profile.proposals.list()).toHaveLength(1);
  });

  it('shares her contacts apart, as for an emergency', async () => {
    const { seen } = await withDoctor('esther', 'entourage', 'reader');
    expect(seen.sections).toEqual(['contacts', 'directives', 'organ-donation']);
    expect(await seen.contacts.list()).toMatchObject([{ value: { name: 'Karim' } }]);
    expect(await seen.section('directives')).toMatchObject({ state: 'not-asked' });
    expect(await codeOf(() => seen.allergies.list())).toBe('usage/invalid');
  });

  it('lets nobody else write her directives, not even past the module', async () => {
    const { alice, martin, profile, seen } = await withDoctor('gaby', 'entourage', 'contributor');
    const hers = await profile.directives.write({ date: '2020-01-01', text: 'Hers.' });
    await alice.sync();
    await martin.sync();
    expect(await codeOf(() => seen.directives.write({ date: '2026-01-01', text: 'x' }))).toBe(
      'access/not-allowed',
    );
    expect(await codeOf(() => seen.directives.withdraw({ date: '2026-01-01' }))).toBe('access/not-allowed');
    const share = await shareOf(martin, 'entourage');
    const said = {
      subject: 'directives',
      action: 'withdrawn',
      date: '2026-01-01',
      supersedes: hers.id,
    } as const;
    await share.records(WISH).add({ ...said, source: { by: 'patient' } });
    await share.records(WISH).add({ ...said, source: { by: 'professional' } });
    expect(await seen.directives.current()).toMatchObject({
      id: hers.id,
      supersededBy: null,
      foreign: false,
    });
    expect(await until(seen.directives.live(), (current) => current !== null)).toMatchObject({ id: hers.id });
    expect((await seen.directives.versions()).map(({ foreign }) => foreign)).toEqual([true, true, false]);
    await martin.sync();
    await alice.sync();
    // Her own vault knows both, whatever they say of themselves.
    const versions = await profile.directives.versions();
    expect(versions.map(({ foreign }) => foreign).sort()).toEqual([false, true, true]);
    expect(await profile.directives.current()).toMatchObject({ id: hers.id, supersededBy: null });
    expect(versions.map(({ provenance }) => provenance.author).sort()).toEqual(
      [martin.id, martin.id, alice.id].sort(),
    );
  });

  it('lets a doctor contribute: what they add says so, what is hers they cannot change', async () => {
    const { alice, martin, profile, seen } = await withDoctor('flora', 'profile', 'contributor');
    const [hers] = await seen.allergies.list();
    const id = hers?.id as `itm_${string}`;
    expect(await codeOf(() => seen.allergies.update(id, { severity: 'mild' }))).toBe('access/not-allowed');
    const asPatient = { source: { by: 'patient' } } as const;
    expect(await codeOf(() => seen.conditions.add({ condition: { text: 'Asthma' } }, asPatient))).toBe(
      'usage/invalid',
    );
    const added = await seen.conditions.add({ condition: { text: 'Asthma' } });
    await seen.answer('treatments', 'none');
    await seen.bloodGroup.set({ abo: 'O' });
    await seen.bloodGroup.set({ abo: 'B' });
    expect((await martin.sync()).failed).toEqual([]);
    await alice.sync();
    const [entry] = await profile.conditions.list();
    expect(entry).toMatchObject({ id: added.id, provenance: { by: 'professional', author: martin.id } });
    expect((await profile.section('treatments')).answer?.provenance).toMatchObject({
      ...{ by: 'professional', author: martin.id },
    });
    expect((await profile.bloodGroup.get()).abo).toMatchObject({
      value: 'B',
      provenance: { by: 'professional', author: martin.id },
      conflicts: [{ value: 'A', author: alice.id }],
    });
    const { sections } = await profile.summary({ language: 'en', sections: ['conditions'] });
    expect(sections[0]?.lines[0]?.provenance).toContain('Entered by a professional');

    // Who corrects it answers for it; what the doctor wrote stays in its history.
    const corrected = await profile.conditions.update(added.id, { status: 'resolved' });
    expect(corrected.provenance).toMatchObject({ by: 'patient', author: alice.id });
    expect((await profile.conditions.history(added.id)).map(({ author }) => author)).toEqual([
      martin.id,
      alice.id,
    ]);
    await profile.bloodGroup.set({ abo: 'A' });
    await alice.sync();
    await martin.sync();
    expect((await seen.bloodGroup.get()).abo).toMatchObject({ value: 'A', conflicts: [] });
    expect(await codeOf(() => seen.conditions.update(added.id, { status: 'active' }))).toBe(
      'access/not-allowed',
    );
  });
});
