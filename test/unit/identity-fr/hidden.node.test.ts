import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../../src/errors.js';
import {
  parseIns,
  parseMatricule,
  parseTraits,
  printInsDatamatrix,
  readInsDatamatrix,
} from '../../../src/identity-fr/index.js';

const DATAMATRIX =
  'IS010000000000000000000000S1185057512345673S21.2.250.1.213.1.4.8\x1dS3ADA\x1dS4LOVELACE\x1dS5FS610-12-1815S799100';
const SAID = /185057512345673|5123456|LOVELACE|1815|99100/;

describe('what identifies a person', () => {
  const ins = parseIns({ matricule: '185057512345673', oid: '1.2.250.1.213.1.4.8' });
  const traits = parseTraits({
    birthName: 'Lovelace',
    firstGivenName: 'Ada',
    birthDate: '1815-12-10',
    sex: 'female',
    birthPlace: '99100',
  });
  const holders = [ins, ins.matricule, traits, readInsDatamatrix(DATAMATRIX), { patient: { ins, traits } }];

  it('shows nothing in a log, in JSON, in a template or in a clone', () => {
    for (const holder of holders) {
      for (const shown of [
        inspect(holder, { depth: 9, showHidden: true }),
        JSON.stringify(holder),
        `${holder}`,
        inspect(structuredClone(holder), { depth: 9, showHidden: true }),
      ])
        expect(shown).not.toMatch(SAID);
    }
    expect(`${ins} ${traits}`).toBe('<redacted> <redacted>');
    expect(inspect(ins)).toBe('<redacted>');
    expect(JSON.stringify({ ins, traits })).toBe('{"ins":"<redacted>","traits":"<redacted>"}');
    expect(Object.keys(ins)).toEqual([]);
    expect(Object.keys(traits)).toEqual([]);
  });

  it('comes out when asked for', () => {
    const read = readInsDatamatrix(DATAMATRIX);
    expect(printInsDatamatrix(read)).toBe(DATAMATRIX);
    expect(traits.birthName).toBe('LOVELACE');
  });

  it('is in no error', () => {
    const errors = [
      () => parseMatricule('185057512345674'),
      () => parseIns({ matricule: '185057512345673', oid: '1.2.3' }),
      () => parseTraits({ birthName: 'LOVELACE1815' } as never),
      () => readInsDatamatrix(DATAMATRIX.replace('99100', '9910X')),
    ].map((work) => {
      try {
        return work();
      } catch (error) {
        return error;
      }
    });
    for (const error of errors) {
      expect(isVaultError(error)).toBe(true);
      expect(inspect(error, { depth: 9 })).not.toMatch(SAID);
    }
  });
});
