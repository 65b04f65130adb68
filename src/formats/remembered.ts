import * as z from 'zod/mini';
import { encode } from './codec.js';
import { boundedBytes, boundedText, decodeAs, fixedBytes, personBytes, versioned, whole } from './shape.js';

const remembered = z.strictObject({
  ...versioned,
  person: personBytes,
  store: boundedText(80),
  since: whole,
  expires: whole,
  iv: fixedBytes(12),
  sealed: boundedBytes(64),
});

/** What a device that stays unlocked keeps beside a key that cannot be exported. SPEC §9.2. */
export type Remembered = z.infer<typeof remembered>;

export function encodeRemembered(value: Remembered): Uint8Array {
  return encode(value);
}

/** Decodes what a device remembers. Throws `format/malformed` or `format/unsupported`. */
export function decodeRemembered(bytes: Uint8Array): Remembered {
  return decodeAs(remembered, bytes, 1024);
}

/** The associated data of the sealed personal root. */
export function encodeRememberedBinding(
  value: Pick<Remembered, 'person' | 'store' | 'since' | 'expires'>,
): Uint8Array {
  const { person, store, since, expires } = value;
  return encode(['coffret/v1', 'remembered', 1, person, store, since, expires]);
}
