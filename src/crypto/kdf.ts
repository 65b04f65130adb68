import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';
import { concatBytes } from './hash.js';
import { expose, type KeyBytes, keyBytes, Secret } from './secret.js';
import { blake2b } from './transcript.js';
import { subtle } from './webcrypto.js';

const SHA512_BYTES = 64;

/**
 * Derives a 32-byte key with BLAKE2b keyed by `key`, over the same transcript as `hash` (SPEC §2.2).
 *
 * `key` has 16 to 64 bytes, so never an empty one. Throws `usage/invalid`, `access/locked`.
 */
export function deriveKey(
  key: Secret<string>,
  label: string,
  ...context: readonly Uint8Array[]
): Secret<'derived'> {
  return Secret.of('derived', blake2b(32, expose(key), label, context));
}

/** Like `deriveKey`, but `length` (16 to 64) plain bytes; another length gives unrelated bytes, not a prefix. */
export function deriveBytes(
  key: Secret<string>,
  length: number,
  label: string,
  ...context: readonly Uint8Array[]
): Uint8Array {
  return blake2b(length, expose(key), label, context);
}

/**
 * HKDF-Expand with SHA-512 (RFC 5869 §2.3), through WebCrypto.
 *
 * `prk` has 16, 32 or 64 uniformly random bytes; `length` is at most 255 × 64. Throws `usage/invalid`,
 * `usage/insecure-context`.
 */
export async function hkdfExpandSha512(prk: KeyBytes, info: Uint8Array, length: number): Promise<Uint8Array> {
  const secret = keyBytes(prk, 16, 32, 64);
  requireBytes(info, 'info');
  if (!Number.isInteger(length) || length < 1 || length > 255 * SHA512_BYTES) {
    throw new VaultError('usage/invalid', { argument: 'length' });
  }
  const algorithm = { name: 'HMAC', hash: 'SHA-512' };
  const key = await subtle().importKey('raw', secret as Uint8Array<ArrayBuffer>, algorithm, false, ['sign']);
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let index = 1; (index - 1) * SHA512_BYTES < length; index++) {
    const message = concatBytes(block, info, Uint8Array.of(index));
    block = new Uint8Array(await subtle().sign('HMAC', key, message as Uint8Array<ArrayBuffer>));
    const start = (index - 1) * SHA512_BYTES;
    output.set(block.subarray(0, Math.min(SHA512_BYTES, length - start)), start);
  }
  return output;
}
