import { COFFRET_CHUNKS } from '../crypto/chunks.js';
import { sha256 } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { LIMITS } from '../formats/limits.js';
import { chunksOf } from './file-chunks.js';

const { chunkBytes } = COFFRET_CHUNKS;
const HASH_BYTES = 32;

/**
 * The digest of a file, chunk by chunk: SHA-256 of the SHA-256 of each 262 144 bytes, the last ones fewer. SPEC §7.3.
 *
 * Not the SHA-256 of the file, which nothing on every platform computes piece by piece.
 */
export class FileDigest {
  readonly #bytes: number;
  readonly #list: Uint8Array;

  /** For a file of so many bytes. Throws `format/too-large`. */
  constructor(bytes: number) {
    if (bytes > LIMITS.blobBytesMax) throw new VaultError('format/too-large', { bytes });
    this.#bytes = bytes;
    this.#list = new Uint8Array(Math.ceil(bytes / chunkBytes) * HASH_BYTES);
  }

  /** Takes a chunk as it was when this is called; of the padding that follows the file, nothing counts. */
  async take(index: number, chunk: Uint8Array): Promise<void> {
    const own = chunk.subarray(0, Math.max(0, this.#bytes - index * chunkBytes));
    if (own.length > 0) this.#list.set(await sha256(own), index * HASH_BYTES);
  }

  /** The digest, once every chunk was taken. */
  async done(): Promise<Uint8Array> {
    return sha256(this.#list);
  }
}

/** The digest of a file that is read for nothing else. Throws `usage/file-changed`, `usage/aborted`, `format/too-large`. */
export async function digestFile(options: {
  readonly source: AsyncIterable<Uint8Array>;
  readonly bytes: number;
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  const { source, bytes, onProgress, signal } = options;
  const digest = new FileDigest(bytes);
  let index = 0;
  for await (const chunk of chunksOf(source, bytes, bytes)) {
    if (signal?.aborted) throw new VaultError('usage/aborted');
    await digest.take(index++, chunk);
    onProgress?.(Math.min(index * chunkBytes, bytes));
  }
  return digest.done();
}
