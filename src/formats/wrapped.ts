import * as z from 'zod/mini';
import { encode } from './codec.js';
import { boundedBytes, decodeAs, encapsulationBytes, signatureBytes } from './shape.js';
import { LIMITS } from './limits.js';

const wrapped = z.tuple([
  boundedBytes(4096 * 16),
  encapsulationBytes,
  boundedBytes(LIMITS.depositBytesMax),
  signatureBytes,
]);

/** Anything sealed to one recipient's key and signed by its sender: grant, deposit, message. SPEC §4, §10 to §12. */
export interface Wrapped {
  readonly headerBytes: Uint8Array;
  readonly encapsulation: Uint8Array;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}

export function encodeWrapped(value: Wrapped): Uint8Array {
  return encode([value.headerBytes, value.encapsulation, value.sealed, value.signature]);
}

/** Splits a wrapped thing, without verifying it. Throws `format/malformed` or `format/too-large`. */
export function decodeWrapped(bytes: Uint8Array): Wrapped {
  const [headerBytes, encapsulation, sealed, signature] = decodeAs(
    wrapped,
    bytes,
    LIMITS.depositBytesMax + LIMITS.envelopeBytesMax,
  );
  return { headerBytes, encapsulation, sealed, signature };
}
