import { describe, expect, it } from 'vitest';
import {
  compareTraits,
  compareWithMatricule,
  exposeTraits,
  IDENTITY_LABELS,
  normaliseTraitName,
  parseMatricule,
  parseTraits,
  type TraitsText,
} from '../../../src/identity-fr/index.js';
import { refusalOf } from './refusal.js';

const ADA: TraitsText = {
  birthName: 'Lovelace',
  firstGivenName: 'Ada',
  birthDate: '1815-12-10',
  sex: 'female',
  birthPlace: '99100',
};
const traits = (change: Partial<TraitsText> = {}) => parseTraits({ ...ADA, ...change });
const refused = (change: object) => refusalOf(() => traits(change));

describe('names of strict traits', () => {
  it('are capitals without accents or ligatures', () => {
    const table: [given: string, normal: string][] = [
      ['Éloïse', 'ELOISE'],
      ['  jean   pierre ', 'JEAN PIERRE'],
      ['Jean‑Pierre', 'JEAN-PIERRE'],
      ['d’Œuf', "D'OEUF"],
      ['Straße', 'STRASSE'],
      ['Łukasz Ørsted', 'LUKASZ ORSTED'],
      ['Þór', 'THOR'],
      ['Nguyễn', 'NGUYEN'],
      ["'t Hooft", "'T HOOFT"],
      ['O´Neil', "O'NEIL"],
      ['e\u0301le\u0300ve', 'ELEVE'],
      ['François\u00a0Xavier', 'FRANCOIS XAVIER'],
      ['DUPONT--MARTIN', 'DUPONT--MARTIN'],
      ['ﬁlle', 'FILLE'],
      ['İpek ışık', 'IPEK ISIK'],
    ];
    for (const [given, normal] of table) expect(normaliseTraitName(given)).toBe(normal);
  });

  it('have a length and characters of their own', () => {
    const refusal = (name: unknown) => refusalOf(() => normaliseTraitName(name as string));
    for (const name of ['', '   ', '\u0301']) expect(refusal(name)).toBe('format/malformed name empty');
    for (const name of ['Ada1', 'A.', 'Аda', '名', 'A,B', '-', "' -", 'A\u0000', 'A\x1dB', '<b>'])
      expect(refusal(name)).toBe('format/malformed name characters');
    expect(refusal('A'.repeat(100))).toBe('ok');
    for (const name of ['A'.repeat(101), 'Œ'.repeat(51), 'A'.repeat(1_000_000), ' '.repeat(1_000_000)])
      expect(refusal(name)).toBe('format/malformed name length');
    expect(refusal(7)).toBe('usage/invalid name');
  });
});

