import * as z from 'zod/mini';
import { LIMITS } from './limits.js';
import { checkShape, digest, shortId, whole } from './shape.js';

const length = z.custom<number>(
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LIMITS.blobBytesMax,
);

/** The record's view of a blob: its key, its sizes and the hash of its chunk hashes. SPEC §8. */
export const blobReference = z.strictObject({
  id: shortId,
  key: digest,
  bytes: length,
  // Padding, tags and hashes can pass the limit of a file; the sizes that follow from `bytes` are checked on opening.
  padded: whole,
  stored: whole,
  chunks: whole,
  list: digest,
});

export type BlobReference = z.infer<typeof blobReference>;

/** Checks the shape of a reference found in a record. Throws `format/malformed`. */
export function checkBlobReference(value: unknown): BlobReference {
  return checkShape(blobReference, value);
}
