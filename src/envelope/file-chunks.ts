import { COFFRET_CHUNKS } from '../crypto/chunks.js';
import { VaultError } from '../errors.js';

const { chunkBytes } = COFFRET_CHUNKS;

/**
 * Cuts a source into full chunks and a shorter last one, padded with zeros. Throws `usage/file-changed`.
 *
 * A chunk is good until the next one is asked for: the buffer is used again, or it is a view on the source's piece.
 * That is enough, because WebCrypto copies what it is given before it returns.
 */
export async function* chunksOf(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
  padded: number,
): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  let taken = 0;
  for await (const piece of source) {
    taken += piece.length;
    if (taken > bytes) throw new VaultError('usage/file-changed');
    let offset = 0;
    while (offset < piece.length) {
      const part = piece.subarray(offset, offset + chunkBytes - filled);
      if (part.length === chunkBytes) {
        yield part;
        offset += chunkBytes;
        continue;
      }
      chunk.set(part, filled);
      filled += part.length;
      offset += part.length;
      if (filled === chunkBytes) {
        yield chunk;
        filled = 0;
      }
    }
  }
  if (taken !== bytes) throw new VaultError('usage/file-changed');
  let zeros = padded - bytes;
  chunk.fill(0, filled);
  while (filled + zeros >= chunkBytes) {
    zeros -= chunkBytes - filled;
    yield chunk;
    chunk.fill(0);
    filled = 0;
  }
  yield chunk.subarray(0, filled + zeros);
}
