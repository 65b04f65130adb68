import { VaultError } from '../errors.js';

/** The WebCrypto of this place. Throws `usage/insecure-context` where the page is not served securely. */
export function subtle(): SubtleCrypto {
  const found = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (found === undefined) throw new VaultError('usage/insecure-context');
  return found;
}
