import type sodiumModule from 'libsodium-wrappers';
import { VaultError } from '../errors.js';
import { load } from '../load.js';
import { subtle } from './webcrypto.js';

/**
 * The functions of libsodium that this SDK may call.
 *
 * The type is the allow-list: low-level point arithmetic, unauthenticated ciphers and streams are not on it.
 */
export type Sodium = Pick<
  typeof sodiumModule,
  | 'crypto_kem_xwing_dec'
  | 'crypto_kem_xwing_enc_deterministic'
  | 'crypto_kem_xwing_seed_keypair'
  | 'crypto_sign_detached'
  | 'crypto_sign_seed_keypair'
  | 'crypto_sign_verify_detached'
> & { readonly libsodium: RawSodium };

/** The part of the WebAssembly module that `aead.ts` and `transcript.ts` call on memory they lay out themselves. */
export interface RawSodium {
  /** Replaced when the memory grows: read it again after each allocation. */
  readonly HEAPU8: Uint8Array;
  _malloc(length: number): number;
  _free(address: number): void;
  _crypto_aead_xchacha20poly1305_ietf_encrypt(
    output: number,
    outputLength: null,
    message: number,
    messageLength: number,
    messageLengthHigh: 0,
    ad: number,
    adLength: number,
    adLengthHigh: 0,
    secretNonce: null,
    nonce: number,
    key: number,
  ): number;
  _crypto_aead_xchacha20poly1305_ietf_decrypt(
    output: number,
    outputLength: null,
    secretNonce: null,
    message: number,
    messageLength: number,
    messageLengthHigh: 0,
    ad: number,
    adLength: number,
    adLengthHigh: 0,
    nonce: number,
    key: number,
  ): number;
  _crypto_generichash(
    output: number,
    outputLength: number,
    message: number,
    messageLength: number,
    messageLengthHigh: 0,
    key: number,
    keyLength: number,
  ): number;
}

let loaded: Sodium | null = null;

/**
 * Loads libsodium once; later calls return at once.
 *
 * Throws `usage/no-webassembly` where WebAssembly is missing or forbidden by the content security policy: there is
 * no slower fallback, its timing would differ. Throws `usage/insecure-context` where there is no WebCrypto either,
 * `usage/not-loaded`.
 */
export async function loadSodium(): Promise<void> {
  if (loaded !== null) return;
  // Found out here, before anything has begun that could not go on without it.
  subtle();
  if (typeof WebAssembly === 'undefined') throw new VaultError('usage/no-webassembly');
  // Imported here and not above: the package compiles its WebAssembly at import, and would reject unheard.
  const { default: module } = await load('libsodium-wrappers', () => import('libsodium-wrappers'));
  try {
    await module.ready;
  } catch {
    throw new VaultError('usage/no-webassembly');
  }
  loaded = module as unknown as Sodium;
}

/** The loaded libsodium. Throws `usage/sodium-not-loaded` before `loadSodium()` has resolved. */
export function sodium(): Sodium {
  if (loaded === null) throw new VaultError('usage/sodium-not-loaded');
  return loaded;
}
