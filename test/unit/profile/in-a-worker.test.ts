import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROFILE_KINDS, profileOf } from '../../../src/profile/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { until } from '../../support/following.js';
import { openWorkerParty, type WorkerParty } from '../../support/worker-party.js';

describe('the health profile of a vault that is open in a worker', () => {
  let stage: Stage;
  let party: WorkerParty;
  beforeAll(async () => {
    stage = await openStage();
    party = openWorkerParty(stage, PROFILE_KINDS);
  });
  afterAll(async () => {
    party.close();
    await stage.close();
  });

  it('is written, read at once as written, and followed', async () => {
    const alice = await party.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martel', birthDate: '2015-05-05' } });
    const profile = profileOf(vault);
    expect(profileOf(vault)).toBe(profile);
    expect(profile.sections).toHaveLength(15);
    await profile.answer('conditions', 'none');
    const { id } = await profile.allergies.add({ substance: { text: 'Nuts' }, severity: 'mild' });
    const changed = await profile.allergies.update(id, { severity: undefined, comment: 'since 2019' });
    expect(changed.value).toEqual({ substance: { text: 'Nuts' }, comment: 'since 2019' });
    expect(await profile.section('allergies')).toMatchObject({ state: 'recorded', entries: 1 });
    await profile.measures.addAll([
      { measure: 'height', value: 172, at: '2020-01-01' },
      { measure: 'weight', value: 72.5, at: '2026-06-12' },
    ]);
    expect((await profile.measures.latest('bmi'))?.value).toBe('24.5');
    await profile.bloodGroup.set({ abo: 'O' });
    await profile.bloodGroup.set({ abo: 'A' });
    const said = (await profile.summary({ language: 'en' })).sections.flatMap(({ section, lines }) =>
      lines.map(({ text }) => `${section} ${text}`),
    );
    expect(said).toEqual([
      ...['allergies Nuts', 'measures Weight: 72.5 kg', 'measures Height: 172 cm'],
      ...['measures Body mass index: 24.5 kg/m2', 'blood-group ABO group: A'],
    ]);
    const live = profile.liveSummary({ language: 'en', sections: ['allergies'] });
    await until(live, ({ sections }) => sections[0]?.lines.length === 1);
    await profile.allergies.remove(id);
    await until(live, ({ sections }) => sections[0]?.state === 'not-asked');
    await profile.allergies.restore(id);
    await until(profile.liveSection('allergies'), ({ entries }) => entries === 1);
  });

  it('refuses there what it refuses here', async () => {
    const bea = await party.enter('bea');
    const vault = await bea.createVault({ holder: { birthName: 'B', birthDate: '2015-05-05' } });
    const profile = profileOf(vault);
    const date = '2026-06-12';
    expect(await codeOf(() => profile.measures.add({ measure: 'bmi', value: 20, at: date }))).toBe(
      'usage/invalid',
    );
    expect(await codeOf(() => profile.directives.write({ date, text: 'x' }))).toBe('usage/invalid');
    const { id } = await profile.conditions.add({ condition: { text: 'Asthma' }, start: '2020' });
    expect(await codeOf(() => profile.conditions.update(id, { end: '2019' }))).toBe('usage/invalid');
    const document = await vault.documents.add(new Blob(['x']), { category: 'report', title: 'R' });
    const again = async () =>
      profile.proposals.propose([{ section: 'conditions', entry: { condition: { text: 'Eczema' } } }], {
        document: document.id,
      });
    const { proposed } = await again();
    await profile.proposals.refuse(proposed[0]?.id as `itm_${string}`);
    expect(await again()).toEqual({ proposed: [], known: 1 });
    expect(await profile.conditions.list()).toHaveLength(1);
  });
});
