import { describe, expect, it } from 'vitest';
import {
  checkNationalId,
  checkRegistryNumber,
  IDENTITY_LABELS,
  NATIONAL_ID_OIDS,
  printNationalId,
  type RegistryKind,
} from '../../../src/identity-fr/index.js';
import { refusalOf } from './refusal.js';

const found = (kind: RegistryKind, text: string) => {
  const check = checkRegistryNumber(kind, text);
  return check.ok ? ['ok', ...check.warnings].join(' ') : check.problem;
};

/** Luhn by its definition, with BigInt, from the left of an even number of digits. */
function luhnByHand(digits: string): boolean {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  let sum = 0n;
  for (let place = 0; place < even.length; place += 2) {
    const doubled = 2n * BigInt(even[place] ?? '0');
    sum += doubled / 10n + (doubled % 10n) + BigInt(even[place + 1] ?? '0');
  }
  return sum % 10n === 0n;
}

describe('numbers of registries', () => {
  it('are fine when their check digit is', () => {
    const known: [kind: RegistryKind, value: string][] = [
      ['RPPS', '10002422979'],
      ['RPPS', '01234567897'],
      ['FINESS', '750712184'],
      ['FINESS', '750100125'],
      ['FINESS', '540002698'],
      ['FINESS', '580008803'],
      ['FINESS', '060016219'],
      ['SIREN', '732829320'],
      ['SIRET', '73282932000074'],
      ['SIRET', '18003502400041'],
    ];
    for (const [kind, value] of known) {
      expect(luhnByHand(value)).toBe(true);
      expect(found(kind, value)).toBe('ok');
    }
  });

  it('are never refused for their check digit', () => {
    // Official examples among them.
    const wrong: [kind: RegistryKind, value: string][] = [
      ['RPPS', '10003461033'],
      ['RPPS', '10102727017'],
      ['FINESS', '754567860'],
      ['ADELI', '759300001'],
      ['SIREN', '732829321'],
      ['SIRET', '73282932000075'],
    ];
    for (const [kind, value] of wrong) {
      expect(luhnByHand(value)).toBe(false);
      expect(checkRegistryNumber(kind, value)).toMatchObject({ ok: true, value, warnings: ['check-digit'] });
    }
  });

  it('has a rule for Corsica that holds for what the agency of Corsica published', () => {
    const published =
      '2B0000020 2B0005342 2B0004246 2B0000442 2B0003107 2B0003057 2B0004238 2B0000939 2B0003628 2B0003073 ' +
      '2B0000459 2B0001341 2A0000014 2A0000170 2A0000386 2A0002606 2A0000261 2A0002051';
    for (const value of published.split(' ')) {
      expect(luhnByHand(value.replace('A', '1').replace('B', '2'))).toBe(true);
      expect(found('FINESS', value)).toBe('ok');
      expect(found('FINESS', value.toLowerCase())).toBe('ok');
    }
    expect(found('FINESS', '2A0000015')).toBe('ok check-digit');
    expect(found('FINESS', '2B0000014')).toBe('ok check-digit');
    for (const other of ['2C0000014', 'AB0000014', '2A000001X'])
      expect(found('FINESS', other)).toBe('ok check-not-known');
  });

  it('has no rule for an ADELI with a letter, nor for a rank', () => {
    expect(found('ADELI', '0B1057294')).toBe('ok check-not-known');
    expect(found('ADELI', '2A9300014')).toBe('ok check-not-known');
    expect(found('RPPS-RANG', '1000242297901')).toBe('ok check-not-known');
    expect(found('ADELI-RANG', '0B105729400')).toBe('ok check-not-known');
  });

  it('has another rule for the post offices', () => {
    expect(luhnByHand('35600000049837')).toBe(false); // 35 is a multiple of 5.
    expect(found('SIRET', '35600000049837')).toBe('ok');
    expect(found('SIRET', '35600000049838')).toBe('ok check-digit');
    expect(luhnByHand('35600000000048')).toBe(true);
    expect(found('SIRET', '35600000000048')).toBe('ok'); // The head office, by Luhn.
    expect(found('SIRET', '73282932000076')).toBe('ok check-digit');
  });

  it('are refused when they have not their form', () => {
    for (const kind of Object.keys(IDENTITY_LABELS.number) as RegistryKind[]) {
      expect(found(kind, '')).toBe('length');
      expect(found(kind, '1'.repeat(1_000_000))).toBe('length');
      expect(found(kind, ' '.repeat(1_000_000))).toBe('length');
      expect(refusalOf(() => checkRegistryNumber(kind, 10003461033 as never))).toBe('usage/invalid text');
    }
    expect(found('RPPS', '1000346103')).toBe('length');
    for (const value of ['1000346103A', '１0003461033', '10003-61033', '1000346103٣'])
      expect(found('RPPS', value)).toBe('characters');
    for (const value of ['75071218é', '75071218ß', '75071218ı', '75071218-'])
      expect(found('FINESS', value)).toBe('characters');
    expect(found('ADELI', 'B59300001')).toBe('characters');
    expect(refusalOf(() => checkRegistryNumber('toString' as never, ''))).toBe('usage/invalid kind');
  });

  it('have a value without spaces and the system of FHIR', () => {
    expect(checkRegistryNumber('FINESS', '2a 0000 014')).toEqual({
      ok: true,
      kind: 'FINESS',
      value: '2A0000014',
      system: 'https://finess.esante.gouv.fr',
      warnings: [],
    });
    expect(checkRegistryNumber('SIRET', '732 829 320 00074')).toMatchObject({
      value: '73282932000074',
      system: 'urn:oid:1.2.250.1.24.3.2',
    });
    for (const warning of ['check-digit', 'check-not-known'] as const)
      expect(IDENTITY_LABELS.warning[warning].fr).not.toBe(IDENTITY_LABELS.warning[warning].en);
  });
});

