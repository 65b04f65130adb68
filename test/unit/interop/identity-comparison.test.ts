import { describe, expect, it } from 'vitest';
import { type CdaPatient, compareIdentity, type IdentityHolder } from '../../../src/interop/index.js';

const ins = (value: string, kind: CdaPatient['ins'][number]['kind'] = 'ins-nir') => [
  { root: '1.2.250.1.213.1.4.8', extension: value, kind, value },
];

const PATIENT: CdaPatient = {
  ins: ins('279035121518989'),
  ids: [],
  birthName: 'PAT-TROIS',
  usedName: 'AUTRE',
  familyName: null,
  givenNames: 'DOMINIQUE MARIE-LOUISE',
  firstGivenName: 'DOMINIQUE',
  usedGivenName: 'DOM',
  sex: 'female',
  birthDate: '1979-03-28',
  birthPlace: { code: '51215', name: 'DOMPREMY' },
};

const HOLDER: IdentityHolder = {
  birthName: 'Pat-Trois',
  givenNames: ['Dominique', 'Marie-Louise'],
  birthDate: '1979-03-28',
  sex: 'female',
  birthPlace: '51215',
  ins: '2 79 03 51 215 189 89',
};

const verdict = (patient: Partial<CdaPatient>, holder: Partial<IdentityHolder> = {}) =>
  compareIdentity({ ...PATIENT, ...patient }, { ...HOLDER, ...holder }).verdict;
const given = (patient: Partial<CdaPatient>, givenNames: string[]) =>
  compareIdentity({ ...PATIENT, ...patient }, { ...HOLDER, givenNames }).traits.givenNames;

