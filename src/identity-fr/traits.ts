import { VaultError } from '../errors.js';
import { boundedText, malformed } from './argument.js';
import { Hidden } from './hidden.js';
import { foldedName, normaliseTraitName } from './trait-name.js';

/** The sex of the civil status; `unknown` when it is not told. */
export type TraitSex = 'female' | 'male' | 'unknown';

/** The strict traits as text: what `StrictTraits` is made of, and what the ciphertext of a record keeps. */
export interface TraitsText {
  readonly birthName: string;
  /** At least one of the first given name and the list is there. */
  readonly firstGivenName?: string | null;
  /** All given names of the act of birth, in order, with a space between them. */
  readonly givenNames?: string | null;
  /** `YYYY-MM-DD`, a day of the calendar. */
  readonly birthDate: string;
  readonly sex: TraitSex;
  /** Five characters of the official geographic code of INSEE; `99` and three digits for a country. */
  readonly birthPlace: string;
}

let create: (text: Required<TraitsText>) => StrictTraits;
let textOf: (traits: StrictTraits) => Required<TraitsText>;

/**
 * The five strict traits of an identity (RNIV): birth name, first given name, date of birth, sex, place of birth.
 *
 * Normalised, and well formed; that they are right nobody can tell here. Prints as `<redacted>`; each trait is read by
 * its name, and `exposeTraits` gives all of them.
 */
export class StrictTraits extends Hidden {
  readonly #text: Required<TraitsText>;

  static {
    create = (text) => new StrictTraits(text);
    textOf = (traits) => traits.#text;
  }

  private constructor(text: Required<TraitsText>) {
    super();
    this.#text = text;
  }

  get birthName(): string {
    return this.#text.birthName;
  }

  /** Null when only the list is known: where a name of two words ends, a list does not tell. */
  get firstGivenName(): string | null {
    return this.#text.firstGivenName;
  }

  get givenNames(): string | null {
    return this.#text.givenNames;
  }

  get birthDate(): string {
    return this.#text.birthDate;
  }

  get sex(): TraitSex {
    return this.#text.sex;
  }

  get birthPlace(): string {
    return this.#text.birthPlace;
  }
}

/**
 * Reads strict traits, and normalises the names (`normaliseTraitName`) and the letters of Corsica.
 *
 * A list of given names must begin with the first one. A day or month that the civil status does not know has no form
 * here, since the rule for it could not be confirmed: such a date is refused. Whether a place exists is not looked up.
 * Throws `usage/invalid` for what is no text, `format/malformed` with the trait as the `argument` and `length`,
 * `empty`, `characters`, `date`, `place`, `sex` or `given-names` as the `problem`.
 */
export function parseTraits(text: TraitsText): StrictTraits {
  if (typeof text !== 'object' || text === null) throw new VaultError('usage/invalid', { argument: 'text' });
  const birthName = normaliseTraitName(text.birthName, 'birthName');
  const firstGivenName = optionalName(text.firstGivenName, 'firstGivenName');
  const givenNames = optionalName(text.givenNames, 'givenNames');
  if (firstGivenName === null && givenNames === null) throw malformed('firstGivenName', 'empty');
  if (firstGivenName !== null && givenNames !== null && !beginsWith(givenNames, firstGivenName)) {
    throw malformed('givenNames', 'given-names');
  }
  const birthDate = boundedText('birthDate', text.birthDate, 10);
  if (birthDate === null || !isCalendarDay(birthDate)) throw malformed('birthDate', 'date');
  if (text.sex !== 'female' && text.sex !== 'male' && text.sex !== 'unknown') throw malformed('sex', 'sex');
  const birthPlace = boundedText('birthPlace', text.birthPlace, 5)?.toUpperCase() ?? '';
  if (!/^(?:[0-9]{2}|2[AB])[0-9]{3}$/.test(birthPlace)) throw malformed('birthPlace', 'place');
  return create(
    Object.freeze({ birthName, firstGivenName, givenNames, birthDate, sex: text.sex, birthPlace }),
  );
}

/** All traits as plain text, for the ciphertext of a record; `parseTraits` reads them again. */
export function exposeTraits(traits: StrictTraits): Required<TraitsText> {
  return textOf(traits);
}

/** Whether a list of given names begins with a name, hyphens and apostrophes counting as spaces. */
export function beginsWith(givenNames: string, name: string): boolean {
  return `${foldedName(givenNames)} `.startsWith(`${foldedName(name)} `);
}

function optionalName(name: string | null | undefined, argument: string): string | null {
  return name === null || name === undefined ? null : normaliseTraitName(name, argument);
}

function isCalendarDay(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  // Engines either refuse a day that the month does not have, or move on to the next month.
  const read = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text);
}