describe('national identifiers', () => {
  it('are taken apart by their first digit, which means other things for a structure', () => {
    expect(NATIONAL_ID_OIDS).toEqual({ person: '1.2.250.1.71.4.2.1', structure: '1.2.250.1.71.4.2.2' });
    expect(checkNationalId('person', '810003461033')).toEqual({
      ok: true,
      scheme: 'person',
      oid: '1.2.250.1.71.4.2.1',
      kind: 'RPPS',
      value: '10003461033',
      internal: null,
      warnings: ['check-digit'],
    });
    // From the CDA documents that the agency publishes.
    const published: [scheme: 'person' | 'structure', text: string, kind: RegistryKind, value: string][] = [
      ['person', '810002422979', 'RPPS', '10002422979'],
      ['person', '00B1057294', 'ADELI', '0B1057294'],
      ['structure', '1750803447', 'FINESS', '750803447'],
      ['structure', '318003502400041', 'SIRET', '18003502400041'],
      ['structure', '2801234567', 'SIREN', '801234567'],
      ['structure', '00B105729400', 'ADELI-RANG', '0B105729400'],
      ['person', '3750712184', 'FINESS', '750712184'],
      ['person', '573282932000074', 'SIRET', '73282932000074'],
      ['structure', '4100024229791', 'RPPS-RANG', '100024229791'],
    ];
    for (const [scheme, text, kind, value] of published) {
      expect(checkNationalId(scheme, text)).toMatchObject({ ok: true, scheme, kind, value });
      expect(printNationalId(scheme, { kind, value })).toBe(text);
    }
  });

  it('keep what a structure adds', () => {
    const text = '3750712184/0000000145';
    const read = checkNationalId('person', text);
    expect(read).toMatchObject({ ok: true, kind: 'FINESS', value: '750712184', internal: '0000000145' });
    expect(read.ok && printNationalId('person', read)).toBe(text);
    for (const bad of [
      '3750712184/',
      '3750712184/a b',
      '3750712184/é',
      `3750712184/${'1'.repeat(65)}`,
      '810003461033/1',
    ])
      expect(checkNationalId('person', bad)).toMatchObject({ ok: false, problem: 'characters' });
  });

  it('say why one has no form', () => {
    const problem = (scheme: 'person' | 'structure', text: string) => {
      const check = checkNationalId(scheme, text);
      return check.ok ? 'ok' : check.problem;
    };
    expect(problem('person', '')).toBe('length');
    expect(problem('person', '8')).toBe('length');
    expect(problem('person', '8'.repeat(1_000_000))).toBe('length');
    expect(problem('person', '210003461033')).toBe('prefix');
    expect(problem('structure', '810003461033')).toBe('prefix');
    expect(problem('person', 'toString')).toBe('prefix');
    expect(problem('person', '81000346103')).toBe('length');
    expect(problem('structure', '2801984755893')).toBe('length');
    expect(problem('person', '81000346103x')).toBe('characters');
    expect(refusalOf(() => checkNationalId('other' as never, '8'))).toBe('usage/invalid scheme');
    expect(refusalOf(() => checkNationalId('person', 8 as never))).toBe('usage/invalid text');
  });

  it('are not written for a registry that has no digit, or a number without its form', () => {
    expect(refusalOf(() => printNationalId('structure', { kind: 'RPPS', value: '10003461033' }))).toBe(
      'usage/invalid kind',
    );
    expect(refusalOf(() => printNationalId('person', { kind: 'RPPS', value: '1' }))).toBe(
      'format/malformed value length',
    );
    const value = '750712184';
    expect(refusalOf(() => printNationalId('person', { kind: 'FINESS', value, internal: ' ' }))).toBe(
      'format/malformed internal characters',
    );
  });
});
