import { describe, expect, it } from 'vitest';
import {
  checkMatricule,
  formatMatricule,
  IDENTITY_LABELS,
  isSameMatricule,
  keyOfMatricule,
  MATRICULE_DOES_NOT_TELL,
  maskMatricule,
  matriculeParts,
  parseMatricule,
  printMatricule,
} from '../../../src/identity-fr/index.js';
import { keyByHand, refusalOf } from './refusal.js';

// Published examples with the keys printed beside them: ANS, FR Core, a lesson of arithmetic, the CDA test documents.
const KNOWN = [
  '185057512345673',
  '181102A12500917',
  '255082B12345673',
  '885997512345663',
  '262087503203977',
  '189127512501282',
  '279035121518989',
  '255081416802538',
];

const text = (body: string) => `${body}${keyByHand(body)}`;
const problem = (given: string) => {
  const check = checkMatricule(given);
  return check.ok ? 'ok' : check.problem;
};

describe('the matricule', () => {
  it('reads known numbers, and their key by another way of computing', () => {
    for (const known of KNOWN) {
      expect(keyByHand(known.slice(0, 13))).toBe(known.slice(13));
      expect(keyOfMatricule(known.slice(0, 13))).toBe(known.slice(13));
      expect(printMatricule(parseMatricule(known))).toBe(known);
    }
  });

  it('takes spaces and small letters, and writes neither', () => {
    for (const given of [
      '1 81 10 2a 125 009 17',
      '1\u00a081\u00a010\u00a02A\u00a0125\u00a0009\u00a017',
      '1\u202f81\u202f10 2A125\u2009009 17',
    ])
      expect(printMatricule(parseMatricule(given))).toBe('181102A12500917');
    expect(keyOfMatricule('1 81 10 2b 125 009')).toBe(keyByHand('181102B125009'));
  });

  it('takes an incomplete civil status, and no month that there is not', () => {
    for (const month of ['01', '12', '20', '30', '31', '42', '50', '62', '99'])
      expect(problem(text(`285${month}75123456`))).toBe('ok');
    for (const month of ['00', '13', '19', '43', '49'])
      expect(problem(text(`285${month}75123456`))).toBe('month');
  });

  it('takes NIR, NIA and numbers of people being registered, and no other first digit', () => {
    for (const first of '123478') expect(problem(text(`${first}850575123456`))).toBe('ok');
    for (const first of '0569') expect(problem(text(`${first}850575123456`))).toBe('first-digit');
  });

  it('refuses a wrong key, and never mends it', () => {
    expect(problem('185057512345674')).toBe('key');
    expect(problem('185057512345600')).toBe('key');
    // Two documents that the agency publishes for tests.
    expect(problem('221042545611404')).toBe('key');
    expect(problem('276059205062865')).toBe('key');
    expect(refusalOf(() => parseMatricule('185057512345674'))).toBe('format/malformed matricule key');
  });

  it('refuses other lengths, letters and digits of other scripts', () => {
    for (const given of ['', ' ', '1850575123456', '18505751234567', '1850575123456731'])
      expect(problem(given)).toBe('length');
    for (const given of [
      '185057512345١٢'.padEnd(15, '3'),
      '１85057512345673',
      '181102C12500917',
      '18110A212500917',
      '1811020A2500917',
      '185-57512345673',
      '18505751234567\n',
    ])
      expect(problem(given)).toBe('characters');
    expect(refusalOf(() => keyOfMatricule('185057512345673'))).toBe('format/malformed body length');
    expect(refusalOf(() => keyOfMatricule('18505751234５6'))).toBe('format/malformed body characters');
  });

  it('refuses a megabyte before it looks at it, and what is no text', () => {
    for (const much of ['1'.repeat(1_000_000), ' '.repeat(1_000_000)]) {
      expect(problem(much)).toBe('length');
      expect(refusalOf(() => parseMatricule(much))).toBe('format/malformed matricule length');
      expect(refusalOf(() => keyOfMatricule(much))).toBe('format/malformed body length');
    }
    // So many spaces around a right number would pass if they were taken away first.
    expect(problem(`185057512345673${' '.repeat(1_000_000)}`)).toBe('length');
    for (const value of [null, undefined, 185057512345673, ['1'], {}]) {
      expect(refusalOf(() => checkMatricule(value as never))).toBe('usage/invalid matricule');
      expect(refusalOf(() => keyOfMatricule(value as never))).toBe('usage/invalid body');
    }
  });

  it('compares numbers, and says nothing of people', () => {
    const one = parseMatricule('185057512345673');
    expect(isSameMatricule(one, parseMatricule('1 85 05 75 123 456 73'))).toBe(true);
    expect(isSameMatricule(one, parseMatricule('885997512345663'))).toBe(false);
  });

  it('is shown in groups, and masked after the month', () => {
    const spaced = (shown: string) => shown.replaceAll('\u00a0', ' ');
    const matricule = parseMatricule('181102A12500917');
    expect(spaced(formatMatricule(matricule))).toBe('1 81 10 2A 125 009 17');
    expect(spaced(maskMatricule(matricule))).toBe('1 81 10 •• ••• ••• ••');
    expect(isSameMatricule(parseMatricule(formatMatricule(matricule)), matricule)).toBe(true);
  });

  it('has words in both languages for each problem', () => {
    for (const code of ['length', 'characters', 'first-digit', 'month', 'key'] as const) {
      expect(IDENTITY_LABELS.problem[code].fr).not.toBe(IDENTITY_LABELS.problem[code].en);
    }
    expect(MATRICULE_DOES_NOT_TELL.length).toBeGreaterThan(3);
  });
});

