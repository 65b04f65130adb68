import type { Matricule } from './matricule.js';
import { matriculeParts } from './matricule-parts.js';
import { foldedName } from './trait-name.js';
import { beginsWith, type StrictTraits } from './traits.js';

/**
 * How one trait compares: `close` when only hyphens, apostrophes or spaces differ, or when a first given name is held
 * against a list that begins with it; `unknown` when one side does not tell.
 */
export type TraitComparison = 'same' | 'close' | 'different' | 'unknown';

/** How two identities compare, trait by trait. */
export interface TraitsComparison {
  readonly birthName: TraitComparison;
  readonly firstGivenName: TraitComparison;
  readonly birthDate: TraitComparison;
  readonly sex: TraitComparison;
  readonly birthPlace: TraitComparison;
  /** `different` when any trait is; `same` when all are; else `to-check`, by a person. */
  readonly verdict: 'same' | 'to-check' | 'different';
}

/**
 * Compares strict traits.
 *
 * Two people may have all five in common, and `same` does not qualify an identity: a professional compares with an
 * identity document and with what INSi gives (RNIV).
 */
export function compareTraits(one: StrictTraits, other: StrictTraits): TraitsComparison {
  const traits = {
    birthName: compareNames(one.birthName, other.birthName),
    firstGivenName: compareGivenNames(one, other),
    birthDate: one.birthDate === other.birthDate ? 'same' : 'different',
    sex: compareSex(one, other),
    birthPlace: one.birthPlace === other.birthPlace ? 'same' : 'different',
  } as const;
  const all: readonly TraitComparison[] = Object.values(traits);
  const isSame = all.every((comparison) => comparison === 'same');
  return { ...traits, verdict: all.includes('different') ? 'different' : isSame ? 'same' : 'to-check' };
}

/** How traits compare with what a matricule tells of them. */
export interface MatriculeComparison {
  readonly sex: 'same' | 'different' | 'unknown';
  /** The last two digits of the year. */
  readonly birthYear: 'same' | 'different';
  readonly birthMonth: 'same' | 'different' | 'unknown';
  readonly birthPlace: 'same' | 'different';
}

/**
 * Compares traits with what a matricule tells of them.
 *
 * A hint for who typed them, and no check: a civil status that was corrected, a commune that changed its code and the
 * examples of the agency all differ from their number.
 */
export function compareWithMatricule(traits: StrictTraits, matricule: Matricule): MatriculeComparison {
  const parts = matriculeParts(matricule);
  const month = Number(traits.birthDate.slice(5, 7));
  return {
    sex: traits.sex === 'unknown' ? 'unknown' : traits.sex === parts.sex ? 'same' : 'different',
    birthYear: traits.birthDate.slice(2, 4) === parts.birthYear ? 'same' : 'different',
    birthMonth: parts.birthMonth === null ? 'unknown' : parts.birthMonth === month ? 'same' : 'different',
    birthPlace: traits.birthPlace === parts.birthPlace.inseeCode ? 'same' : 'different',
  };
}

function compareNames(one: string, other: string): TraitComparison {
  if (one === other) return 'same';
  return foldedName(one) === foldedName(other) ? 'close' : 'different';
}

function compareGivenNames(one: StrictTraits, other: StrictTraits): TraitComparison {
  if (one.firstGivenName !== null && other.firstGivenName !== null) {
    return compareNames(one.firstGivenName, other.firstGivenName);
  }
  if (one.givenNames !== null && other.givenNames !== null)
    return compareNames(one.givenNames, other.givenNames);
  const first = one.firstGivenName ?? other.firstGivenName ?? '';
  const list = one.givenNames ?? other.givenNames ?? '';
  return beginsWith(list, first) ? 'close' : 'different';
}

function compareSex(one: StrictTraits, other: StrictTraits): TraitComparison {
  if (one.sex === 'unknown' || other.sex === 'unknown') return 'unknown';
  return one.sex === other.sex ? 'same' : 'different';
}
