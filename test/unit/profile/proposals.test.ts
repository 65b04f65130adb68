import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Document, Person, Vault } from '../../../src/index.js';
import { type Profile, type ProposalInput, profileOf } from '../../../src/profile/index.js';
import { openStage, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';
import { until } from '../../support/following.js';

let stage: Stage;
let alice: Person;
let vault: Vault;
let profile: Profile;
let report: Document;
beforeAll(async () => {
  stage = await openStage();
  alice = await stage.enter('alice');
});
afterAll(async () => stage.close());
beforeEach(async () => {
  vault = await alice.createVault({ holder: { birthName: 'Martel' } });
  profile = profileOf(vault);
  report = await vault.documents.add(new Blob(['Asthma, 72.5 kg']), { category: 'report', title: 'Report' });
});

const asthma: ProposalInput = {
  section: 'conditions',
  entry: { condition: { text: 'Asthma' } },
  locator: 'p. 1',
};
const weight: ProposalInput = {
  section: 'measures',
  entry: { measure: 'weight', value: 72.5, at: '2026-06-12' },
};

describe('what a document seems to say', () => {
  it('is no part of the profile until it is confirmed, then with the document as its source', async () => {
    const { proposals, conditions } = profile;
    const { proposed, known } = await proposals.propose([asthma, weight], { document: report.id });
    expect(known).toBe(0);
    expect(proposed.map(({ section, status, locator }) => [section, status, locator]).sort()).toEqual([
      ['conditions', 'open', 'p. 1'],
      ['measures', 'open', null],
    ]);
    expect([await conditions.list(), await profile.measures.series('weight')]).toEqual([[], []]);
    expect(await profile.section('conditions')).toMatchObject({ state: 'not-asked', entries: 0 });
    expect((await profile.summary({ language: 'en' })).sections.flatMap(({ lines }) => lines)).toEqual([]);

    const [first] = proposed.filter(({ section }) => section === 'conditions');
    const live = proposals.live();
    expect(await until(live, ({ length }) => length === 2)).toHaveLength(2);
    const entry = await proposals.confirm(first?.id as never, { change: { status: 'active' } });
    expect(await conditions.list()).toEqual([entry]);
    expect(entry).toMatchObject({
      value: { condition: { text: 'Asthma' }, status: 'active' },
      provenance: { by: 'document', author: alice.id, document: report.id, locator: 'p. 1' },
    });
    expect(await until(live, ({ length }) => length === 1)).toMatchObject([{ section: 'measures' }]);
    expect(await proposals.list('confirmed')).toMatchObject([{ confirmedAs: entry.id }]);
    expect(await codeOf(() => proposals.confirm(first?.id as never))).toBe('usage/not-found');
    expect(await codeOf(() => proposals.refuse(first?.id as never))).toBe('usage/not-found');
  });

  it('is not offered again from the same document once it was, whatever became of it', async () => {
    const { proposals } = profile;
    const { proposed } = await proposals.propose([asthma, weight], { document: report.id });
    await proposals.refuse(proposed[0]?.id as never);
    await proposals.confirm(proposed[1]?.id as never);
    const again = [
      { ...asthma, entry: { condition: { text: ' ASTHMA ' }, comment: 'x' }, locator: 'p. 2' },
      weight,
    ];
    expect(await proposals.propose(again, { document: report.id })).toEqual({ proposed: [], known: 2 });
    expect([await proposals.list(), await proposals.list('refused')]).toMatchObject([
      [],
      [{ status: 'refused' }],
    ]);
    const other = await vault.documents.add(new Blob(['x']), { category: 'report', title: 'Other' });
    expect((await proposals.propose([asthma, asthma], { document: other.id })).proposed).toHaveLength(1);
  });

  it('is recognised where the profile says the same, and then completes it', async () => {
    const { proposals, conditions } = profile;
    const { id } = await conditions.add({ condition: { text: 'asthma' }, start: '2001', severity: 'mild' });
    const said = {
      condition: { text: 'Asthma' },
      status: 'active',
      severity: 'severe',
      end: '1999',
    } as const;
    const { proposed } = await proposals.propose(
      [{ section: 'conditions', entry: { ...said, end: undefined } }],
      {
        document: report.id,
      },
    );
    expect(proposed[0]).toMatchObject({ duplicateOf: id });
    const entry = await proposals.confirm(proposed[0]?.id as never);
    expect(await conditions.list()).toEqual([entry]);
    expect(entry).toMatchObject({
      id,
      value: { condition: { text: 'asthma' }, start: '2001', severity: 'mild', status: 'active' },
      provenance: { by: 'patient', also: [{ document: report.id }] },
    });
    const second = await vault.documents.add(new Blob(['y']), { category: 'report', title: 'Y' });
    const more = await proposals.propose([{ section: 'conditions', entry: said }], { document: second.id });
    // An end before the start cannot be added: the document is noted all the same.
    const kept = await proposals.confirm(more.proposed[0]?.id as never);
    expect(kept.value).toEqual(entry.value);
    expect(kept.provenance.also.map(({ document }) => document)).toEqual([report.id, second.id]);
  });

  it('is refused whole when one of it is wrong', async () => {
    const propose = (wrong: object) =>
      profile.proposals.propose([asthma, wrong as never], { document: report.id });
    for (const wrong of [
      { section: 'conditions', entry: {} },
      { section: 'habits', entry: {} },
      { section: 'toString', entry: {} },
      { ...weight, entry: { measure: 'bmi', value: 22, at: '2026-06-12' } },
      { ...asthma, locator: 'x'.repeat(201) },
    ])
      expect(await codeOf(() => propose(wrong))).toBe('usage/invalid');
    expect(await codeOf(() => profile.proposals.propose([asthma], { document: 'itm_x' }))).toBe(
      'usage/invalid',
    );
    expect(await profile.proposals.list()).toEqual([]);
    const { proposed } = await profile.proposals.propose([asthma], { document: report.id });
    const confirm = () => profile.proposals.confirm(proposed[0]?.id as never, { change: { start: 'once' } });
    expect(await codeOf(confirm)).toBe('usage/invalid');
    expect(await profile.proposals.list()).toHaveLength(1);
    expect(await codeOf(() => profile.proposals.refuse('itm_x'))).toBe('usage/invalid');
  });
});
