import { requireBytes } from './bytes.js';
import { concatBytes } from './hash.js';
import { type KeyBytes, keyBytes, Secret } from './secret.js';
import { sodium } from './sodium.js';
import { domainPrefix } from './transcript.js';

const SEED_BYTES = 32;
const SECRET_KEY_BYTES = 64;
export const SIGNATURE_BYTES = 64;
export const SIGNING_PUBLIC_KEY_BYTES = 32;

/** An Ed25519 key pair; `secretKey` is the expanded form, which signs faster than the seed. */
export interface SigningKeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Secret<'signing-key'>;
}

/** The Ed25519 key pair of a 32-byte seed. Throws `usage/invalid`, `access/locked`. */
export function signingKeyPairFromSeed(seed: KeyBytes): SigningKeyPair {
  const pair = sodium().crypto_sign_seed_keypair(keyBytes(seed, SEED_BYTES));
  return { publicKey: pair.publicKey, secretKey: Secret.of('signing-key', pair.privateKey) };
}

/**
 * Signs `"coffret/v1/" label 0x00 ‖ bytes` with Ed25519 (SPEC §2.2); the signature has 64 bytes.
 *
 * `key` is a seed or the `secretKey` of a pair. Throws `usage/invalid`, `access/locked`.
 */
export function sign(key: KeyBytes, label: string, bytes: Uint8Array): Uint8Array {
  requireBytes(bytes, 'bytes');
  return signRaw(key, concatBytes(domainPrefix(label), bytes));
}

/** Signs `bytes` as they are, for formats of others (RFC 9421), which bring their own separation of domains. */
export function signRaw(key: KeyBytes, bytes: Uint8Array): Uint8Array {
  requireBytes(bytes, 'bytes');
  const secret = keyBytes(key, SEED_BYTES, SECRET_KEY_BYTES);
  if (secret.length === SECRET_KEY_BYTES) return sodium().crypto_sign_detached(bytes, secret);
  const { privateKey } = sodium().crypto_sign_seed_keypair(secret);
  const signature = sodium().crypto_sign_detached(bytes, privateKey);
  privateKey.fill(0);
  return signature;
}

/**
 * Whether `signature` was made by `sign` with this label over these bytes.
 *
 * libsodium is the only verifier, on every side: verifiers differ on edge cases, and an entry that one member accepts
 * and another refuses would split a log. False also for wrong lengths and types.
 */
export function verify(
  publicKey: Uint8Array,
  label: string,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!(bytes instanceof Uint8Array)) return false;
  return verifyRaw(publicKey, concatBytes(domainPrefix(label), bytes), signature);
}

/** Whether `signature` was made by `signRaw` over these bytes; false also for wrong lengths and types. */
export function verifyRaw(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== SIGNING_PUBLIC_KEY_BYTES) return false;
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) return false;
  if (!(bytes instanceof Uint8Array)) return false;
  return sodium().crypto_sign_verify_detached(signature, bytes, publicKey);
}
