import { boundedText, malformed, withoutSpaces } from './argument.js';
import { Hidden } from './hidden.js';
import { keyOfBody, MATRICULE_TEXT_MAX } from './matricule-key.js';

/** Why a text is not a matricule. `IDENTITY_LABELS.problem` has the words. */
export type MatriculeProblem = 'length' | 'characters' | 'first-digit' | 'month' | 'key';

/** What `checkMatricule` found. */
export type MatriculeCheck =
  | { readonly ok: true; readonly matricule: Matricule }
  | { readonly ok: false; readonly problem: MatriculeProblem };

let create: (text: string) => Matricule;
let textOf: (matricule: Matricule) => string;

/**
 * A matricule of the national health identity (INS): a NIR, or a NIA while a person waits for theirs.
 *
 * Well formed, with the right control key; that it was given to anyone, or to whom, no computation can tell. Made by
 * `parseMatricule`; prints as `<redacted>`; `printMatricule` gives the text, for the ciphertext of a record.
 */
export class Matricule extends Hidden {
  readonly #text: string;

  static {
    create = (text) => new Matricule(text);
    textOf = (matricule) => matricule.#text;
  }

  private constructor(text: string) {
    super();
    this.#text = text;
  }
}

/**
 * Tells whether a text is a matricule, and if not, why.
 *
 * Takes 15 characters, with or without spaces, the letters of Corsica in either case, and digits of ASCII only. Takes
 * the month codes of an incomplete civil status (20 to 42, 50 to 99) and every department: what INSEE gave out cannot
 * be known here. Source: decree 82-103, article 4, and `nir-validation` 2.0 for the parts and the key; the month codes
 * beyond 12 and a first digit of 3 or 4 (people being registered) are known from practice only. Never changes a wrong
 * key into a right one. Throws `usage/invalid` for what is no text.
 */
export function checkMatricule(text: string): MatriculeCheck {
  const given = boundedText('matricule', text, MATRICULE_TEXT_MAX);
  const plain = given === null ? '' : withoutSpaces(given);
  const problem = problemOf(plain);
  return problem === null ? { ok: true, matricule: create(plain.toUpperCase()) } : { ok: false, problem };
}

/**
 * Reads a matricule.
 *
 * Throws what `checkMatricule` tells as `format/malformed`, with `argument: 'matricule'` and the `problem`.
 */
export function parseMatricule(text: string): Matricule {
  const check = checkMatricule(text);
  if (!check.ok) throw malformed('matricule', check.problem);
  return check.matricule;
}

/** The 15 characters of a matricule, for ciphertext: never a log, a key of a table or the name of a file. */
export function printMatricule(matricule: Matricule): string {
  return textOf(matricule);
}

/**
 * Whether two matricules are the same number.
 *
 * Different numbers may be of one person, who had a NIA before a NIR or whose civil status was corrected.
 */
export function isSameMatricule(one: Matricule, other: Matricule): boolean {
  return textOf(one) === textOf(other);
}

function problemOf(text: string): MatriculeProblem | null {
  if (text.length !== 15) return 'length';
  if (!/^[0-9]{5}(?:[0-9]{2}|2[ABab])[0-9]{8}$/.test(text)) return 'characters';
  if (!/^[123478]/.test(text)) return 'first-digit';
  if (!isMonthCode(Number(text.slice(3, 5)))) return 'month';
  if (text.slice(13) !== keyOfBody(text.slice(0, 13).toUpperCase())) return 'key';
  return null;
}

function isMonthCode(month: number): boolean {
  return (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
}
