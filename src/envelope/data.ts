import { openCommitted, sealCommitted } from '../crypto/aead.js';
import type { RandomBytes } from '../crypto/random.js';
import type { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { type Binding, decodeSealed, encodeBinding, encodeSealedLead } from '../formats/sealed.js';

const NONCE_BYTES = 24;

/**
 * Seals bytes under a key, bound to what they are and where they belong. SPEC §3.
 *
 * The result is padded: 73 bytes more than the padded length. The server learns the size class only.
 */
export function sealData(
  key: Secret<string>,
  binding: Binding,
  plaintext: Uint8Array,
  random: RandomBytes,
): Uint8Array {
  const nonce = random(NONCE_BYTES);
  const ad = encodeBinding(binding);
  return sealCommitted({ key, label: 'seal', nonce, ad }, encodeSealedLead(nonce), plaintext);
}

/**
 * Opens what `sealData` made with the same key and the same binding.
 *
 * Throws `integrity/open-failed` for every reason alike (R-SEAL-3), `format/*` when it is no seal at all. The key
 * commitment is compared first, so no ciphertext opens under two keys (A46).
 */
export function openData(key: Secret<string>, binding: Binding, sealed: Uint8Array): Uint8Array {
  const { nonce, commitment, ciphertext } = decodeSealed(sealed);
  const ad = encodeBinding(binding);
  const plaintext = openCommitted({ key, label: 'seal', nonce, ad }, commitment, ciphertext);
  if (plaintext === null) throw new VaultError('integrity/open-failed');
  return plaintext;
}
