import { openXChaCha, sealPaddedXChaCha } from '../crypto/aead.js';
import { equalBytes } from '../crypto/hash.js';
import { deriveBytes } from '../crypto/kdf.js';
import { unpad } from '../crypto/padding.js';
import type { RandomBytes } from '../crypto/random.js';
import type { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { type Binding, decodeSealed, encodeBinding, encodeSealedHead } from '../formats/sealed.js';

const NONCE_BYTES = 24;
/** Each seal has its own key, so the cipher's nonce can be constant. SPEC §3. */
const ZERO_NONCE = /* @__PURE__ */ new Uint8Array(NONCE_BYTES);

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
  const derived = deriveBytes(key, 64, 'seal', nonce, ad);
  const head = encodeSealedHead(nonce, derived.subarray(32));
  const sealed = sealPaddedXChaCha({ key: derived.subarray(0, 32), nonce: ZERO_NONCE, ad, plaintext, head });
  derived.fill(0);
  return sealed;
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
  const derived = deriveBytes(key, 64, 'seal', nonce, ad);
  const committed = equalBytes(derived.subarray(32), commitment);
  const padded = committed ? openXChaCha(derived.subarray(0, 32), ZERO_NONCE, ad, ciphertext) : null;
  derived.fill(0);
  const plaintext = padded === null ? null : unpad(padded);
  if (plaintext === null) throw new VaultError('integrity/open-failed');
  return plaintext;
}
