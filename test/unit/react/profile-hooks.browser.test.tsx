import { Suspense } from 'react';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { Person, Vault } from '../../../src/index.js';
import { type Allergy, type Entry, type Profile, profileOf } from '../../../src/profile/index.js';
import {
  InVault,
  useBloodGroup,
  useHabits,
  useMeasures,
  useProfile,
  useProfileSummary,
  useProposals,
  useSection,
  useSectionState,
  useWishes,
  VaultProvider,
} from '../../../src/react/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { show, watchConsole } from '../../support/react-scene.js';

describe('the health profile in components', () => {
  watchConsole();
  let stage: Stage;
  let alice: Person;
  let vault: Vault;
  let profile: Profile;
  beforeAll(async () => {
    stage = await openStage();
    alice = await stage.enter('alice');
    vault = await alice.createVault({ holder: { birthName: 'Martel' } });
    profile = profileOf(vault);
  });
  afterAll(() => stage.close());

  it('shows a section, how things stand with it, and what is written', async () => {
    let written: Profile | null | undefined;
    function Allergies() {
      written = useProfile();
      const { data } = useSection('allergies');
      const state = useSectionState('allergies').data?.state;
      return <p>{`${state}: ${data?.map(({ value }) => value.substance.text).join(', ')}`}</p>;
    }
    const scene = show(
      <VaultProvider person={alice}>
        <Allergies />
      </VaultProvider>,
    );
    await scene.reads('not-asked:');
    expect(written).toBe(profile);
    await written?.answer('allergies', 'none');
    await scene.reads('none:');
    const entry = await written?.allergies.add({ substance: { text: 'Nuts' } });
    await scene.reads('recorded: Nuts');
    await written?.allergies.remove(entry?.id as never);
    await scene.reads('none:');
  });

  it('follows measures, the body mass index, proposals and all there is one of, and waits in a boundary', async () => {
    function All() {
      const waits = { suspense: true } as const;
      expectTypeOf(useSection('allergies', waits).data).toEqualTypeOf<readonly Entry<Allergy>[]>();
      const weights = useMeasures('weight', { from: '2026' }, waits).data.map(({ value }) => value);
      const bmi = useMeasures('bmi', {}, waits).data.at(-1)?.value;
      const { abo } = useBloodGroup(waits).data ?? {};
      const shown = [
        weights.join('+'),
        bmi,
        abo?.value,
        useHabits(waits).data?.tobacco?.value.status,
        useWishes('organ-donation', waits).data[0]?.choice,
        useProposals(waits).data.length,
        useProfileSummary({ language: 'fr', sections: ['measures'] }, waits).data?.sections[0]?.lines.length,
      ];
      return <p>{shown.map((part) => part ?? 'none').join(' ')}</p>;
    }
    const scene = show(
      <VaultProvider person={alice}>
        <Suspense fallback={<p>waiting</p>}>
          <All />
        </Suspense>
      </VaultProvider>,
    );
    await scene.reads('none none none none 0 0');
    await profile.measures.addAll([
      { measure: 'weight', value: 72.5, at: '2026-06-12' },
      { measure: 'weight', value: 71, at: '2025-06-12' },
      { measure: 'height', value: 172, at: '2020-01-01' },
    ]);
    await profile.bloodGroup.set({ abo: 'O' });
    await profile.habits.set('tobacco', { status: 'never' });
    await profile.organDonation.write({ date: '2026-06-12', choice: 'donor' });
    const report = await vault.documents.add(new Blob(['x']), { category: 'report', title: 'Report' });
    await profile.proposals.propose([{ section: 'conditions', entry: { condition: { text: 'Asthma' } } }], {
      document: report.id,
    });
    await scene.reads('72.5 24.5 O never donor 1 3');
    const child = await alice.createVault({ holder: { birthName: 'Child' } });
    scene.render(
      <VaultProvider person={alice}>
        <InVault vault={child}>
          <Suspense fallback={<p>waiting</p>}>
            <All />
          </Suspense>
        </InVault>
      </VaultProvider>,
    );
    await scene.reads('none none none none 0 0');
  });
});
