import { describe, expect, it } from 'vitest';
import {
  exposeTraits,
  isProductionIns,
  parseIns,
  parseTraits,
  printInsDatamatrix,
  printMatricule,
  readInsDatamatrix,
  statedIdentityStatus,
} from '../../../src/identity-fr/index.js';
import { refusalOf } from './refusal.js';

const HEADER = `IS01${'0'.repeat(22)}`;
const [S1, S2, S3, S4, S5, S6, S7] = [
  'S1185057512345673',
  'S21.2.250.1.213.1.4.8\x1d',
  'S3ADA\x1d',
  'S4LOVELACE\x1d',
  'S5F',
  'S610-12-1815',
  'S799100',
];
/** The example of the specification, v2.2. */
const EXAMPLE = `${HEADER}${S1}${S2}${S3}${S4}${S5}${S6}${S7}`;
const reading = (text: string) => refusalOf(() => readInsDatamatrix(text));
const readWith = (...blocks: string[]) => reading(`${HEADER}${blocks.join('')}`);

describe('the text of an INS datamatrix', () => {
  it('is read and written again as it was', () => {
    const read = readInsDatamatrix(EXAMPLE);
    expect(printMatricule(read.ins.matricule)).toBe('185057512345673');
    expect(read.ins.authority.typeCode).toBe('INS-NIR');
    expect(exposeTraits(read.traits)).toEqual({
      birthName: 'LOVELACE',
      firstGivenName: null,
      givenNames: 'ADA',
      birthDate: '1815-12-10',
      sex: 'female',
      birthPlace: '99100',
    });
    expect(read.reference).toBe('0'.repeat(22));
    expect(read.signature).toBeNull();
    expect(printInsDatamatrix(read)).toBe(EXAMPLE);
  });

  it('says what it claims and by whom, and checks nothing', () => {
    expect(readInsDatamatrix(EXAMPLE).status).toEqual({
      status: 'QUAL',
      attributes: [],
      by: { kind: 'datamatrix' },
      verified: false,
    });
    const reference = 'FR0100011E581E58B20100';
    const text = `IS01${reference}${EXAMPLE.slice(26)}\x1fABCDEFGH234567==`;
    const read = readInsDatamatrix(text);
    expect(read.reference).toBe(reference);
    expect(read.signature).toEqual({ text: 'ABCDEFGH234567==', verified: false });
    expect(printInsDatamatrix(read)).toBe(text);
  });

  it('tells a number of test, whose OID fills its field', () => {
    const read = readInsDatamatrix(`${HEADER}${S1}S21.2.250.1.213.1.4.10${S3}${S4}${S5}${S6}${S7}`);
    expect(isProductionIns(read.ins)).toBe(false);
    expect(printInsDatamatrix(read)).toContain('S21.2.250.1.213.1.4.10S3ADA');
    expect(readWith(S1, 'S21.2.250.1.213.1.4.10\x1d', S3, S4, S5, S6, S7)).toBe('ok');
  });

  it('takes the fields in any order, the last without its separator', () => {
    expect(readWith(S7, S6, S5, S3, S2, S1, 'S4LOVELACE')).toBe('ok');
    const long = 'A'.repeat(100);
    const read = readInsDatamatrix(`${HEADER}${S1}${S2}S3${long}S4${long}${S5}${S6}${S7}`);
    expect(read.traits.givenNames).toBe(long);
    expect(printInsDatamatrix(read)).toContain(`S3${long}S4${long}S5F`);
  });

  it('refuses a field that is missing, repeated, cut or unknown', () => {
    const bad = (problem: string) => `format/malformed text ${problem}`;
    for (const left of [S1, S2, S3, S4, S5, S6, S7])
      expect(readWith(EXAMPLE.slice(26).replace(left, ''))).toBe(bad('missing-field'));
    expect(readWith(S1, S2, S3, S3, S4, S5, S6, S7)).toBe(bad('repeated-field'));
    expect(readWith(S1, S2, S3, S4, S5, S6, 'S79910')).toBe(bad('field'));
    expect(readWith(S1, S2, S3, S4, S5, S6, `${S7}\x1d`)).toBe(bad('field'));
    expect(readWith(S1, S2, S3, S4, S5, S6, S7, 'S8X')).toBe(bad('field'));
    expect(readWith(S1, S2, 'S3\x1d', S4, S5, S6, S7)).toBe(bad('field'));
    expect(readWith(S1, S2, 'S3A\x1eB\x1d', S4, S5, S6, S7)).toBe(bad('field'));
    expect(readWith('')).toBe(bad('missing-field'));
  });

  it('refuses contents that are not what they should be', () => {
    expect(readWith(S1.replace('73', '74'), S2, S3, S4, S5, S6, S7)).toBe('format/malformed matricule key');
    expect(readWith(S1, 'S21.2.250.1.213.1.4.13', S3, S4, S5, S6, S7)).toBe(
      'format/malformed oid social-security',
    );
    expect(readWith(S1, S2, S3, S4, 'S5X', S6, S7)).toBe('format/malformed sex sex');
    for (const date of ['S631-02-1815', 'S61815-12-10', 'S610/12/1815'])
      expect(readWith(S1, S2, S3, S4, S5, date, S7)).toBe('format/malformed birthDate date');
    expect(readWith(S1, S2, S3, S4, S5, S6, 'S7ABCDE')).toBe('format/malformed birthPlace place');
  });

  it('refuses another header, and a megabyte at once', () => {
    expect(reading(EXAMPLE.replace('IS01', 'DC04'))).toBe('format/malformed text header');
    expect(reading(EXAMPLE.replace('IS01', 'IS02'))).toBe('format/unsupported');
    expect(reading('IS01')).toBe('format/malformed text header');
    expect(reading('')).toBe('format/malformed text header');
    expect(reading(`${EXAMPLE}\x1f`)).toBe('format/malformed text signature');
    expect(reading(`${EXAMPLE}\x1fabc`)).toBe('format/malformed text signature');
    expect(reading(EXAMPLE + 'A'.repeat(1_000_000))).toBe('format/malformed text length');
    expect(reading(null as never)).toBe('usage/invalid text');
  });

  it('is written for a qualified identity only, and not on the word of the patient', () => {
    const { ins, traits } = readInsDatamatrix(EXAMPLE);
    const writing = (status: 'RECUP' | 'QUAL', kind: 'holder' | 'carer' | 'professional') =>
      refusalOf(() =>
        printInsDatamatrix({ ins, traits, status: statedIdentityStatus({ status, by: { kind } }) }),
      );
    expect(writing('QUAL', 'professional')).toBe('ok');
    expect(writing('RECUP', 'professional')).toBe('usage/invalid status');
    expect(writing('QUAL', 'holder')).toBe('usage/invalid status');
    expect(writing('QUAL', 'carer')).toBe('usage/invalid status');
  });

  it('has no form for an unknown sex or another reference', () => {
    const status = statedIdentityStatus({ status: 'QUAL', by: { kind: 'structure' } });
    const ins = parseIns({ matricule: '185057512345673', oid: '1.2.250.1.213.1.4.10' });
    const told = {
      birthName: 'A',
      firstGivenName: 'B',
      birthDate: '1985-05-01',
      birthPlace: '2A004',
    } as const;
    const unknown = parseTraits({ ...told, sex: 'unknown' });
    expect(refusalOf(() => printInsDatamatrix({ ins, traits: unknown, status }))).toBe('usage/invalid sex');
    const traits = parseTraits({ ...told, sex: 'male' });
    expect(printInsDatamatrix({ ins, traits, status })).toBe(
      `${HEADER}${S1}S21.2.250.1.213.1.4.10S3B\x1dS4A\x1dS5MS601-05-1985S72A004`,
    );
    expect(refusalOf(() => printInsDatamatrix({ ins, traits, status, reference: '0' }))).toBe(
      'usage/invalid reference',
    );
    const signature = { text: 'a\x1d', verified: false } as const;
    expect(refusalOf(() => printInsDatamatrix({ ins, traits, status, signature }))).toBe(
      'usage/invalid signature',
    );
  });
});
