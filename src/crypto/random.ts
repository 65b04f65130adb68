import { VaultError } from '../errors.js';

/** A source of random bytes: returns a fresh array of `length` bytes. */
export type RandomBytes = (length: number) => Uint8Array;

/** Also the most that `crypto.getRandomValues` fills in one call. */
const POOL_BYTES = 65536;
const POOLED_BYTES_MAX = 1024;
const REQUEST_BYTES_MAX = 1 << 24;

/**
 * Turns a function that fills arrays with random bytes into a `RandomBytes` that asks it for 64 KiB at a time.
 *
 * Bytes handed out are copies, and their place in the pool is zeroed before the call returns. `fill` must be
 * cryptographically secure. Throws `usage/invalid` for a length that is not an integer from 0 to 2²⁴.
 */
export function pooledRandom(fill: (target: Uint8Array) => void): RandomBytes {
  let pool: Uint8Array | null = null;
  let used = POOL_BYTES;
  return (length) => {
    if (!Number.isInteger(length) || length < 0 || length > REQUEST_BYTES_MAX) {
      throw new VaultError('usage/invalid', { argument: 'length' });
    }
    if (length > POOLED_BYTES_MAX) return fillWhole(length, fill);
    pool ??= new Uint8Array(POOL_BYTES);
    if (used + length > POOL_BYTES) {
      fill(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  };
}

function fillWhole(length: number, fill: (target: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let start = 0; start < length; start += POOL_BYTES) fill(bytes.subarray(start, start + POOL_BYTES));
  return bytes;
}

/** The random bytes of the platform, `crypto.getRandomValues`, pooled. */
export const systemRandom: RandomBytes = /* @__PURE__ */ pooledRandom((target) => {
  globalThis.crypto.getRandomValues(target as Uint8Array<ArrayBuffer>);
});
