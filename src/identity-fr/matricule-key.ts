import { boundedText, malformed, withoutSpaces } from './argument.js';

/** Room for the spaces of any way to write it. */
export const MATRICULE_TEXT_MAX = 40;

const BODY = /^[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}$/;

/**
 * The control key, `01` to `97`, that belongs to the first 13 characters of a matricule.
 *
 * It is 97 less the remainder by 97 of the number; `2A` and `2B`, the departments of Corsica, count as `19` and `18`
 * (code of the Assurance Maladie, `nir-validation` 2.0). Takes spaces and small letters. A key that fits does not make
 * a number that anyone was given. Throws `usage/invalid` for what is no text, `format/malformed` with `length` or
 * `characters` as its `problem`.
 */
export function keyOfMatricule(body: string): string {
  const given = boundedText('body', body, MATRICULE_TEXT_MAX);
  const text = given === null ? '' : withoutSpaces(given);
  if (text.length !== 13) throw malformed('body', 'length');
  const plain = text.toUpperCase();
  if (!BODY.test(plain)) throw malformed('body', 'characters');
  return keyOfBody(plain);
}

/** The same for a body known to be one: 13 characters, capital letters. */
export function keyOfBody(body: string): string {
  const digits = body.replace('2A', '19').replace('2B', '18');
  // Thirteen digits are below 2^53, so the remainder is exact.
  return String(97 - (Number(digits) % 97)).padStart(2, '0');
}
