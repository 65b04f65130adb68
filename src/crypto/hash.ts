import { requireBytes } from './bytes.js';
import { blake2b } from './transcript.js';
import { subtle } from './webcrypto.js';

/**
 * BLAKE2b-256 over `"coffret/v1/" label 0x00`, then each part after its length as a big-endian u64 (SPEC §2.2).
 *
 * Throws `usage/invalid` when a part is not a `Uint8Array`.
 */
export function hash(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return blake2b(32, null, label, parts);
}

/** SHA-256 through WebCrypto, for bulk and for other people's formats. Throws `usage/insecure-context`. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  requireBytes(bytes, 'bytes');
  return new Uint8Array(await subtle().digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

/** Whether two arrays hold the same bytes, in a time that depends on their lengths only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  requireBytes(a, 'a');
  requireBytes(b, 'b');
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** One array with the bytes of all. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    requireBytes(part, 'part');
    length += part.length;
  }
  const joined = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}
