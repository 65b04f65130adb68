import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import {
  checkMatricule,
  checkNationalId,
  checkRegistryNumber,
  compareIns,
  compareTraits,
  exposeTraits,
  formatMatricule,
  INS_AUTHORITIES,
  keyOfMatricule,
  maskMatricule,
  matriculeParts,
  normaliseTraitName,
  parseIns,
  parseMatricule,
  parseTraits,
  printInsDatamatrix,
  printMatricule,
  printNationalId,
  type RegistryKind,
  readInsDatamatrix,
  statedIdentityStatus,
} from '../../src/identity-fr/index.js';

const RUNS = { numRuns: 300 };

const digit = fc.constantFrom(...'0123456789');
const digits = (length: number) => fc.string({ unit: digit, minLength: length, maxLength: length });
const padded = (number: number) => String(number).padStart(2, '0');

const monthCode = fc
  .oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 20, max: 42 }), fc.integer({ min: 50, max: 99 }))
  .map(padded);
const department = fc.oneof(digits(2), fc.constantFrom('2A', '2B', '97', '98', '99'));
const body = fc
  .tuple(fc.constantFrom('1', '2', '7', '8', '3', '4'), digits(2), monthCode, department, digits(6))
  .map((parts) => parts.join(''));

/** The key by the other rule for Corsica, on big integers. */
function keyByHand(of: string): string {
  const less = of.includes('A') ? 1_000_000n : of.includes('B') ? 2_000_000n : 0n;
  return padded(Number(97n - ((BigInt(of.replace(/[AB]/, '0')) - less) % 97n)));
}

const matricule = body.map((of) => of + keyByHand(of));

/** A text with one character changed into another of its kind, or two neighbours that differ changed over. */
const mistake = (correct: string) =>
  fc
    .record({
      place: fc.nat({ max: correct.length - 1 }),
      by: fc.integer({ min: 1, max: 9 }),
      swap: fc.boolean(),
    })
    .map(({ place, by, swap }) => {
      const characters = [...correct];
      const [here = '', next = ''] = [characters[place], characters[place + 1]];
      if (swap && next !== '') characters.splice(place, 2, next, here);
      else
        characters[place] = /[AB]/.test(here) ? (here === 'A' ? 'B' : 'A') : String((Number(here) + by) % 10);
      return characters.join('');
    });

