import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { encode } from '../formats/codec.js';
import {
  boundedText,
  collectionBytes,
  decodeAs,
  personBytes,
  shortId,
  vaultBytes,
} from '../formats/shape.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import type { AccessChange } from '../protocol/messages.js';

/** The most one entry may hold: what one request may carry, and the names around it. */
export const ENTRY_BYTES_MAX = WIRE_LIMITS.appendBytesMax + 4096;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const people = z.array(personBytes);
const access = z.nullable(z.strictObject({ add: people, remove: people }));
const method = z.enum(['POST', 'PUT', 'PATCH', 'DELETE']);

const entryShape = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('found'), collection: collectionBytes, op: bytes, access }),
  z.strictObject({ kind: z.literal('append'), collection: collectionBytes, ops: z.array(bytes), access }),
  z.strictObject({ kind: z.literal('request'), method, path: boundedText(512), body: z.nullable(bytes) }),
  z.strictObject({ kind: z.literal('blob'), vault: vaultBytes, blob: shortId, ticket: z.nullable(shortId) }),
]);

/**
 * One thing to send, with every byte already sealed and signed.
 *
 * `found` and `append` carry ops of one collection; `request` is any other idempotent request, ready to send;
 * `blob` uploads the stored ciphertext named `blobName(blob)` in the blob store.
 */
export type OutboxEntry =
  | {
      readonly kind: 'found';
      readonly collection: Uint8Array;
      readonly op: Uint8Array;
      readonly access: AccessChange | null;
    }
  | {
      readonly kind: 'append';
      readonly collection: Uint8Array;
      readonly ops: readonly Uint8Array[];
      readonly access: AccessChange | null;
    }
  | {
      readonly kind: 'request';
      readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      /** Path and query, from `/v1/` on. */
      readonly path: string;
      readonly body: Uint8Array | null;
    }
  | {
      readonly kind: 'blob';
      readonly vault: Uint8Array;
      readonly blob: Uint8Array;
      readonly ticket: Uint8Array | null;
    };

/** Encodes an entry for the store. Throws `usage/invalid` when it is larger than `ENTRY_BYTES_MAX`. */
export function encodeEntry(entry: OutboxEntry): Uint8Array {
  const encoded = encode(entry);
  if (encoded.length > ENTRY_BYTES_MAX) throw new VaultError('usage/invalid', { argument: 'entry' });
  return encoded;
}

/** Decodes a stored entry. Throws `store/damaged`: what is stored here was written by `encodeEntry`. */
export function decodeEntry(stored: Uint8Array): OutboxEntry {
  try {
    return decodeAs(entryShape, stored, ENTRY_BYTES_MAX);
  } catch {
    throw new VaultError('store/damaged', { what: 'outbox' });
  }
}
