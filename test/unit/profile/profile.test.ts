import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { Person, ReceivedShare, Vault } from '../../../src/index.js';
import {
  type Allergy,
  type Profile,
  type ProfileHome,
  printSummary,
  profileOf,
  type Section,
} from '../../../src/profile/index.js';
import type { InWorker } from '../../../src/worker/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { until } from '../../support/following.js';

const ITEM = `itm_${'A'.repeat(22)}` as const;
const penicillin: Allergy = { substance: { text: 'Penicillin' }, criticality: 'high' };

let stage: Stage;
let alice: Person;
let vault: Vault;
let profile: Profile;
beforeAll(async () => {
  stage = await openStage();
  alice = await stage.enter('alice');
});
afterAll(async () => stage.close());
beforeEach(async () => {
  vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '1980-02-29' } });
  profile = profileOf(vault);
});

/** The details of what is thrown. */
async function detailsOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => 'ok',
    (error: { readonly details?: unknown }) => error.details,
  );
}

it('is in a vault or a share, here or in a worker, and the same object for the same one', () => {
  expectTypeOf<Vault>().toExtend<ProfileHome>();
  expectTypeOf<ReceivedShare>().toExtend<ProfileHome>();
  expectTypeOf<InWorker<Vault>>().toExtend<ProfileHome>();
  expectTypeOf<InWorker<ReceivedShare>>().toExtend<ProfileHome>();
  expect(profileOf(vault)).toBe(profile);
  expect(profile.allergies).toBe(profile.entries('allergies'));
  expect(profile.allergies.live()).toBe(profile.allergies.live());
  expect(profile.liveSection('allergies')).toBe(profile.liveSection('allergies'));
  expect(profile.liveSummary({ language: 'en' })).toBe(profile.liveSummary({ language: 'en' }));
  expectTypeOf(profile.entries('allergies')).toEqualTypeOf<Section<Allergy>>();
});

describe('a section', () => {
  it('adds, changes, removes and restores entries, with their history and provenance', async () => {
    const { id, provenance } = await profile.allergies.add(penicillin);
    expect(provenance).toMatchObject({ by: 'patient', author: alice.id, document: null, on: null, also: [] });
    const changed = await profile.allergies.update(id, { criticality: undefined, severity: 'mild' });
    expect(changed.value).toEqual({ substance: { text: 'Penicillin' }, severity: 'mild' });
    expect((await profile.allergies.history(id)).map(({ value }) => value)).toEqual([
      penicillin,
      changed.value,
    ]);
    expect(await profile.allergies.get(id)).toBe((await profile.allergies.list())[0]);
    await profile.allergies.remove(id);
    expect([await profile.allergies.list(), await profile.allergies.get(id)]).toEqual([[], null]);
    expect((await profile.allergies.restore(id)).value).toEqual(changed.value);
    expect(await codeOf(() => profile.allergies.remove(ITEM))).toBe('usage/not-found');
  });

  it('keeps nothing of a change that is wrong, and adds none of several when one is', async () => {
    const { id } = await profile.conditions.add({ condition: { text: 'Asthma' }, start: '2001' });
    expect(await detailsOf(() => profile.conditions.update(id, { end: '2000' }))).toEqual({
      argument: 'end',
    });
    expect((await profile.conditions.get(id))?.versions).toBe(1);
    const two = [penicillin, { ...penicillin, onset: 'once' }];
    expect(await detailsOf(() => profile.allergies.addAll(two))).toEqual({ argument: 'onset' });
    expect(await profile.allergies.list()).toEqual([]);
  });

  it('tells who says so: nobody speaks for another, a paper stays the source of what is corrected', async () => {
    const add = (source: object) => profile.allergies.add(penicillin, { source: source as never });
    for (const by of ['professional', 'carer'])
      expect(await detailsOf(() => add({ by }))).toEqual({ argument: 'source.by' });
    for (const source of [
      { by: 'document' },
      { by: 'patient', document: ITEM },
      { by: 'import', locator: 'p. 2' },
    ])
      expect(await detailsOf(() => add(source))).toEqual({ argument: 'source' });
    const { id, provenance } = await add({
      by: 'document',
      document: ITEM,
      locator: 'p. 2',
      on: '2020-02-02',
    });
    expect(provenance).toMatchObject({ by: 'document', document: ITEM, locator: 'p. 2', on: '2020-02-02' });
    expect((await profile.allergies.update(id, { severity: 'mild' })).provenance.by).toBe('document');
    const said = await profile.allergies.update(id, { severity: 'severe' }, { source: { by: 'patient' } });
    expect(said.provenance).toMatchObject({ by: 'patient', document: null });
    expect((await profile.allergies.history(id)).map((version) => version.provenance?.by)).toEqual([
      ...['document', 'document', 'patient'],
    ]);
  });

  it('finds entries that say the same thing twice', async () => {
    await profile.allergies.addAll([
      { substance: { text: 'Pénicilline' }, onset: '2019' },
      { substance: { text: ' PENICILLINE. ' }, onset: '2019-05' },
      { substance: { text: 'Pénicilline' }, onset: '2021' },
      { substance: { text: 'Penicillin', code: '91936005', system: 'http://snomed.info/sct' } },
      { substance: { text: 'Allergy to penicillin', code: '91936005', system: 'http://snomed.info/sct' } },
      { substance: { text: 'Allergy to nuts', code: '91936005', system: 'http://example.org/codes' } },
    ]);
    const groups = await profile.allergies.duplicates();
    expect(groups.map((group) => group.map(({ value }) => value.substance.text).sort()).sort()).toEqual([
      [' PENICILLINE. ', 'Pénicilline'],
      ['Allergy to penicillin', 'Penicillin'],
    ]);
  });

  it('is followed, and an entry is the same object until it changes', async () => {
    const live = profile.allergies.live();
    const first = await profile.allergies.add(penicillin);
    const [shown] = await until(live, (list) => list.length === 1);
    expect(shown).toBe(first);
    await profile.allergies.add({ substance: { text: 'Nuts' } });
    expect(await until(live, (list) => list.length === 2)).toContain(first);
    await profile.allergies.remove(first.id);
    expect(await until(profile.allergies.liveOne(first.id), (one) => one === null)).toBeNull();
  });
});

