import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../src/crypto/hash.js';
import { systemRandom } from '../../src/crypto/random.js';
import { loadSodium } from '../../src/crypto/sodium.js';
import { openBlob, sealBlob } from '../../src/envelope/blob.js';
import type { BlobReference } from '../../src/formats/blob-reference.js';
import { codeOf } from '../support/code-of.js';

const CHUNK = 262144;
const vault = new Uint8Array(16);
// Around the edges of classes and chunks.
const length = fc.oneof(
  fc.nat({ max: 600 }),
  fc.integer({ min: CHUNK - 3, max: CHUNK + 3 }),
  fc.integer({ min: 2 * CHUNK - 3, max: 2 * CHUNK + 3 }),
);

beforeAll(loadSodium);

async function* pieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < file.length; start += size) yield file.subarray(start, start + size);
}

async function seal(
  file: Uint8Array,
  size: number,
): Promise<{ reference: BlobReference; stored: Uint8Array }> {
  const parts: Uint8Array[] = [];
  const reference = await sealBlob({
    ...{
      source: pieces(file, size),
      bytes: file.length,
      vault,
      blob: systemRandom(16),
      random: systemRandom,
    },
    append: async (stored) => void parts.push(stored.slice()),
  });
  return { reference, stored: concatBytes(...parts) };
}

async function open(
  reference: BlobReference,
  stored: Uint8Array,
  start?: number,
  end?: number,
): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  const read = async (offset: number, count: number) => stored.slice(offset, offset + count);
  for await (const piece of openBlob({ reference, vault, read, start, end })) out.push(piece.slice());
  return concatBytes(...out);
}

const fileOf = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) & 255);

it('any part of a blob is that part of the file, in whatever pieces it came', async () => {
  await fc.assert(
    fc.asyncProperty(
      length,
      fc.integer({ min: 500, max: 300_000 }),
      fc.nat(),
      fc.nat(),
      async (bytes, size, a, b) => {
        const file = fileOf(bytes);
        const { reference, stored } = await seal(file, size);
        const [start, end] = [a % (bytes + 1), b % (bytes + 1)].sort((x, y) => x - y) as [number, number];
        expect(equalBytes(await open(reference, stored), file)).toBe(true);
        expect(equalBytes(await open(reference, stored, start, end), file.slice(start, end))).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});

it('R-BLOB-1 a blob with any byte changed gives bytes of the file or an error, never other bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      length.filter((bytes) => bytes > 0),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (bytes, place, mask) => {
        const { reference, stored } = await seal(fileOf(bytes), 65536);
        const at = place % stored.length;
        stored[at] = (stored[at] as number) ^ mask;
        expect(await codeOf(() => open(reference, stored))).toBe('integrity/blob');
      },
    ),
    { numRuns: 40 },
  );
});
