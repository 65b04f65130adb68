import { VaultError } from '../errors.js';
import { boundedText, malformed } from './argument.js';
import { checkRegistryNumber, type RegistryKind, type RegistryWarning } from './registry-number.js';

/** Whose identifier it is: `person` is `PS_IdNat`, `structure` is `Struct_IdNat` (CI-SIS). */
export type NationalIdScheme = 'person' | 'structure';

/** The OID of each kind of national identifier, the root of an `id` in CDA. */
export const NATIONAL_ID_OIDS: Readonly<Record<NationalIdScheme, string>> = {
  person: '1.2.250.1.71.4.2.1',
  structure: '1.2.250.1.71.4.2.2',
};

/** A national identifier taken apart. */
export interface NationalId {
  readonly ok: true;
  readonly scheme: NationalIdScheme;
  readonly oid: string;
  readonly kind: RegistryKind;
  readonly value: string;
  /** What follows a `/`: the number that a structure gives to someone who works there. Null when there is none. */
  readonly internal: string | null;
  readonly warnings: readonly RegistryWarning[];
}

/** What `checkNationalId` found. */
export type NationalIdCheck =
  | NationalId
  | {
      readonly ok: false;
      readonly problem: 'length' | 'characters' | 'prefix';
      readonly warnings: readonly [];
    };

/** What `printNationalId` writes. */
export interface NationalIdText {
  readonly kind: RegistryKind;
  readonly value: string;
  readonly internal?: string | null;
}

const TEXT_MAX = 120;

// The digit of a person is not that of a structure: 1 and 3 mean different registries.
const PREFIXES: Readonly<Record<NationalIdScheme, Readonly<Record<string, RegistryKind>>>> = {
  person: {
    0: 'ADELI',
    1: 'ADELI-RANG',
    3: 'FINESS',
    4: 'SIREN',
    5: 'SIRET',
    6: 'RPPS-RANG',
    8: 'RPPS',
  },
  structure: { 0: 'ADELI-RANG', 1: 'FINESS', 2: 'SIREN', 3: 'SIRET', 4: 'RPPS-RANG' },
};

/**
 * Takes a national identifier apart: one digit for the registry, and the number in it.
 *
 * Of a structure 1 is FINESS and 3 is SIRET (value set `JDV_J104-TypeIdentifiantStructure-RASS`); of a person 8 is
 * RPPS, 0 ADELI, 3 FINESS and 5 SIRET (CI-SIS). The part after a `/` is known from practice only, and kept as it is.
 * A wrong check digit is a warning, as in `checkRegistryNumber`. Throws `usage/invalid` for what is no text and for a
 * scheme that there is not.
 */
export function checkNationalId(scheme: NationalIdScheme, text: string): NationalIdCheck {
  const prefixes = prefixesOf(scheme);
  const given = boundedText('text', text, TEXT_MAX)?.trim() ?? '';
  if (given.length < 2) return { ok: false, problem: 'length', warnings: [] };
  const kind = Object.hasOwn(prefixes, given.charAt(0)) ? prefixes[given.charAt(0)] : undefined;
  if (kind === undefined) return { ok: false, problem: 'prefix', warnings: [] };
  const slash = given.indexOf('/');
  const internal = slash === -1 ? null : given.slice(slash + 1);
  if (internal !== null && !isInternal(kind, internal))
    return { ok: false, problem: 'characters', warnings: [] };
  const number = checkRegistryNumber(kind, given.slice(1, slash === -1 ? undefined : slash));
  if (!number.ok) return number;
  const { value, warnings } = number;
  return { ok: true, scheme, oid: NATIONAL_ID_OIDS[scheme], kind, value, internal, warnings };
}

/**
 * Writes a national identifier: `{ kind: 'RPPS', value: '10003461033' }` of a person is `810003461033`.
 *
 * Throws `usage/invalid` when the scheme has no digit for the registry, `format/malformed` with the `problem` when
 * the number has not its form. A wrong check digit does not stop it.
 */
export function printNationalId(scheme: NationalIdScheme, { kind, value, internal }: NationalIdText): string {
  const prefix = Object.entries(prefixesOf(scheme)).find(([, one]) => one === kind)?.[0];
  if (prefix === undefined) throw new VaultError('usage/invalid', { argument: 'kind' });
  const number = checkRegistryNumber(kind, value);
  if (!number.ok) throw malformed('value', number.problem);
  if (internal === undefined || internal === null) return `${prefix}${number.value}`;
  if (boundedText('internal', internal, 64) === null || !isInternal(kind, internal)) {
    throw malformed('internal', 'characters');
  }
  return `${prefix}${number.value}/${internal}`;
}

function prefixesOf(scheme: NationalIdScheme): Readonly<Record<string, RegistryKind>> {
  if (scheme !== 'person' && scheme !== 'structure')
    throw new VaultError('usage/invalid', { argument: 'scheme' });
  return PREFIXES[scheme];
}

/** A professional's own number has nothing after it. */
function isInternal(kind: RegistryKind, internal: string): boolean {
  return kind !== 'RPPS' && kind !== 'ADELI' && /^[\x21-\x7e]{1,64}$/.test(internal);
}
