import { VaultError } from '../errors.js';

/** Why an item of the inbox is not of use now. */
export const UNKNOWN = 'unknown';

/** The error for a message in order that answers nothing known here: not so far, or never. */
export function answersNothing(): VaultError {
  return new VaultError('integrity/wrong-audience', { why: UNKNOWN });
}
