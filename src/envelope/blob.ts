import {
  CHUNKS_PREFIX_BYTES,
  chunkCount,
  chunkRange,
  ciphertextLength,
  COFFRET_CHUNKS,
  createChunkOpener,
  createChunkSealer,
} from '../crypto/chunks.js';
import { concatBytes, equalBytes, sha256 } from '../crypto/hash.js';
import { paddedLength } from '../crypto/padding.js';
import type { RandomBytes } from '../crypto/random.js';
import { Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import type { BlobReference } from '../formats/blob-reference.js';
import { LIMITS } from '../formats/limits.js';
import { chunksOf } from './file-chunks.js';
import type { FileDigest } from './file-digest.js';

const { chunkBytes } = COFFRET_CHUNKS;
const HASH_BYTES = 32;

/** The sizes that follow from a file's length. SPEC §8. */
export function blobSizes(bytes: number): {
  readonly padded: number;
  readonly chunks: number;
  readonly stored: number;
} {
  const padded = bytes === 0 ? 256 : paddedLength(bytes - 1);
  const chunks = chunkCount(padded, COFFRET_CHUNKS);
  return { padded, chunks, stored: ciphertextLength(padded, COFFRET_CHUNKS) + chunks * HASH_BYTES };
}

/**
 * Encrypts a file chunk by chunk under a fresh key and hands the stored bytes to `append`, in order. SPEC §8.
 *
 * Memory stays at a few chunks whatever the size. Throws `usage/file-changed` when the source does not give exactly
 * `bytes` bytes, `format/too-large`, `usage/aborted`; what `append` throws passes through.
 */
export async function sealBlob(options: {
  readonly source: AsyncIterable<Uint8Array>;
  readonly bytes: number;
  readonly vault: Uint8Array;
  readonly blob: Uint8Array;
  readonly random: RandomBytes;
  readonly append: (stored: Uint8Array) => Promise<void>;
  /** Takes the file's own bytes as they go by: they are read once. */
  readonly digest?: FileDigest | undefined;
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<BlobReference> {
  const { source, bytes, vault, blob, random, append, digest, onProgress, signal } = options;
  if (bytes > LIMITS.blobBytesMax) throw new VaultError('format/too-large', { bytes });
  const { padded, chunks, stored } = blobSizes(bytes);
  const key = random(32);
  const context = concatBytes(vault, blob);
  const sealer = await createChunkSealer({ key, salt: random(24), context, params: COFFRET_CHUNKS });
  const list = new Uint8Array(chunks * HASH_BYTES);
  await append(sealer.prefix);
  const keep = (at: number, chunk: Uint8Array): Promise<unknown> => {
    const kept = Promise.all([
      sha256(chunk).then((digest) => list.set(digest, at * HASH_BYTES)),
      append(chunk),
    ]);
    // It is awaited later, and only if nothing else fails before.
    kept.catch(() => {});
    return kept;
  };
  let index = 0;
  // While one chunk is being encrypted, the one before it is hashed and written: a write may block this thread.
  let sealed: Uint8Array | null = null;
  let behind: Promise<unknown> = Promise.resolve();
  for await (const plaintext of chunksOf(source, bytes, padded)) {
    if (signal?.aborted) throw new VaultError('usage/aborted');
    const at = index++;
    const sealing = sealer.seal(at, plaintext, at === chunks - 1);
    sealing.catch(() => {});
    const digesting = digest?.take(at, plaintext);
    digesting?.catch(() => {});
    await behind;
    if (sealed !== null) behind = keep(at - 1, sealed);
    sealed = await sealing;
    await digesting;
    onProgress?.(Math.min(index * chunkBytes, bytes));
  }
  await behind;
  if (sealed !== null) await keep(index - 1, sealed);
  await append(list);
  return { id: blob, key, bytes, padded, stored, chunks, list: await sha256(list) };
}

/** Reads stored bytes of a blob: from this device or from the server. */
export type ReadStored = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * Decrypts a blob, or the part from `start` to `end` (exclusive, in bytes of the file), chunk by chunk.
 *
 * Each chunk's hash and tag are checked before any of its bytes are given out. Throws `integrity/blob` (R-BLOB-1),
 * `format/malformed` (R-BLOB-2), `usage/aborted`; what `read` throws passes through.
 */
export async function* openBlob(options: {
  readonly reference: BlobReference;
  readonly vault: Uint8Array;
  readonly read: ReadStored;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}): AsyncGenerator<Uint8Array> {
  const { reference, vault, read, signal } = options;
  const { bytes, chunks } = checkBlobSizes(reference);
  const start = Math.max(0, options.start ?? 0);
  const end = Math.min(bytes, options.end ?? bytes);
  const listOffset = ciphertextLength(reference.padded, COFFRET_CHUNKS);
  const list = await read(listOffset, chunks * HASH_BYTES);
  if (!equalBytes(await sha256(list), reference.list)) throw new VaultError('integrity/blob');
  const prefix = await read(0, CHUNKS_PREFIX_BYTES);
  // The record keeps its copy of the key; this one ends with the reading.
  const key = Secret.of('blob-key', reference.key.slice());
  const context = concatBytes(vault, reference.id);
  try {
    const opener = await asBlobError(createChunkOpener({ key, prefix, context, params: COFFRET_CHUNKS }));
    const load = async (index: number) => {
      const { offset, length, last } = chunkRange(index, reference.padded, COFFRET_CHUNKS);
      const sealed = await read(offset, length);
      const expected = list.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
      if (!equalBytes(await sha256(sealed), expected)) throw new VaultError('integrity/blob');
      return { sealed, last };
    };
    const first = Math.floor(start / chunkBytes);
    let ahead = first * chunkBytes < end ? load(first) : null;
    for (let index = first; ahead !== null; index++) {
      if (signal?.aborted) throw new VaultError('usage/aborted');
      const { sealed, last } = await ahead;
      // The next chunk is read and hashed while this one is decrypted and used.
      ahead = (index + 1) * chunkBytes < end ? load(index + 1) : null;
      ahead?.catch(() => {});
      const plaintext = await asBlobError(opener.open(index, sealed, last));
      const from = Math.max(0, start - index * chunkBytes);
      const to = Math.min(plaintext.length, end - index * chunkBytes);
      if (to > from) yield plaintext.subarray(from, to);
    }
  } finally {
    key.wipe();
  }
}

/**
 * Checks every stored chunk against the record, without decrypting: for a blob that came from the server.
 *
 * Throws `integrity/blob`.
 */
export async function checkStoredBlob(reference: BlobReference, read: ReadStored): Promise<void> {
  const { chunks } = checkBlobSizes(reference);
  const list = await read(ciphertextLength(reference.padded, COFFRET_CHUNKS), chunks * HASH_BYTES);
  if (!equalBytes(await sha256(list), reference.list)) throw new VaultError('integrity/blob');
  for (let index = 0; index < chunks; index++) {
    const { offset, length } = chunkRange(index, reference.padded, COFFRET_CHUNKS);
    const digest = await sha256(await read(offset, length));
    if (!equalBytes(digest, list.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)))
      throw new VaultError('integrity/blob');
  }
}

/** Checks that the sizes in a reference follow from its file's length. Throws `format/malformed` (R-BLOB-2). */
export function checkBlobSizes(reference: BlobReference): BlobReference {
  const { padded, chunks, stored } = blobSizes(reference.bytes);
  if (padded !== reference.padded || chunks !== reference.chunks || stored !== reference.stored) {
    throw new VaultError('format/malformed', { at: 'blob' });
  }
  return reference;
}

async function asBlobError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch {
    throw new VaultError('integrity/blob');
  }
}
