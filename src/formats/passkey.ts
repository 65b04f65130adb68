import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import { boundedBytes, decodeAs } from './shape.js';

const kept = z.tuple([boundedBytes(LIMITS.credentialIdBytesMax), boundedBytes(LIMITS.envelopeBytesMax)]);

/** What a device keeps of a passkey that opens it: which credential to ask for, and the slot. SPEC §9.1. */
export interface KeptPasskey {
  readonly credential: Uint8Array;
  readonly slot: Uint8Array;
}

export function encodeKeptPasskey({ credential, slot }: KeptPasskey): Uint8Array {
  return encode([credential, slot]);
}

/** Decodes what a device keeps of a passkey. Throws `format/malformed`. */
export function decodeKeptPasskey(bytes: Uint8Array): KeptPasskey {
  const [credential, slot] = decodeAs(kept, bytes, 2 * LIMITS.envelopeBytesMax);
  return { credential, slot };
}
