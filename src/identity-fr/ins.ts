import { VaultError } from '../errors.js';
import { boundedText, malformed } from './argument.js';
import { Hidden } from './hidden.js';
import {
  type InsAuthority,
  insAuthority,
  OID_TEXT_MAX,
  SOCIAL_SECURITY_OIDS,
  withoutPrefix,
} from './ins-authority.js';
import { checkMatricule, isSameMatricule, type Matricule, type MatriculeProblem } from './matricule.js';
import { formatMatricule, maskMatricule } from './matricule-display.js';
import { matriculeParts } from './matricule-parts.js';

/** A matricule and an OID as they are written. */
export interface InsText {
  readonly matricule: string;
  /** With or without `urn:oid:`. */
  readonly oid: string;
}

/**
 * Why a pair is no INS: the matricule, an OID that is not one of INS (`authority`), that of a social security number,
 * or a NIA under the OID of NIR or the other way round (`kind`).
 */
export type InsProblem = MatriculeProblem | 'authority' | 'social-security' | 'kind';

/** What `checkIns` found. */
export type InsCheck =
  | { readonly ok: true; readonly ins: Ins }
  | { readonly ok: false; readonly problem: InsProblem };

let create: (matricule: Matricule, authority: InsAuthority) => Ins;

/**
 * A matricule with the authority that gave it out: what tells a real number from one of test.
 *
 * Prints as `<redacted>`. It says nothing of the status of the identity: see `statedIdentityStatus`.
 */
export class Ins extends Hidden {
  readonly #matricule: Matricule;
  readonly #authority: InsAuthority;

  static {
    create = (matricule, authority) => new Ins(matricule, authority);
  }

  private constructor(matricule: Matricule, authority: InsAuthority) {
    super();
    this.#matricule = matricule;
    this.#authority = authority;
  }

  get matricule(): Matricule {
    return this.#matricule;
  }

  get authority(): InsAuthority {
    return this.#authority;
  }
}

/**
 * Tells whether a matricule and an OID are an INS, and if not, why.
 *
 * Documents that the agency publishes as examples have wrong keys, also under the OID of production: an import says so
 * and goes on without an INS. Throws `usage/invalid` for what is no text.
 */
export function checkIns({ matricule, oid }: InsText): InsCheck {
  const given = boundedText('oid', oid, OID_TEXT_MAX);
  const check = checkMatricule(matricule);
  if (!check.ok) return check;
  const authority = given === null ? null : insAuthority(given);
  if (authority === null) {
    const isSocialSecurity = given !== null && SOCIAL_SECURITY_OIDS.includes(withoutPrefix(given));
    return { ok: false, problem: isSocialSecurity ? 'social-security' : 'authority' };
  }
  const isNia = matriculeParts(check.matricule).kind === 'NIA';
  if (authority.use === 'production' && isNia !== (authority.kind === 'NIA'))
    return { ok: false, problem: 'kind' };
  return { ok: true, ins: create(check.matricule, authority) };
}

/**
 * Reads an INS.
 *
 * Throws what `checkIns` tells as `format/malformed`, with `matricule` or `oid` as the `argument` and the `problem`.
 */
export function parseIns(text: InsText): Ins {
  const check = checkIns(text);
  if (check.ok) return check.ins;
  const isOfOid =
    check.problem === 'authority' || check.problem === 'social-security' || check.problem === 'kind';
  throw malformed(isOfOid ? 'oid' : 'matricule', check.problem);
}

/** Whether an INS is of a real person, and not for tests or demonstrations. */
export function isProductionIns(ins: Ins): boolean {
  return ins.authority.use === 'production';
}

/** Throws `usage/invalid` with `problem: 'test'` unless an INS is of a real person: call it before anything is sent. */
export function requireProductionIns(ins: Ins): void {
  if (!isProductionIns(ins)) throw new VaultError('usage/invalid', { argument: 'ins', problem: 'test' });
}

/**
 * Compares two INS: `not-comparable` when one is for tests and the other is not, whatever their numbers.
 *
 * `different` does not mean two people: see `isSameMatricule`.
 */
export function compareIns(one: Ins, other: Ins): 'same' | 'different' | 'not-comparable' {
  if (one.authority.use !== other.authority.use) return 'not-comparable';
  return isSameMatricule(one.matricule, other.matricule) ? 'same' : 'different';
}

/** An INS as people write it; one of test says so: `1 85 05 75 123 456 73 (INS de test)`. */
export function formatIns(ins: Ins, language: 'fr' | 'en'): string {
  return withUse(formatMatricule(ins.matricule), ins, language);
}

/** The same with all but sex, year and month hidden. */
export function maskIns(ins: Ins, language: 'fr' | 'en'): string {
  return withUse(maskMatricule(ins.matricule), ins, language);
}

function withUse(text: string, ins: Ins, language: 'fr' | 'en'): string {
  return isProductionIns(ins) ? text : `${text} (${ins.authority.label[language]})`;
}