describe('strict traits', () => {
  it('are read, normalised, and given out again', () => {
    const read = traits({ givenNames: 'ada augusta', birthPlace: '2a004' });
    expect(exposeTraits(read)).toEqual({
      birthName: 'LOVELACE',
      firstGivenName: 'ADA',
      givenNames: 'ADA AUGUSTA',
      birthDate: '1815-12-10',
      sex: 'female',
      birthPlace: '2A004',
    });
    expect(read.givenNames).toBe('ADA AUGUSTA');
    expect(exposeTraits(parseTraits(exposeTraits(read)))).toEqual(exposeTraits(read));
    expect(traits({ birthDate: '2024-02-29' }).birthDate).toBe('2024-02-29');
  });

  it('are refused one by one', () => {
    expect(refused({ birthName: undefined })).toBe('usage/invalid birthName');
    expect(refused({ birthName: '3' })).toBe('format/malformed birthName characters');
    expect(refused({ firstGivenName: null })).toBe('format/malformed firstGivenName empty');
    expect(refused({ firstGivenName: 'É2' })).toBe('format/malformed firstGivenName characters');
    expect(refused({ givenNames: 'Augusta Ada' })).toBe('format/malformed givenNames given-names');
    expect(refused({ givenNames: 'Adaline' })).toBe('format/malformed givenNames given-names');
    for (const birthDate of [
      '1815-02-29',
      '2023-02-30',
      '2023-04-31',
      '1815-13-01',
      '1815-00-10',
      '1815-12-00',
      '10-12-1815',
      '1815-12-10T00:00',
      '18151210',
      '１815-12-10',
      '',
      '1'.repeat(1_000_000),
    ])
      expect(refused({ birthDate })).toBe('format/malformed birthDate date');
    for (const sex of ['F', '', null, 'constructor'])
      expect(refused({ sex })).toBe('format/malformed sex sex');
    for (const birthPlace of ['', '7512', '751234', '2C004', '75A23', '７5123', '9'.repeat(1_000_000)])
      expect(refused({ birthPlace })).toBe('format/malformed birthPlace place');
    expect(refusalOf(() => parseTraits(null as never))).toBe('usage/invalid text');
  });

  it('compare trait by trait', () => {
    expect(compareTraits(traits(), traits({ birthName: 'LOVELACE', firstGivenName: 'ádà' }))).toEqual({
      birthName: 'same',
      firstGivenName: 'same',
      birthDate: 'same',
      sex: 'same',
      birthPlace: 'same',
      verdict: 'same',
    });
    const changes: [
      change: Partial<TraitsText>,
      trait: keyof TraitsText,
      comparison: string,
      verdict: string,
    ][] = [
      [{ birthName: 'Byron' }, 'birthName', 'different', 'different'],
      [{ birthName: 'Love-Lace' }, 'birthName', 'different', 'different'],
      [{ firstGivenName: 'Anna' }, 'firstGivenName', 'different', 'different'],
      [{ birthDate: '1815-12-11' }, 'birthDate', 'different', 'different'],
      [{ sex: 'male' }, 'sex', 'different', 'different'],
      [{ sex: 'unknown' }, 'sex', 'unknown', 'to-check'],
      [{ birthPlace: '99101' }, 'birthPlace', 'different', 'different'],
    ];
    for (const [change, trait, comparison, verdict] of changes) {
      const found = compareTraits(traits(), traits(change));
      expect(found).toMatchObject({ [trait]: comparison, verdict });
      expect(Object.values(found).filter((one) => one === 'same')).toHaveLength(4);
    }
  });

  it('leave to a person what is only close', () => {
    const close = compareTraits(
      traits({ birthName: "D'Alembert", firstGivenName: 'Jean-Pierre' }),
      traits({ birthName: 'D ALEMBERT', firstGivenName: 'Jean Pierre' }),
    );
    expect(close).toMatchObject({ birthName: 'close', firstGivenName: 'close', verdict: 'to-check' });
    const list = { firstGivenName: null, givenNames: 'Jean Pierre Paul' };
    const first = (name: string) =>
      compareTraits(traits(list), traits({ firstGivenName: name })).firstGivenName;
    expect([first('Jean'), first('Jean-Pierre'), first('Pierre'), first('Jea')]).toEqual([
      'close',
      'close',
      'different',
      'different',
    ]);
    expect(compareTraits(traits(list), traits(list)).verdict).toBe('same');
  });

  it('compare with what a matricule tells', () => {
    const matricule = parseMatricule('185057512345673');
    const fitting = traits({ birthDate: '1985-05-20', sex: 'male', birthPlace: '75123' });
    const same = { sex: 'same', birthYear: 'same', birthMonth: 'same', birthPlace: 'same' };
    expect(compareWithMatricule(fitting, matricule)).toEqual(same);
    // The example of the specification itself does not fit its number.
    expect(compareWithMatricule(traits(), matricule)).toEqual({
      sex: 'different',
      birthYear: 'different',
      birthMonth: 'different',
      birthPlace: 'different',
    });
    const incomplete = parseMatricule('885997512345663');
    expect(compareWithMatricule(traits({ sex: 'unknown' }), incomplete)).toMatchObject({
      sex: 'unknown',
      birthMonth: 'unknown',
    });
  });

  it('have words in both languages', () => {
    for (const trait of Object.keys(exposeTraits(traits())))
      expect(IDENTITY_LABELS.trait[trait as keyof TraitsText].fr).not.toBe('');
    const { verdict } = compareTraits(traits(), traits());
    expect(IDENTITY_LABELS.comparison[verdict]).toEqual({ fr: 'Identique', en: 'Same' });
  });
});
