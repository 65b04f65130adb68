import { describe, expect, it } from 'vitest';
import {
  checkIns,
  compareIns,
  formatIns,
  INS_AUTHORITIES,
  insAuthority,
  isProductionIns,
  maskIns,
  parseIns,
  printMatricule,
  requireProductionIns,
} from '../../../src/identity-fr/index.js';
import { refusalOf } from './refusal.js';

const ROOT = '1.2.250.1.213.1.4';
const NIR = '185057512345673';
const NIA = '885997512345663';
const ins = (matricule: string, last: number) => parseIns({ matricule, oid: `${ROOT}.${last}` });
const problem = (matricule: string, oid: string) => {
  const check = checkIns({ matricule, oid });
  return check.ok ? 'ok' : check.problem;
};

describe('an INS', () => {
  it('knows its four authorities, with and without the prefix of a URN', () => {
    expect(INS_AUTHORITIES.map(({ oid, kind, use }) => [oid, kind, use])).toEqual([
      [`${ROOT}.8`, 'NIR', 'production'],
      [`${ROOT}.9`, 'NIA', 'production'],
      [`${ROOT}.10`, 'NIR', 'test'],
      [`${ROOT}.11`, 'NIR', 'demonstration'],
    ]);
    expect(insAuthority(`urn:oid:${ROOT}.10`)?.typeCode).toBe('INS-NIR-TEST');
    for (const other of ['', ROOT, `${ROOT}.80`, `urn:oid:urn:oid:${ROOT}.8`, `${ROOT}.8 `, 'toString'])
      expect(insAuthority(other)).toBeNull();
    expect(insAuthority(`${ROOT}.8`.repeat(100_000))).toBeNull();
    expect(refusalOf(() => insAuthority(8 as never))).toBe('usage/invalid oid');
  });

  it('pairs a number with its authority', () => {
    const one = parseIns({ matricule: '1 85 05 75 123 456 73', oid: `urn:oid:${ROOT}.8` });
    expect(printMatricule(one.matricule)).toBe(NIR);
    expect(one.authority.typeCode).toBe('INS-NIR');
    expect(problem(NIA, `${ROOT}.9`)).toBe('ok');
  });

  it('says what is wrong with a pair', () => {
    expect(problem('185057512345674', `${ROOT}.8`)).toBe('key');
    expect(problem(NIR, '1.2.3')).toBe('authority');
    expect(problem(NIR, `${ROOT}.8`.repeat(100_000))).toBe('authority');
    expect(problem(NIR, `${ROOT}.13`)).toBe('social-security');
    expect(problem(NIA, `urn:oid:${ROOT}.14`)).toBe('social-security');
    expect(problem(NIA, `${ROOT}.8`)).toBe('kind');
    expect(problem(NIR, `${ROOT}.9`)).toBe('kind');
    expect(problem(NIA, `${ROOT}.10`)).toBe('ok'); // No OID for a NIA of test is known.
    expect(refusalOf(() => parseIns({ matricule: NIR, oid: '1.2.3' }))).toBe(
      'format/malformed oid authority',
    );
    expect(refusalOf(() => parseIns({ matricule: 'x', oid: `${ROOT}.8` }))).toBe(
      'format/malformed matricule length',
    );
    expect(refusalOf(() => parseIns({ matricule: NIR, oid: null as never }))).toBe('usage/invalid oid');
  });

  it('is never taken for a real one when it is for tests', () => {
    const real = ins(NIR, 8);
    for (const last of [10, 11]) {
      const fake = ins(NIR, last);
      expect(isProductionIns(fake)).toBe(false);
      expect(refusalOf(() => requireProductionIns(fake))).toBe('usage/invalid ins test');
      expect(compareIns(real, fake)).toBe('not-comparable');
      expect(formatIns(fake, 'fr')).toMatch(/\(INS de (test|démonstration)\)$/);
      expect(maskIns(fake, 'en')).toMatch(/•\u00a0•• \((Test|Demonstration) INS\)$/);
    }
    expect(compareIns(ins(NIR, 10), ins(NIR, 11))).toBe('not-comparable');
    expect(isProductionIns(real)).toBe(true);
    expect(refusalOf(() => requireProductionIns(real))).toBe('ok');
    expect(formatIns(real, 'fr').replaceAll('\u00a0', ' ')).toBe('1 85 05 75 123 456 73');
  });

  it('compares real ones', () => {
    expect(compareIns(ins(NIR, 8), ins('1 85 05 75 123 456 73', 8))).toBe('same');
    expect(compareIns(ins(NIR, 8), ins('262087503203977', 8))).toBe('different');
    expect(compareIns(ins(NIR, 8), ins(NIA, 9))).toBe('different');
  });
});
