import * as z from 'zod/mini';
import { encode } from './codec.js';
import { collectionBytes, decodeAs, digest, signatureBytes, whole } from './shape.js';

const head = z.tuple([z.literal('coffret/v1'), collectionBytes, whole, digest, whole]);
export const signedHeadShape = z.tuple([
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 256),
  signatureBytes,
]);

/** What the server says a log looks like: this hash at this position, at this time of its clock. SPEC §6.6. */
export interface Head {
  readonly collection: Uint8Array;
  readonly position: number;
  readonly hash: Uint8Array;
  readonly time: number;
}

/** A head as the server signed it, byte for byte. */
export type SignedHead = readonly [headBytes: Uint8Array, signature: Uint8Array];

export function encodeHead(value: Head): Uint8Array {
  return encode(['coffret/v1', value.collection, value.position, value.hash, value.time]);
}

/** Decodes head bytes, without checking a signature. Throws `format/malformed`. */
export function decodeHead(bytes: Uint8Array): Head {
  const [, collection, position, hash, time] = decodeAs(head, bytes, 256);
  return { collection, position, hash, time };
}
