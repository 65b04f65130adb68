import { VaultError } from '../errors.js';
import { requireBytes } from './bytes.js';

const BUCKETS = [256, 512, 1024, 2048, 4096, 8192] as const;
const LENGTH_MAX = 2 ** 52;
/** ISO/IEC 7816-4: this byte, then zeros. */
export const PADDING_MARKER = 0x80;

/**
 * The length that content of `contentLength` bytes has once padded.
 *
 * At least one byte is added. Up to 8192 bytes the result is one of six buckets; above, it is the Padmé length (PETS
 * 2019, at most 12 % more), so that a length tells little about what it holds. Throws `usage/invalid` for a length
 * that is not an integer from 0 to 2⁵².
 */
export function paddedLength(contentLength: number): number {
  if (!Number.isSafeInteger(contentLength) || contentLength < 0 || contentLength > LENGTH_MAX) {
    throw new VaultError('usage/invalid', { argument: 'contentLength' });
  }
  const needed = contentLength + 1;
  for (const bucket of BUCKETS) if (needed <= bucket) return bucket;
  return padmeLength(needed);
}

/** Padded bytes, as long as `paddedLength` says. Throws `usage/invalid`. */
export function pad(bytes: Uint8Array): Uint8Array {
  requireBytes(bytes, 'bytes');
  const padded = new Uint8Array(paddedLength(bytes.length));
  padded.set(bytes);
  padded[bytes.length] = PADDING_MARKER;
  return padded;
}

/**
 * What `pad` was given, as a view on `padded`.
 *
 * Returns null when `pad` cannot have made this: no marker, or another length than the class of the content. Call it
 * on authenticated bytes only: its time depends on them.
 */
export function unpad(padded: Uint8Array): Uint8Array | null {
  requireBytes(padded, 'padded');
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end--;
  if (end < 0 || padded[end] !== PADDING_MARKER || paddedLength(end) !== padded.length) return null;
  return padded.subarray(0, end);
}

/** Keeps as many leading bits of the length as its bit length has bits, rounding up (Padmé, PETS 2019, algorithm 1). */
function padmeLength(length: number): number {
  // `log2` may round up just below a power of two; the length then rounds up to that power either way.
  const exponent = Math.floor(Math.log2(length));
  const step = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1));
  return Math.ceil(length / step) * step;
}
