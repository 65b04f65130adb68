import { VaultError } from '../errors.js';

/**
 * Checks that an argument is a `Uint8Array`, and of this length if one is given.
 *
 * libsodium takes a 32-character string for a 256-bit key without a word, hence a check at run time as well. Throws
 * `usage/invalid` with the name of the argument.
 */
export function requireBytes(value: unknown, argument: string, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
    throw new VaultError('usage/invalid', { argument });
  }
}
