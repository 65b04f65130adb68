import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type ChunkParams,
  COFFRET_CHUNKS,
  chunkCount,
  chunkRange,
  ciphertextLength,
  createChunkOpener,
  createChunkSealer,
  plaintextLength,
} from '../../src/crypto/chunks.js';
import { concatBytes } from '../../src/crypto/hash.js';

const params: ChunkParams = { ...COFFRET_CHUNKS, chunkBytes: 48 };
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

it('opening inverts sealing, for any message, key, salt and context, in any order', async () => {
  const message = fc.uint8Array({ maxLength: 300 });
  const context = fc.uint8Array({ maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      bytesOf(32),
      bytesOf(24),
      context,
      message,
      fc.nat(),
      async (key, salt, context, message, first) => {
        const sealer = await createChunkSealer({ key, salt, context, params });
        const count = chunkCount(message.length, params);
        const indexes = Array.from({ length: count }, (_, index) => index);
        const chunks: Uint8Array[] = [];
        for (const index of indexes) {
          chunks.push(
            await sealer.seal(index, message.subarray(index * 48, index * 48 + 48), index === count - 1),
          );
        }
        const ciphertext = concatBytes(sealer.prefix, ...chunks);
        expect(ciphertext).toHaveLength(ciphertextLength(message.length, params));

        const opener = await createChunkOpener({ key, prefix: sealer.prefix, context, params });
        const opened: Uint8Array[] = [];
        for (const i of indexes) {
          const index = (i + first) % count;
          const { offset, length, last } = chunkRange(index, message.length, params);
          opened[index] = await opener.open(index, ciphertext.subarray(offset, offset + length), last);
        }
        expect(concatBytes(...opened)).toEqual(message);
      },
    ),
  );
});

it('every length has one chunking, and back', () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 43),
      (length) => {
        const total = ciphertextLength(length, COFFRET_CHUNKS);
        expect(plaintextLength(total, COFFRET_CHUNKS)).toBe(length);
        const count = chunkCount(length, COFFRET_CHUNKS);
        const end = chunkRange(count - 1, length, COFFRET_CHUNKS);
        expect(end.last).toBe(true);
        expect(end.offset + end.length).toBe(total);
        if (count > 1) expect(chunkRange(count - 2, length, COFFRET_CHUNKS).last).toBe(false);
      },
    ),
  );
});