describe('the answer for a whole section', () => {
  it('tells none, unknown, not concerned, not asked and recorded apart', async () => {
    const states = async () => (await profile.section('allergies')).state;
    expect(await profile.section('allergies')).toMatchObject({
      state: 'not-asked',
      answer: null,
      entries: 0,
    });
    for (const answer of ['none', 'unknown', 'not-concerned'] as const) {
      const section = await profile.answer('allergies', answer, {
        source: { by: 'patient', on: '2026-06-12' },
      });
      expect(section).toMatchObject({ state: answer, contradiction: false });
      expect(section.answer?.provenance).toMatchObject({ by: 'patient', author: alice.id, on: '2026-06-12' });
    }
    expect(await profile.section('conditions')).toMatchObject({ state: 'not-asked' });
    await profile.answer('allergies', null);
    expect(await states()).toBe('not-asked');
    await profile.answer('allergies', 'none');
    await profile.allergies.add(penicillin);
    expect(await states()).toBe('recorded');
  });

  it('is overtaken by an entry, cannot be given over one, and counts again once there is none', async () => {
    const live = profile.liveSection('allergies');
    await profile.answer('allergies', 'none');
    const { id } = await profile.allergies.add(penicillin);
    expect(await until(live, ({ entries }) => entries === 1)).toMatchObject({
      ...{ state: 'recorded', contradiction: false, answer: { value: 'none' } },
    });
    expect(await detailsOf(() => profile.answer('allergies', 'none'))).toEqual({
      argument: 'answer',
      reason: 'recorded',
    });
    await profile.allergies.remove(id);
    expect(await until(live, ({ entries }) => entries === 0)).toMatchObject({ state: 'none' });
    expect(await codeOf(() => profile.answer('mood' as never, 'none'))).toBe('usage/invalid');
    expect(await codeOf(() => profile.answer('allergies', 'no' as never))).toBe('usage/invalid');
  });

  it('is recorded as soon as anything is said, in every section', async () => {
    const date = '2026-06-12';
    await profile.measures.add({ measure: 'pain', value: 3, at: date });
    await profile.habits.set('tobacco', { status: 'never' });
    await profile.bloodGroup.set({ rhesus: 'negative' });
    await profile.directives.write({ date, text: 'No resuscitation.' });
    await profile.organDonation.write({ date, choice: 'donor' });
    for (const name of ['measures', 'habits', 'blood-group', 'directives', 'organ-donation'] as const) {
      expect(await profile.section(name)).toMatchObject({ section: name, state: 'recorded', entries: 1 });
      expect(await until(profile.liveSection(name), ({ entries }) => entries === 1)).toBeTruthy();
    }
  });
});

