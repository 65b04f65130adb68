import { describe, expect, it } from 'vitest';
import { concatBytes, sha256 } from '../../../src/crypto/hash.js';
import { openBlob, sealBlob } from '../../../src/envelope/blob.js';
import { digestFile, FileDigest } from '../../../src/envelope/file-digest.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { codeOf } from '../../support/code-of.js';
import { seededRandom } from '../../support/seeded-random.js';

const PIECE = 262_144;

function fileOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 255);
}

/** Gives pieces in one buffer that is used again, as a reader of files does. */
async function* inOneBuffer(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let start = 0; start < file.length; start += size) {
    const part = file.subarray(start, start + size);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

/** By the words of the specification, from the whole file. */
async function expected(file: Uint8Array): Promise<string> {
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += PIECE) hashes.push(await sha256(file.slice(at, at + PIECE)));
  return bytesToHex(await sha256(concatBytes(...hashes)));
}

describe('the digest of a file', () => {
  it.each([0, 1, 255, 256, 257, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 70_000])(
    'is the same while %i bytes are encrypted, when they are only read, and by the specification',
    async (length) => {
      const file = fileOf(length);
      const wanted = await expected(file);
      for (const size of [1000, 65_536, PIECE, PIECE + 17]) {
        const random = seededRandom('digest');
        const digest = new FileDigest(length);
        const parts: Uint8Array[] = [];
        const reference = await sealBlob({
          source: inOneBuffer(file, size),
          ...{ bytes: length, vault: random(32), blob: random(16), random, digest },
          append: async (stored) => void parts.push(stored.slice()),
        });
        expect(reference.bytes).toBe(length);
        expect(bytesToHex(await digest.done())).toBe(wanted);
        expect(bytesToHex(await digestFile({ source: inOneBuffer(file, size), bytes: length }))).toBe(wanted);
      }
    },
  );

  it('says nothing in what is stored, and another for one bit', async () => {
    const file = fileOf(PIECE + 5);
    const random = seededRandom('stored');
    const digest = new FileDigest(file.length);
    const vault = random(32);
    const parts: Uint8Array[] = [];
    const reference = await sealBlob({
      ...{ source: inOneBuffer(file, 9000), bytes: file.length, vault, blob: random(16), random, digest },
      append: async (stored) => void parts.push(stored.slice()),
    });
    const stored = concatBytes(...parts);
    expect(bytesToHex(stored)).not.toContain(bytesToHex(await digest.done()));
    expect(bytesToHex(stored)).not.toContain(bytesToHex(await sha256(file.slice(0, PIECE))));
    const read = async (offset: number, length: number) => stored.slice(offset, offset + length);
    const back: Uint8Array[] = [];
    for await (const piece of openBlob({ reference, vault, read })) back.push(piece.slice());
    expect(concatBytes(...back)).toEqual(file);
    file[PIECE + 4] = (file[PIECE + 4] as number) ^ 1;
    expect(await expected(file)).not.toBe(bytesToHex(await digest.done()));
  });

  it('stops, and refuses a file that is not as long as was said', async () => {
    const file = fileOf(3000);
    const controller = new AbortController();
    controller.abort();
    const source = () => inOneBuffer(file, 1000);
    expect(await codeOf(() => digestFile({ source: source(), bytes: 2999 }))).toBe('usage/file-changed');
    expect(await codeOf(() => digestFile({ source: source(), bytes: 3001 }))).toBe('usage/file-changed');
    expect(await codeOf(() => digestFile({ source: source(), bytes: 3000, signal: controller.signal }))).toBe(
      'usage/aborted',
    );
    expect(await codeOf(() => digestFile({ source: source(), bytes: 2 ** 40 }))).toBe('format/too-large');
  });
});
