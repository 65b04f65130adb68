import * as z from 'zod/mini';
import { LIMITS } from './limits.js';
import { checkShape, hasFields, isBytes, isWhole } from './shape.js';

/** The record's view of a blob: its key, its sizes and the hash of its chunk hashes. SPEC §8. */
export type BlobReference = {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
  readonly bytes: number;
  readonly padded: number;
  readonly stored: number;
  readonly chunks: number;
  readonly list: Uint8Array;
};

/** Whether a value has the shape of a reference. By hand: a list looks at one for every document. */
export function isBlobReference(value: unknown): value is BlobReference {
  if (!hasFields(value, 7)) return false;
  const { id, key, bytes, padded, stored, chunks, list } = value;
  return (
    isBytes(id, 16) &&
    isBytes(key, 32) &&
    isWhole(bytes) &&
    bytes <= LIMITS.blobBytesMax &&
    // Padding, tags and hashes can pass the limit of a file; the sizes that follow from `bytes` are checked on opening.
    isWhole(padded) &&
    isWhole(stored) &&
    isWhole(chunks) &&
    isBytes(list, 32)
  );
}

const blobReference = z.custom<BlobReference>(isBlobReference);

/** Checks the shape of a reference found in a record. Throws `format/malformed`. */
export function checkBlobReference(value: unknown): BlobReference {
  return checkShape(blobReference, value);
}