describe('what there is one of', () => {
  it('is said, said otherwise and taken back', async () => {
    await profile.bloodGroup.set({ abo: 'A', rhesus: 'positive' });
    await profile.bloodGroup.set({ abo: 'O' });
    expect(await profile.bloodGroup.get()).toMatchObject({
      abo: { value: 'O', conflicts: [] },
      rhesus: { value: 'positive' },
    });
    await profile.bloodGroup.set({ rhesus: null });
    expect(await until(profile.bloodGroup.live(), ({ rhesus }) => rhesus === null)).toMatchObject({
      abo: { value: 'O' },
    });
    expect(await codeOf(() => profile.bloodGroup.set({ abo: 'C' as never }))).toBe('usage/invalid');
    await profile.habits.set('sleep', { amount: { value: 7.5, unit: 'h/d' } });
    await profile.habits.set('food', { text: 'vegetarian' });
    expect(await profile.habits.all()).toMatchObject({
      sleep: { value: { amount: { value: '7.5', unit: 'h/d' } } },
      food: { value: { text: 'vegetarian' } },
      alcohol: null,
    });
    await profile.habits.set('food', null);
    expect((await until(profile.habits.live(), ({ food }) => food === null)).sleep).not.toBeNull();
    expect(await codeOf(() => profile.habits.set('chess' as never, { status: 'daily' }))).toBe(
      'usage/invalid',
    );
    expect(await codeOf(() => profile.habits.set('sleep', {}))).toBe('usage/invalid');
  });
});

describe('wishes', () => {
  it('are dated versions: what is superseded or withdrawn stays readable', async () => {
    const first = await profile.directives.write({ date: '2020-01-01', text: 'First.', document: ITEM });
    expect(first).toMatchObject({ action: 'written', document: ITEM, supersededBy: null, concurrent: false });
    const second = await profile.directives.write({ date: '2024-01-01', text: 'Second.' });
    await profile.directives.write({ date: '2010-01-01', text: 'Found in a drawer.' });
    expect((await profile.directives.current())?.id).toBe(second.id);
    const withdrawn = await profile.directives.withdraw({ date: '2025-01-01' });
    expect(await profile.directives.current()).toBeNull();
    const versions = await until(profile.directives.liveVersions(), ({ length }) => length === 4);
    expect(
      versions.map(({ date, action, supersededOn, concurrent }) => [date, action, supersededOn, concurrent]),
    ).toEqual([
      ['2025-01-01', 'withdrawn', null, false],
      ['2024-01-01', 'written', '2025-01-01', false],
      ['2020-01-01', 'written', '2024-01-01', false],
      ['2010-01-01', 'written', '2020-01-01', false],
    ]);
    expect(versions[1]?.supersededBy).toBe(withdrawn.id);
    expect(await codeOf(() => profile.directives.withdraw({ date: '2025-01-02' }))).toBe('usage/not-found');
    await profile.directives.write({ date: '2026-01-01', text: 'Third.' });
    expect((await until(profile.directives.live(), (now) => now !== null))?.text).toBe('Third.');
  });

  it('are no directives of a minor, whom the vault knows by the birth date of its holder', async () => {
    const write = (date: string) => profile.directives.write({ date, text: 'x' });
    expect(await detailsOf(() => write('1998-02-28'))).toEqual({ argument: 'date', reason: 'minor' });
    expect(await codeOf(() => write('1998-03-01'))).toBe('ok');
    const child = profileOf(
      await alice.createVault({ holder: { birthName: 'Child', birthDate: '2015-05-05' } }),
    );
    expect(await codeOf(() => child.directives.write({ date: '2026-01-01', text: 'x' }))).toBe(
      'usage/invalid',
    );
    expect(await codeOf(() => child.organDonation.write({ date: '2026-01-01', choice: 'refusal' }))).toBe(
      'ok',
    );
    const unknown = profileOf(await alice.createVault({ holder: { birthName: 'Somebody' } }));
    expect(await codeOf(() => unknown.directives.write({ date: '2026-01-01', text: 'x' }))).toBe('ok');
  });

  it('are refused without what makes them one', async () => {
    const { directives, organDonation } = profile;
    expect(await detailsOf(() => directives.write({ date: '2026-01-01' }))).toEqual({ argument: 'text' });
    expect(await detailsOf(() => directives.write({ date: '2026', text: 'x' }))).toEqual({
      argument: 'date',
    });
    expect(await detailsOf(() => directives.write({ date: '2026-01-01', text: 'x'.repeat(50_001) }))).toEqual(
      {
        argument: 'text',
      },
    );
    expect(await detailsOf(() => organDonation.write({ date: '2026-01-01' } as never))).toEqual({
      argument: 'choice',
    });
    expect(await directives.versions()).toEqual([]);
  });
});