describe('matricules', () => {
  it('have the key that another way of computing gives', () => {
    fc.assert(
      fc.property(body, (of) => {
        expect(keyOfMatricule(of)).toBe(keyByHand(of));
      }),
      RUNS,
    );
  });

  it('are printed as they are read, however they are spaced', () => {
    fc.assert(
      fc.property(matricule, fc.infiniteStream(fc.constantFrom('', '', ' ', '\u00a0')), (text, spaces) => {
        const spaced = [...text].map((character) => character.toLowerCase() + spaces.next().value).join('');
        expect(printMatricule(parseMatricule(spaced))).toBe(text);
        expect(printMatricule(parseMatricule(formatMatricule(parseMatricule(text))))).toBe(text);
      }),
      RUNS,
    );
  });

  it('tell parts that make up the number again', () => {
    fc.assert(
      fc.property(matricule, (text) => {
        const { birthYear, monthCode: month, birthPlace, order, key } = matriculeParts(parseMatricule(text));
        expect(text[0] + birthYear + month + birthPlace.inseeCode + order + key).toBe(text);
        const { department: from, commune, country } = birthPlace;
        expect(country ?? `${from}${commune}`).toBe(birthPlace.inseeCode);
      }),
      RUNS,
    );
  });

  it('show every mistake of one character and every pair of neighbours changed over', () => {
    fc.assert(
      fc.property(
        matricule.chain((text) => fc.tuple(fc.constant(text), mistake(text))),
        ([text, wrong]) => {
          fc.pre(wrong !== text);
          expect(checkMatricule(wrong).ok).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('are masked so that only sex, year and month are left', () => {
    fc.assert(
      fc.property(matricule, (text) => {
        const shown = maskMatricule(parseMatricule(text)).replaceAll('\u00a0', '');
        expect(shown).toBe(`${text.slice(0, 5)}${'•'.repeat(10)}`);
      }),
      RUNS,
    );
  });

  it('are refused with a value, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), matricule), (text) => {
        const check = checkMatricule(text);
        if (check.ok) expect(printMatricule(check.matricule)).toHaveLength(15);
      }),
      RUNS,
    );
  });
});

describe('an INS', () => {
  const authority = fc.constantFrom(...INS_AUTHORITIES);
  it('of test is the same as no real one', () => {
    fc.assert(
      fc.property(matricule, authority, authority, (text, one, other) => {
        const isNia = /^[78]/.test(text);
        fc.pre([one, other].every(({ use, kind }) => use !== 'production' || (kind === 'NIA') === isNia));
        const [first, second] = [one, other].map(({ oid }) => parseIns({ matricule: text, oid }));
        if (first === undefined || second === undefined) throw new Error('Nothing was read.');
        expect(compareIns(first, second)).toBe(one === other ? 'same' : 'not-comparable');
      }),
      RUNS,
    );
  });
});

const name = fc.stringMatching(/^[A-Z]([A-Z' -]{0,40}[A-Z])?$/).map((text) => text.replaceAll(/ +/g, ' '));
const birthDate = fc
  .date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('2999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const traitsText = fc.record({
  birthName: name,
  givenNames: name,
  birthDate,
  sex: fc.constantFrom('female', 'male'),
  birthPlace: fc.oneof(
    digits(5),
    digits(3).map((commune) => `2B${commune}`),
  ),
});

describe('strict traits', () => {
  it('are normalised once and for all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), name), (text) => {
        let once: string;
        try {
          once = normaliseTraitName(text);
        } catch (error) {
          expect(isVaultError(error, 'format/malformed')).toBe(true);
          return;
        }
        expect(once).toMatch(/^[A-Z' -]{1,100}$/);
        expect(normaliseTraitName(once)).toBe(once);
        expect(normaliseTraitName(once.toLowerCase())).toBe(once);
      }),
      RUNS,
    );
  });

  it('are read as they are given out, and compare as the same both ways', () => {
    fc.assert(
      fc.property(traitsText, traitsText, (one, other) => {
        const [read, second] = [parseTraits(one), parseTraits(other)];
        expect(exposeTraits(parseTraits(exposeTraits(read)))).toEqual(exposeTraits(read));
        expect(compareTraits(read, parseTraits(one)).verdict).toBe('same');
        expect(compareTraits(read, second)).toEqual(compareTraits(second, read));
      }),
      RUNS,
    );
  });
});

describe('the text of a datamatrix', () => {
  const reference = fc.oneof(fc.constant('0'.repeat(22)), fc.stringMatching(/^[0-9A-Z]{22}$/));
  const signature = fc.option(
    fc.stringMatching(/^[A-Z2-7]{1,80}$/).map((text) => ({ text, verified: false as const })),
  );
  const status = statedIdentityStatus({ status: 'QUAL', by: { kind: 'structure' } });
  const oid = fc.constantFrom('1.2.250.1.213.1.4.10', '1.2.250.1.213.1.4.11');

  it('is read as it was written', () => {
    fc.assert(
      fc.property(matricule, oid, traitsText, reference, signature, (number, root, told, header, signed) => {
        const ins = parseIns({ matricule: number, oid: root });
        const traits = parseTraits(told);
        const text = printInsDatamatrix({ ins, traits, status, reference: header, signature: signed });
        const read = readInsDatamatrix(text);
        expect(compareIns(read.ins, ins)).toBe('same');
        expect(exposeTraits(read.traits)).toEqual(exposeTraits(traits));
        expect(read).toMatchObject({ reference: header, signature: signed });
        expect(printInsDatamatrix(read)).toBe(text);
      }),
      RUNS,
    );
  });

  it('is refused with a typed error, however it is damaged', () => {
    const ins = parseIns({ matricule: '185057512345673', oid: '1.2.250.1.213.1.4.10' });
    const traits = parseTraits({
      birthName: 'LOVELACE',
      firstGivenName: 'ADA',
      birthDate: '1815-12-10',
      sex: 'female',
      birthPlace: '99100',
    });
    const correct = printInsDatamatrix({ ins, traits, status });
    const damage = fc.tuple(fc.nat({ max: correct.length }), fc.nat({ max: 5 }), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(damage, ([from, length, put]) => {
        const damaged = correct.slice(0, from) + put + correct.slice(from + length);
        try {
          printInsDatamatrix(readInsDatamatrix(damaged));
        } catch (error) {
          expect(isVaultError(error)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

describe('numbers of registries', () => {
  const lengths = { RPPS: 11, SIREN: 9, FINESS: 9, ADELI: 9, SIRET: 14 } as const;
  const kind = fc.constantFrom('RPPS', 'SIREN', 'FINESS', 'ADELI', 'SIRET');
  const fits = (of: keyof typeof lengths, text: string) =>
    checkRegistryNumber(of, text).warnings.length === 0 && checkRegistryNumber(of, text).ok;

  /** The last digit by Luhn's definition: of the digits before it, every second from the right counts twice. */
  function endByHand(start: string): string {
    const plain = [...start.replace('A', '1')].reverse();
    const sum = plain.reduce((total, digit, place) => {
      const counted = Number(digit) * (place % 2 === 0 ? 2 : 1);
      return total + Math.floor(counted / 10) + (counted % 10);
    }, 0);
    return String((10 - (sum % 10)) % 10);
  }

  const number = kind.chain((of) =>
    (of === 'FINESS'
      ? fc.oneof(
          digits(8),
          digits(6).map((rest) => `2A${rest}`),
        )
      : digits(lengths[of] - 1)
    )
      .filter((start) => !start.startsWith('356000000'))
      .map((start) => ({ of, text: start + endByHand(start) })),
  );

  it('fit with one last digit', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 9 }), ({ of, text }, by) => {
        expect(checkRegistryNumber(of, text)).toMatchObject({ ok: true, warnings: [] });
        const other = text.slice(0, -1) + ((Number(text.at(-1)) + by) % 10);
        expect(checkRegistryNumber(of, other)).toMatchObject({ ok: true, warnings: ['check-digit'] });
      }),
      RUNS,
    );
  });

  it('show every mistake of one digit and every pair of neighbours but 0 and 9', () => {
    fc.assert(
      fc.property(
        number.chain(({ of, text }) => fc.tuple(fc.constant({ of, text }), mistake(text))),
        ([{ of, text }, wrong]) => {
          fc.pre(wrong !== text);
          const places = [...text].filter((character, place) => character !== wrong[place]);
          const isNineAndZero = places.length === 2 && places.every((one) => one === '0' || one === '9');
          const check = checkRegistryNumber(of, wrong);
          // Letters changed over with a digit have no form, or no rule.
          if (/[AB]/.test(text) && !/^2[AB]/.test(wrong)) expect(fits(of, wrong)).toBe(false);
          else expect(check.ok && check.warnings.join()).toBe(isNineAndZero ? '' : 'check-digit');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('are national identifiers that are printed as they are read', () => {
    const ofScheme = {
      person: ['RPPS', 'ADELI', 'FINESS', 'SIREN', 'SIRET'],
      structure: ['FINESS', 'SIREN', 'SIRET'],
    };
    fc.assert(
      fc.property(
        number,
        fc.constantFrom('person' as const, 'structure' as const),
        ({ of, text }, scheme) => {
          fc.pre(ofScheme[scheme].includes(of));
          const printed = printNationalId(scheme, { kind: of as RegistryKind, value: text });
          const read = checkNationalId(scheme, printed);
          expect(read).toMatchObject({ ok: true, kind: of, value: text, warnings: [] });
        },
      ),
      RUNS,
    );
  });

  it('are never refused by throwing, whatever the text', () => {
    fc.assert(
      fc.property(kind, fc.string({ unit: 'binary', maxLength: 60 }), (of, text) => {
        checkRegistryNumber(of, text);
        checkNationalId('person', text);
        checkNationalId('structure', `1${text}`);
      }),
      RUNS,
    );
  });
});
