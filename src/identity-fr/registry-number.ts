import { VaultError } from '../errors.js';
import { boundedText, withoutSpaces } from './argument.js';
import { isLuhn } from './luhn.js';

/** The registries of professionals and structures; `-RANG` is a practice: the number of its owner and a rank. */
export type RegistryKind = 'RPPS' | 'ADELI' | 'FINESS' | 'SIREN' | 'SIRET' | 'RPPS-RANG' | 'ADELI-RANG';

/** Something to look at, never a reason to refuse. `IDENTITY_LABELS.warning` has the words. */
export type RegistryWarning = 'check-digit' | 'check-not-known';

/** A number of a registry in its form. */
export interface RegistryNumber {
  readonly ok: true;
  readonly kind: RegistryKind;
  /** Without spaces, letters in capitals. */
  readonly value: string;
  /** The system for FHIR identifiers, as far as a source gives one. */
  readonly system: string | null;
  readonly warnings: readonly RegistryWarning[];
}

/** What `checkRegistryNumber` found. */
export type RegistryCheck =
  | RegistryNumber
  | { readonly ok: false; readonly problem: 'length' | 'characters'; readonly warnings: readonly [] };

interface Registry {
  readonly lengths: readonly [min: number, max: number];
  readonly form: RegExp;
  readonly system: string | null;
  readonly warn: (value: string) => RegistryWarning | null;
}

const LA_POSTE = '356000000';
const TEXT_MAX = 40;

const REGISTRIES: Readonly<Record<RegistryKind, Registry>> = {
  RPPS: { lengths: [11, 11], form: /^[0-9]+$/, system: 'https://rpps.esante.gouv.fr', warn: byLuhn },
  ADELI: { lengths: [9, 9], form: /^[0-9][0-9A-Z][0-9]{7}$/, system: null, warn: byLuhnOfDigits },
  FINESS: { lengths: [9, 9], form: /^[0-9A-Z]+$/, system: 'https://finess.esante.gouv.fr', warn: byFiness },
  SIREN: { lengths: [9, 9], form: /^[0-9]+$/, system: 'urn:oid:1.2.250.1.24.3.1', warn: byLuhn },
  SIRET: { lengths: [14, 14], form: /^[0-9]+$/, system: 'urn:oid:1.2.250.1.24.3.2', warn: bySiret },
  'RPPS-RANG': {
    lengths: [12, 15],
    form: /^[0-9]+$/,
    system: 'https://rppsrang.esante.gouv.fr',
    warn: () => 'check-not-known',
  },
  'ADELI-RANG': {
    lengths: [10, 13],
    form: /^[0-9][0-9A-Z][0-9]+$/,
    system: null,
    warn: () => 'check-not-known',
  },
};

/**
 * Tells whether a text has the form of a number of a registry, and warns when its check digit does not fit.
 *
 * A wrong check digit is a warning and no refusal: official examples have it (RPPS 10003461033, FINESS 754567860).
 * Forms: RPPS 11 digits; FINESS 9 characters (schema of the open data); SIREN 9 and SIRET 14 digits, by Luhn, those of
 * La Poste (356 000 000) also by a sum of digits that is a multiple of 5. From practice only: Luhn for ADELI, and how
 * long a rank is. For a FINESS of Corsica no rule was found in a source: `2A` counts as 21 and `2B` as 22, which holds
 * for all 18 numbers of acts of the agency of Corsica that were tried. An ADELI with a letter is not checked. Throws
 * `usage/invalid` for what is no text and for a kind that there is not.
 */
export function checkRegistryNumber(kind: RegistryKind, text: string): RegistryCheck {
  if (typeof kind !== 'string' || !Object.hasOwn(REGISTRIES, kind)) {
    throw new VaultError('usage/invalid', { argument: 'kind' });
  }
  const { lengths, form, system, warn } = REGISTRIES[kind];
  const given = boundedText('text', text, TEXT_MAX);
  const plain = given === null ? '' : withoutSpaces(given);
  if (plain.length < lengths[0] || plain.length > lengths[1]) return refused('length');
  // Only letters of ASCII have their capital here: others would change into them.
  const value = plain.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  if (!form.test(value)) return refused('characters');
  const warning = warn(value);
  return { ok: true, kind, value, system, warnings: warning === null ? [] : [warning] };
}

function refused(problem: 'length' | 'characters'): RegistryCheck {
  return { ok: false, problem, warnings: [] };
}

function byLuhn(value: string): RegistryWarning | null {
  return isLuhn(value) ? null : 'check-digit';
}

function byLuhnOfDigits(value: string): RegistryWarning | null {
  return /^[0-9]+$/.test(value) ? byLuhn(value) : 'check-not-known';
}

function byFiness(value: string): RegistryWarning | null {
  const corsican = /^2[AB][0-9]{7}$/.test(value);
  return byLuhnOfDigits(corsican ? value.replace('A', '1').replace('B', '2') : value);
}

function bySiret(value: string): RegistryWarning | null {
  const sum = [...value].reduce((total, digit) => total + Number(digit), 0);
  return value.startsWith(LA_POSTE) && sum % 5 === 0 ? null : byLuhn(value);
}