it('hands vaccinations to whoever keeps a calendar', async () => {
  await profile.vaccinations.add({
    vaccine: { text: 'Boostrixtetra', code: '3400937', system: 'urn:oid:1.2.250.1.213.2.3.1' },
    ...{ date: '2021-06', dose: 'booster', cis: '60303264', atc: 'J07CA02' },
    diseases: [{ text: 'Tetanus' }, { text: 'Tetanus', code: '76902006', system: 'http://snomed.info/sct' }],
  });
  await profile.vaccinations.add({ vaccine: { text: 'MMR' }, date: '1981' });
  expect(await profile.vaccinationHistory()).toEqual([
    { what: ['MMR'], date: '1981', dose: null, doseNumber: null },
    {
      what: [
        ...['Boostrixtetra', '3400937', 'urn:oid:1.2.250.1.213.2.3.1|3400937', 'Tetanus', '76902006'],
        ...['http://snomed.info/sct|76902006', 'cis|60303264', 'J07CA02', 'http://www.whocc.no/atc|J07CA02'],
      ],
      ...{ date: '2021-06', dose: 'booster', doseNumber: null },
    },
  ]);
  expect(await until(profile.liveVaccinationHistory(), ({ length }) => length === 2)).toHaveLength(2);
});

describe('a synthesis', () => {
  it('has the sections asked for, in words of one language, for reading and for printing', async () => {
    const { id } = await profile.allergies.add({
      ...penicillin,
      onset: '2019-05',
      comment: 'rash\nand fever',
    });
    await profile.answer('family-history', 'none', { source: { by: 'patient', on: '2026-06-12' } });
    await profile.measures.addAll([
      { measure: 'weight', value: 72.5, at: '2026-06-12' },
      { measure: 'height', value: 1.72, unit: 'm', at: '2020-01-01' },
      { measure: 'blood-pressure', systolic: 12.5, diastolic: 8, unit: 'cm[Hg]', at: '2026-06-12' },
    ]);
    await profile.measures.setTarget('weight', { max: 70 });
    await profile.bloodGroup.set({ abo: 'O' });
    await profile.habits.set('tobacco', { status: 'former', text: 'until 2010' });
    await profile.organDonation.write({ date: '2024-01-01', choice: 'donor' });
    const french = await profile.summary({
      language: 'fr',
      sections: [
        'allergies',
        'family-history',
        'measures',
        'treatments',
        'blood-group',
        'habits',
        'organ-donation',
      ],
    });
    expect(french.sections.map(({ label, stateLabel }) => [label, stateLabel])).toEqual([
      ['Allergies et intolérances', 'Renseigné'],
      ['Antécédents familiaux', 'Aucun'],
      ['Mesures', 'Renseigné'],
      ['Traitements', 'Non renseigné'],
      ['Groupe sanguin', 'Renseigné'],
      ['Habitudes de vie', 'Renseigné'],
      ["Don d'organes", 'Renseigné'],
    ]);
    const said = (section: number) => french.sections[section]?.lines.map(({ text }) => text);
    expect(said(2)).toEqual([
      ...['Poids\u00a0: 72.5 kg', 'Taille\u00a0: 172 cm', 'Pression artérielle\u00a0: 125/80 mm[Hg]'],
      'Indice de masse corporelle (IMC)\u00a0: 24.5 kg/m2',
    ]);
    expect(french.sections[2]?.lines[0]?.details).toEqual([{ label: 'Objectif', text: '≤ 70 kg' }]);
    expect([said(4), said(5), said(6)]).toEqual([
      ['Groupe ABO\u00a0: O'],
      ['Tabac\u00a0: Arrêté, until 2010'],
      ["D'accord pour donner"],
    ]);
    const printed = printSummary(french);
    expect(printed).toContain(
      '- Penicillin (2019-05)\n    Criticité\u00a0: Risque élevé\n    Commentaire\u00a0: rash\n    and fever\n',
    );
    expect(printed).toContain('Antécédents familiaux\nAucun (2026-06-12)\n');
    expect(JSON.parse(JSON.stringify(french))).toEqual(french);
    expect((await profile.summary({ language: 'en' })).sections).toHaveLength(15);

    await profile.allergies.remove(id);
    const live = profile.liveSummary({ language: 'en', sections: ['allergies'] });
    await until(live, ({ sections }) => sections[0]?.state === 'not-asked');
    expect(await codeOf(() => profile.summary({ language: 'en', sections: ['mood' as never] }))).toBe(
      'usage/invalid',
    );
  });
});

it('is not to be had once the person is locked', async () => {
  const karim = await stage.enter('karim');
  const his = profileOf(await karim.createVault({ holder: { birthName: 'K' } }));
  await his.allergies.add(penicillin);
  await karim.lock();
  expect(await codeOf(() => his.allergies.list())).toBe('access/locked');
  expect(await codeOf(() => his.section('allergies'))).toBe('access/locked');
  expect(await codeOf(() => his.summary({ language: 'en' }))).toBe('access/locked');
  expect(await codeOf(() => his.allergies.add(penicillin))).toBe('access/locked');
});