describe('what a matricule tells', () => {
  const parts = (body: string) => matriculeParts(parseMatricule(text(body)));
  const place = (code: string) => parts(`28505${code}456`).birthPlace;

  it('tells sex, year, month, place, order and key', () => {
    expect(parts('1850575123456')).toEqual({
      kind: 'NIR',
      sex: 'male',
      birthYear: '85',
      birthMonth: 5,
      monthCode: '05',
      civilStatus: 'complete',
      birthPlace: {
        kind: 'france',
        inseeCode: '75123',
        department: '75',
        commune: '123',
        country: null,
        mayAlsoBe: null,
      },
      order: '456',
      key: '73',
    });
    expect(['1', '2', '3', '4', '7', '8'].map((first) => parts(`${first}850575123456`))).toMatchObject([
      { kind: 'NIR', sex: 'male' },
      { kind: 'NIR', sex: 'female' },
      { kind: 'temporary', sex: 'male' },
      { kind: 'temporary', sex: 'female' },
      { kind: 'NIA', sex: 'male' },
      { kind: 'NIA', sex: 'female' },
    ]);
  });

  it('gives no month for an incomplete civil status', () => {
    for (const month of ['20', '31', '42', '50', '99'])
      expect(parts(`285${month}75123456`)).toMatchObject({
        birthMonth: null,
        monthCode: month,
        civilStatus: 'incomplete',
      });
    expect(parts('2851275123456')).toMatchObject({ birthMonth: 12, civilStatus: 'complete' });
  });

  it('tells Corsica, overseas and abroad apart', () => {
    expect(place('2A004')).toMatchObject({ kind: 'france', department: '2A', commune: '004' });
    expect(place('2B033')).toMatchObject({ kind: 'france', department: '2B', commune: '033' });
    expect(place('97415')).toMatchObject({ kind: 'overseas', department: '974', commune: '15' });
    expect(place('98735')).toMatchObject({ kind: 'overseas', department: '987', commune: '35' });
    expect(place('99127')).toMatchObject({
      kind: 'abroad',
      department: null,
      commune: null,
      country: '99127',
    });
    expect(place('00123')).toMatchObject({ kind: 'unclear' });
  });

  it('says where a code also stands for another country', () => {
    for (const code of ['91', '92', '93', '94'])
      expect(place(`${code}352`)).toMatchObject({ kind: 'france', mayAlsoBe: 'algeria' });
    expect(place('95001')).toMatchObject({ kind: 'france', mayAlsoBe: 'morocco' });
    expect(place('96001')).toMatchObject({ kind: 'unclear', mayAlsoBe: 'tunisia' });
    expect(place('90001').mayAlsoBe).toBeNull();
  });
});
