import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';
import type { RandomBytes } from './random.js';
import { type KeyBytes, keyBytes, Secret } from './secret.js';
import { sodium } from './sodium.js';

/** Sizes of X-Wing (draft-connolly-cfrg-xwing-kem): X25519 with ML-KEM-768. */
export const KEM_SEED_BYTES = 32;
export const KEM_PUBLIC_KEY_BYTES = 1216;
export const KEM_ENCAPSULATION_BYTES = 1120;
const ENCAPSULATION_SEED_BYTES = 64;

/** What `encapsulate` makes: a secret, and the bytes from which the recipient gets the same secret. */
export interface Encapsulated {
  readonly sharedSecret: Secret<'derived'>;
  readonly encapsulation: Uint8Array;
}

/** The X-Wing key pair of a 32-byte seed; the seed itself is the private key. Throws `usage/invalid`. */
export function kemKeyPairFromSeed(seed: KeyBytes): { readonly publicKey: Uint8Array } {
  const pair = sodium().crypto_kem_xwing_seed_keypair(keyBytes(seed, KEM_SEED_BYTES));
  pair.privateKey.fill(0);
  return { publicKey: pair.publicKey };
}

/**
 * Makes a fresh shared secret for the holder of a public key, with 64 bytes of `random`.
 *
 * Anyone can do this: what is sent must also carry a signature. Throws `integrity/open-failed` for a public key of a
 * wrong length or without effect (low order, not reduced).
 */
export function encapsulate(publicKey: Uint8Array, random: RandomBytes): Encapsulated {
  requireBytes(publicKey, 'publicKey');
  if (publicKey.length !== KEM_PUBLIC_KEY_BYTES) throw new VaultError('integrity/open-failed');
  const seed = random(ENCAPSULATION_SEED_BYTES);
  requireBytes(seed, 'random', ENCAPSULATION_SEED_BYTES);
  const made = orOpenFailed(() => sodium().crypto_kem_xwing_enc_deterministic(publicKey, seed));
  seed.fill(0);
  return { sharedSecret: Secret.of('derived', made.sharedSecret), encapsulation: made.ciphertext };
}

/**
 * The shared secret inside an encapsulation.
 *
 * X-Wing rejects implicitly: altered bytes give another secret and no error, so a seal under it must commit to its
 * key. Throws `integrity/open-failed` for a wrong length or a point of low order.
 */
export function decapsulate(encapsulation: Uint8Array, seed: KeyBytes): Secret<'derived'> {
  requireBytes(encapsulation, 'encapsulation');
  const privateKey = keyBytes(seed, KEM_SEED_BYTES);
  if (encapsulation.length !== KEM_ENCAPSULATION_BYTES) throw new VaultError('integrity/open-failed');
  return Secret.of(
    'derived',
    orOpenFailed(() => sodium().crypto_kem_xwing_dec(encapsulation, privateKey)),
  );
}

function orOpenFailed<Result>(call: () => Result): Result {
  try {
    return call();
  } catch {
    throw new VaultError('integrity/open-failed');
  }
}
