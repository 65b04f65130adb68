import { VaultError } from '../errors.js';
import type { RandomBytes } from './random.js';
import { subtle } from './webcrypto.js';

const IV_BYTES = 12;

/**
 * Makes an AES-256-GCM key that WebCrypto never gives out; the platform can keep it, and only use it.
 *
 * Throws `usage/insecure-context`.
 */
export async function generateDeviceKey(): Promise<CryptoKey> {
  return subtle().generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Encrypts under such a key; `iv` is fresh, and the tag is at the end of `sealed`. */
export async function sealWithDeviceKey(
  key: CryptoKey,
  ad: Uint8Array,
  plaintext: Uint8Array,
  random: RandomBytes,
): Promise<{ readonly iv: Uint8Array; readonly sealed: Uint8Array }> {
  const iv = random(IV_BYTES);
  const sealed = await subtle().encrypt(parameters(iv, ad), key, plaintext as Uint8Array<ArrayBuffer>);
  return { iv, sealed: new Uint8Array(sealed) };
}

/** Decrypts what `sealWithDeviceKey` made. Throws `integrity/open-failed` for every reason alike. */
export async function openWithDeviceKey(
  key: CryptoKey,
  ad: Uint8Array,
  { iv, sealed }: { readonly iv: Uint8Array; readonly sealed: Uint8Array },
): Promise<Uint8Array> {
  const webCrypto = subtle();
  try {
    return new Uint8Array(
      await webCrypto.decrypt(parameters(iv, ad), key, sealed as Uint8Array<ArrayBuffer>),
    );
  } catch {
    throw new VaultError('integrity/open-failed');
  }
}

function parameters(iv: Uint8Array, ad: Uint8Array): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: iv as Uint8Array<ArrayBuffer>,
    additionalData: ad as Uint8Array<ArrayBuffer>,
    tagLength: 128,
  };
}