describe('a document and the holder of a vault', () => {
  it('match where all is the same', () => {
    const compared = compareIdentity(PATIENT, HOLDER);
    expect(compared.verdict).toBe('match');
    expect([...new Set(Object.values(compared.traits))]).toEqual(['same']);
    expect(compared.explanation).toEqual({
      en: 'The document is about the holder of the vault.',
      fr: 'Le document concerne la personne titulaire du coffre.',
    });
  });

  it.each([
    ['birthName', { birthName: 'PAT-QUATRE' }],
    ['givenNames', { givenNames: 'DOMINIQUE JEANNE', firstGivenName: 'DOMINIQUE' }],
    ['birthDate', { birthDate: '1979-03-29' }],
    ['sex', { sex: 'male' }],
    ['birthPlace', { birthPlace: { code: '51216', name: 'DOMPREMY' } }],
    ['ins', { ins: ins('279035121518790') }],
  ] as const)('do not where the %s is another, whatever else is the same', (trait, change) => {
    const compared = compareIdentity({ ...PATIENT, ...change }, HOLDER);
    expect(compared.verdict).toBe('mismatch');
    expect(compared.traits[trait]).toBe('different');
    expect(Object.values(compared.traits).filter((outcome) => outcome === 'different')).toHaveLength(1);
    expect(compared.explanation.fr).toMatch(/^Le document concerne quelqu'un d'autre : différence sur /);
  });

  it.each([
    ['birthName', { birthName: null }],
    ['givenNames', { givenNames: null, firstGivenName: null }],
    ['birthDate', { birthDate: null }],
    ['sex', { sex: null }],
  ] as const)('are uncertain without the %s, also with the INS', (trait, change) => {
    const compared = compareIdentity({ ...PATIENT, ...change }, HOLDER);
    expect(compared).toMatchObject({ verdict: 'uncertain', traits: { [trait]: 'missing' } });
    expect(compared.explanation.en).toMatch(/not known or not comparable/);
  });

  it('need the place of birth or the INS, and not both', () => {
    expect(verdict({ birthPlace: null })).toBe('match');
    expect(verdict({ ins: [] })).toBe('match');
    expect(verdict({ ins: [], birthPlace: null })).toBe('uncertain');
    expect(verdict({ birthPlace: { code: null, name: 'DOMPREMY' } }, { ins: undefined })).toBe('uncertain');
  });

  it('are uncertain without a patient, or a holder of whom nothing is known', () => {
    expect(compareIdentity(null, HOLDER).verdict).toBe('uncertain');
    expect(compareIdentity(PATIENT, {}).verdict).toBe('uncertain');
    expect(compareIdentity(PATIENT, null).verdict).toBe('uncertain');
    expect(
      compareIdentity(PATIENT, { birthName: '', givenNames: [], ins: '', birthPlace: '' }),
    ).toMatchObject({
      verdict: 'uncertain',
      traits: { birthName: 'missing', givenNames: 'missing', ins: 'missing', birthPlace: 'missing' },
    });
  });

  it.each([
    ["D'ÉPOUX", 'd’Epoux'],
    ['LE GOFF', 'Le-Goff'],
    ['CŒUR', 'Coeur'],
    ['ÇAĞLAR', 'caglar'],
    ['SØRENSEN', 'Sorensen'],
    ['STRAẞE', 'Straße'],
    ['PAT  TROIS', 'pat-trois'],
  ])('have the same name in %s and %s', (theirs, ours) => {
    expect(verdict({ birthName: theirs }, { birthName: ours })).toBe('match');
  });

  it('are not of one name because one begins like the other, or is the one in use', () => {
    expect(verdict({ birthName: 'PAT' })).toBe('mismatch');
    expect(verdict({ birthName: 'PAT-TROIS-QUATRE' })).toBe('mismatch');
    expect(verdict({}, { birthName: 'Autre' })).toBe('mismatch');
  });

  it('take an unmarked name only for the same', () => {
    expect(verdict({ birthName: null, familyName: 'PAT TROIS' })).toBe('match');
    expect(verdict({ birthName: null, familyName: 'EPOUX' })).toBe('uncertain');
  });

  it.each([
    // document, its first name, holder, outcome
    ['DOMINIQUE MARIE-LOUISE', 'DOMINIQUE', ['Dominique'], 'same'],
    ['DOMINIQUE', 'DOMINIQUE', ['Dominique', 'Marie-Louise'], 'same'],
    ['DOMINIQUE', null, ['Dominique', 'Marie-Louise'], 'same'],
    [null, 'DOMINIQUE', ['Dominique', 'Marie-Louise'], 'same'],
    ['JEAN PIERRE', 'JEAN-PIERRE', ['Jean-Pierre'], 'same'],
    ['JEAN-PIERRE PAUL', 'JEAN-PIERRE', ['Jean Pierre', 'Paul'], 'same'],
    ['MARIE-CLAIRE', 'MARIE-CLAIRE', ['Marie'], 'different'],
    ['MARIE-CLAIRE JEANNE', 'MARIE-CLAIRE', ['Marie'], 'different'],
    ['MARIE', 'MARIE', ['Marie-Claire'], 'different'],
    ['MARIE', null, ['Marie-Claire', 'Jeanne'], 'different'],
    ['MARIE CLAIRE', null, ['Marie'], 'missing'],
    ['MARIE JEANNE', 'MARIE', ['Jeanne', 'Marie'], 'different'],
    ['LOUISE', 'LOUISE', ['Louis'], 'different'],
    ['DOMINIQUE', 'DOMINIQUE', [], 'missing'],
    // Typed in one go: where the first name ends, a blank does not tell, and a hyphen does.
    ['MARIE LOUISE ANNE', 'MARIE', ['Marie Louise Anne'], 'same'],
    ['MARIE LOUISE ANNE', 'MARIE LOUISE', ['Marie', 'Louise', 'Anne'], 'same'],
    ['MARIE LOUISE ANNE', 'MARIE', ['Marie-Louise', 'Anne'], 'missing'],
    ['MARIE', 'MARIE', ['Marie Louise Anne'], 'missing'],
    ['MARIE', 'MARIE', ['Marie-Louise'], 'different'],
    ['MARIE LOUISE', 'MARIE LOUISE', ['Marie'], 'different'],
    ['ANNE-MARIE', 'ANNE-MARIE', ['Annemarie'], 'missing'],
    ['JEAN', 'JEAN', ['Jeanne'], 'different'],
    ['DOMINIQUE JEANNE', 'DOMINIQUE', ['Dominique', 'Louise'], 'different'],
    ["N'GOLO", "N'GOLO", ['N’Golo'], 'same'],
    ["N'GOLO", "N'", ['N’Golo'], 'missing'],
  ] as const)('have given names %s (%s) and %j: %s', (givenNames, firstGivenName, ours, outcome) => {
    expect(given({ givenNames, firstGivenName }, [...ours])).toBe(outcome);
  });

  it('compare as much of a date as both have', () => {
    const date = (birthDate: string) => compareIdentity({ ...PATIENT, birthDate }, HOLDER).traits.birthDate;
    expect([date('1979'), date('1979-03'), date('1980'), date('1979-04')]).toEqual([
      ...['missing', 'missing'],
      ...['different', 'different'],
    ]);
  });

  it('compare the INS without its key, and no final one with one for the time being', () => {
    const one = (value: string, ours: string) =>
      compareIdentity({ ...PATIENT, ins: ins(value) }, { ...HOLDER, ins: ours }).traits.ins;
    expect(one('279035121518989', '2790351215189')).toBe('same');
    expect(one('2790351215189', '279035121518989')).toBe('same');
    expect(one('279035121518789', '279035121518989')).toBe('different');
    // The key is made of the number: one of the two is wrong, and nobody else is meant.
    expect(one('279035121518989', '279035121518988')).toBe('missing');
    expect(one('859975123456763', '279035121518989')).toBe('missing');
    expect(one('279', '279035121518989')).toBe('missing');
    expect(one('2a9035121518989', '2A9035121518989')).toBe('different');
    const two = { ...PATIENT, ins: [...ins('859975123456763', 'ins-nia'), ...ins('279035121518989')] };
    expect(compareIdentity(two, HOLDER).traits.ins).toBe('same');
  });

  it('compare no INS of test with a real one, where it is known which it is', () => {
    const one = (kind: 'ins-nir' | 'ins-nir-test', root: string, insOid?: string) =>
      compareIdentity(
        { ...PATIENT, ins: [{ root, extension: '279035121518989', kind, value: '279035121518989' }] },
        { ...HOLDER, insOid },
      ).traits.ins;
    const [real, test] = ['1.2.250.1.213.1.4.8', '1.2.250.1.213.1.4.10'];
    expect(one('ins-nir', real, `urn:oid:${real}`)).toBe('same');
    expect(one('ins-nir-test', test, real)).toBe('missing');
    expect(one('ins-nir', real, test)).toBe('missing');
    expect(one('ins-nir-test', test, test)).toBe('same');
    expect(one('ins-nir-test', test)).toBe('same');
  });

  it.each([
    ['LE GOFF', 'Legoff'],
    ["D'ALMEIDA", 'Dalmeida'],
    ['DE SAINT-EXUPÉRY', 'Saint-Exupéry'],
    ['VAN DER MEER', 'Vandermeer'],
  ])('are neither the same nor others for how %s and %s are written', (theirs, ours) => {
    for (const [one, other] of [
      [theirs, ours],
      [ours, theirs],
    ] as const)
      expect(compareIdentity({ ...PATIENT, birthName: one }, { ...HOLDER, birthName: other })).toMatchObject({
        verdict: 'uncertain',
        traits: { birthName: 'missing' },
      });
  });

  it.each([
    ['GOFF', 'Le Goff'],
    ['DUPONT', 'Dupont-Martin'],
    ['MARTIN', 'Martine'],
  ])('are others where one is called %s and one %s', (theirs, ours) => {
    expect(verdict({ birthName: theirs }, { birthName: ours })).toBe('mismatch');
  });

  it.each([
    ['75056', '75115', 'missing'],
    ['69385', '69123', 'missing'],
    ['13055', '13216', 'missing'],
    ['20004', '2A004', 'missing'],
    ['2A004', '2B004', 'different'],
    ['75115', '75114', 'different'],
    ['75056', '75121', 'different'],
    ['13055', '13217', 'different'],
    ['99109', '99109', 'same'],
    ['99109', '51215', 'different'],
    ['99999', '51215', 'missing'],
  ])('are born in %s and %s: %s', (theirs, ours, outcome) => {
    const place = { code: theirs, name: null };
    const { birthPlace } = compareIdentity(
      { ...PATIENT, birthPlace: place },
      { ...HOLDER, birthPlace: ours },
    ).traits;
    expect(birthPlace).toBe(outcome);
  });

  it('say nothing of who it is', () => {
    for (const change of [{}, { birthName: 'X' }, { birthDate: null }]) {
      const text = JSON.stringify(compareIdentity({ ...PATIENT, ...change }, HOLDER));
      expect(text).not.toMatch(/PAT|DOMINIQUE|1979|51215|2790/i);
    }
  });
});
