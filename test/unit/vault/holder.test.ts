import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Holder } from '../../../src/index.js';
import { compareIdentity } from '../../../src/interop/index.js';
import { openStage, passphraseOf, type Stage } from '../../support/actors.js';
import { codeOf } from '../../support/code-of.js';

const ALICE: Holder = {
  birthName: 'Martel',
  givenNames: ['Alice', 'Rose'],
  birthDate: '1980-02-29',
  sex: 'female',
  birthPlace: '2A004',
  ins: '280022A00400106',
  insOid: '1.2.250.1.213.1.4.10',
};

describe('the holder of a vault', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.close());

  it('is shown as told, corrected on every device, and compared with what documents say', async () => {
    const alice = await stage.enter('alice');
    const vault = await alice.createVault({ holder: { birthName: 'Martin' } });
    expect(vault.holder).toEqual({ birthName: 'Martin', givenNames: [] });
    await vault.updateHolder(ALICE);
    expect(vault.holder).toEqual(ALICE);
    expect(alice.vaults()[0]?.holder).toEqual(ALICE);
    const words = await alice.createRecoveryPhrase({ passphrase: passphraseOf('alice'), language: 'en' });
    await alice.sync();
    const elsewhere = await stage.recover('alice-tablet', words);
    expect(elsewhere.vaults()[0]?.holder).toEqual(ALICE);
    expect(compareIdentity(null, elsewhere.vaults()[0]?.holder ?? null).verdict).toBe('uncertain');
  });

  it.each([
    ['birthName', { birthName: ' ' }],
    ['birthName', { birthName: 'x'.repeat(201) }],
    ['givenNames', { givenNames: Array.from({ length: 21 }, () => 'Rose') }],
    ['birthDate', { birthDate: '29/02/1980' }],
    ['birthPlace', { birthPlace: 'Ajaccio' }],
    ['ins', { ins: '28002' }],
    ['ins', { ins: '280022C00400106' }],
    ['insOid', { insOid: 'insee' }],
    ['insOid', { ins: undefined }],
  ])('is refused where %s is wrong, without a word of it in the error', async (argument, wrong) => {
    const person = await stage.enter(`alice ${JSON.stringify(wrong).slice(0, 40)}`);
    const holder = { ...ALICE, ...wrong } as Holder;
    const refusal = await person.createVault({ holder }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'usage/invalid', details: { argument } });
    expect(JSON.stringify(refusal)).not.toContain('280022A');
    expect(person.vaults()).toEqual([]);
    const vault = await person.createVault({ holder: ALICE });
    expect(await codeOf(() => vault.updateHolder(holder))).toBe('usage/invalid');
    expect(vault.holder).toEqual(ALICE);
  });
});
