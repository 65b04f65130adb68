import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, sha256 } from '../../../src/crypto/hash.js';
import { paddedLength } from '../../../src/crypto/padding.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { blobSizes, checkStoredBlob, openBlob, sealBlob } from '../../../src/envelope/blob.js';
import { type BlobReference, checkBlobReference } from '../../../src/formats/blob-reference.js';
import { LIMITS } from '../../../src/formats/limits.js';
import { codeOf } from '../../support/code-of.js';
import { seededRandom } from '../../support/seeded-random.js';

const CHUNK = 262144;
const SEALED_CHUNK = CHUNK + 16;
const PREFIX = 56;
const random = seededRandom('blob');
const vault = random(16);

beforeAll(loadSodium);

interface Made {
  readonly reference: BlobReference;
  readonly stored: Uint8Array;
}

/** A file whose bytes tell their place. */
function fileOf(bytes: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255);
}

async function* inPieces(file: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < file.length; start += size) yield file.subarray(start, start + size);
}

async function make(
  file: Uint8Array,
  options: { pieces?: number; bytes?: number; signal?: AbortSignal } = {},
): Promise<Made> {
  const parts: Uint8Array[] = [];
  const reference = await sealBlob({
    ...{
      source: inPieces(file, options.pieces ?? 65536),
      bytes: options.bytes ?? file.length,
      vault,
      blob: random(16),
      random,
    },
    append: async (stored) => void parts.push(stored.slice()),
    signal: options.signal,
  });
  return { reference, stored: concatBytes(...parts) };
}

const reader = (stored: Uint8Array) => async (offset: number, length: number) =>
  stored.slice(offset, offset + length);

/** Everything that comes out until the end or the first error, and that error's code. */
async function read(
  made: Made,
  options: { start?: number; end?: number; vault?: Uint8Array; signal?: AbortSignal } = {},
) {
  const pieces: Uint8Array[] = [];
  const code = await codeOf(async () => {
    const { reference, stored } = made;
    for await (const piece of openBlob({ reference, vault, read: reader(stored), ...options }))
      pieces.push(piece.slice());
  });
  return { code, bytes: concatBytes(...pieces) };
}

/** The code of a reading, if these bytes came out before it ended; comparing large arrays is slow in an assertion. */
function outcome(
  { code, bytes }: { readonly code: string; readonly bytes: Uint8Array },
  expected: Uint8Array,
): string {
  return equalBytes(bytes, expected)
    ? code
    : `${code} after ${bytes.length} bytes, not the ${expected.length} expected`;
}

const chunkAt = (stored: Uint8Array, index: number) =>
  stored.slice(PREFIX + index * SEALED_CHUNK, PREFIX + (index + 1) * SEALED_CHUNK);

/** Puts ciphertext chunks in another order and leaves the rest; with `hashes`, the hash list follows them. */
async function rearranged(
  { reference, stored }: Made,
  order: readonly number[],
  hashes = false,
): Promise<Made> {
  const { chunks } = reference;
  const body = stored.slice(PREFIX, stored.length - chunks * 32);
  const list = stored.slice(stored.length - chunks * 32);
  const chunk = (i: number) => body.slice(i * SEALED_CHUNK, (i + 1) * SEALED_CHUNK);
  const moved = concatBytes(...order.map(chunk));
  const newList = hashes ? concatBytes(...order.map((i) => list.slice(32 * i, 32 * i + 32))) : list;
  return {
    reference: hashes ? { ...reference, list: await sha256(newList) } : reference,
    stored: concatBytes(stored.slice(0, PREFIX), moved, newList),
  };
}

describe('a blob', () => {
  it.each([0, 1, 255, 256, 257, 8192, 8193, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 600_000])(
    'of %d bytes comes back whole',
    async (bytes) => {
      const file = fileOf(bytes);
      const made = await make(file);
      expect(outcome(await read(made), file)).toBe('ok');
      expect(made.stored).toHaveLength(made.reference.stored);
      expect(await codeOf(() => checkStoredBlob(made.reference, reader(made.stored)))).toBe('ok');
      expect(checkBlobReference(made.reference)).toEqual(made.reference);
    },
  );

  it('has the sizes of its padding class, so the server learns the class alone', async () => {
    for (const bytes of [
      0,
      1,
      256,
      257,
      8192,
      8193,
      CHUNK - 1,
      CHUNK,
      CHUNK + 1,
      5_000_000,
      LIMITS.blobBytesMax,
    ]) {
      const { padded, chunks, stored } = blobSizes(bytes);
      expect(padded).toBe(bytes === 0 ? 256 : paddedLength(bytes - 1));
      expect(padded).toBeGreaterThanOrEqual(bytes);
      expect(chunks).toBe(Math.floor(padded / CHUNK) + 1);
      expect(stored).toBe(PREFIX + padded + chunks * (16 + 32));
    }
    expect(blobSizes(1)).toEqual(blobSizes(0));
    expect((await make(fileOf(3))).stored).toHaveLength((await make(fileOf(200))).stored.length);
  });

  it('of the largest size has a reference that can be read again', () => {
    const sizes = blobSizes(LIMITS.blobBytesMax);
    const reference = {
      id: random(16),
      key: random(32),
      bytes: LIMITS.blobBytesMax,
      ...sizes,
      list: random(32),
    };
    expect(checkBlobReference(reference)).toEqual(reference);
  });

  it('is the same whatever pieces the file comes in', async () => {
    const file = fileOf(CHUNK + 1000);
    for (const pieces of [1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
      expect(outcome(await read(await make(file, { pieces })), file)).toBe('ok');
    }
  });

  it('is another one each time: key, salt and ciphertext', async () => {
    const [a, b] = [await make(fileOf(300)), await make(fileOf(300))];
    expect(a.reference.key).not.toEqual(b.reference.key);
    expect(a.stored.slice(0, 24)).not.toEqual(b.stored.slice(0, 24));
    expect(a.stored.slice(PREFIX)).not.toEqual(b.stored.slice(PREFIX));
  });

  it('opens in any part, and gives the bytes of that part', async () => {
    const file = fileOf(2 * CHUNK + 500);
    const made = await make(file);
    const edges = [0, 1, 300, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, file.length - 1, file.length];
    for (const start of edges) {
      for (const end of edges.filter((edge) => edge >= start)) {
        expect
          .soft(outcome(await read(made, { start, end }), file.slice(start, end)), `${start}-${end}`)
          .toBe('ok');
      }
    }
    expect(outcome(await read(made, { start: -5, end: 10 }), file.slice(0, 10))).toBe('ok');
    expect(outcome(await read(made, { start: file.length - 3, end: 2 ** 40 }), file.slice(-3))).toBe('ok');
    expect((await read(made, { start: 10, end: 5 })).bytes).toHaveLength(0);
  });

  it('reads no chunk outside the part that is asked for', async () => {
    const made = await make(fileOf(3 * CHUNK));
    const offsets: number[] = [];
    const spy = async (offset: number, length: number) => {
      offsets.push(offset);
      return made.stored.slice(offset, offset + length);
    };
    for await (const _ of openBlob({
      reference: made.reference,
      vault,
      read: spy,
      start: CHUNK + 5,
      end: CHUNK + 6,
    }));
    expect(offsets.filter((offset) => offset >= PREFIX && offset < PREFIX + 3 * SEALED_CHUNK)).toEqual([
      PREFIX + SEALED_CHUNK,
    ]);
  });
});

describe('R-BLOB-1 a blob that was altered', () => {
  const bytes = 2 * CHUNK + 1000;
  let made: Made;
  let file: Uint8Array;
  beforeAll(async () => {
    file = fileOf(bytes);
    made = await make(file);
  });

  it('R-BLOB-1 gives out whole chunks before the damage and no byte after', async () => {
    for (const chunk of [0, 1, 2]) {
      for (const at of [0, 1000, chunkAt(made.stored, chunk).length - 1].map(
        (i) => PREFIX + chunk * SEALED_CHUNK + Math.min(i, 900),
      )) {
        const stored = made.stored.slice();
        stored[at] = (stored[at] as number) ^ 1;
        expect
          .soft(outcome(await read({ ...made, stored }), file.slice(0, chunk * CHUNK)), `byte ${at}`)
          .toBe('integrity/blob');
      }
    }
  });

  it('R-BLOB-1 gives out nothing when salt, commitment or hash list changed', async () => {
    for (const at of [0, 23, 24, 55, made.stored.length - 1, made.stored.length - 96]) {
      const stored = made.stored.slice();
      stored[at] = (stored[at] as number) ^ 0x80;
      expect
        .soft(outcome(await read({ ...made, stored }), new Uint8Array(0)), `byte ${at}`)
        .toBe('integrity/blob');
    }
  });

  it.each([
    ['swapped', [1, 0, 2]],
    ['doubled', [0, 0, 2]],
    ['moved to the end', [0, 2, 1]],
    ['dropped', [0, 2]],
    ['appended', [0, 1, 2, 2]],
  ])('R-BLOB-1 refuses chunks that were %s, with their old hashes or with their own', async (_, order) => {
    const plain = await read(await rearranged(made, order));
    const helped = await read(await rearranged(made, order, true));
    const kept = order.findIndex((chunk, i) => chunk !== i);
    for (const { code, bytes: out } of [plain, helped]) {
      expect(outcome({ code, bytes: out }, file.slice(0, Math.min(out.length, kept * CHUNK)))).toBe(
        'integrity/blob',
      );
    }
  });

  it('R-BLOB-1 refuses a hash list that a reader made to fit other ciphertext: the tag tells', async () => {
    const stored = made.stored.slice();
    stored[PREFIX + 5] = (stored[PREFIX + 5] as number) ^ 1;
    const list = stored.subarray(stored.length - 96);
    list.set(await sha256(chunkAt(stored, 0)), 0);
    const reference = { ...made.reference, list: await sha256(list) };
    expect(outcome(await read({ reference, stored }), new Uint8Array(0))).toBe('integrity/blob');
  });

  it('R-BLOB-1 refuses ciphertext that a reader with the key made anew: the hash tells', async () => {
    const { key, id } = made.reference;
    const given = [key.slice(), made.stored.slice(0, 24)];
    const parts: Uint8Array[] = [];
    const forged = await sealBlob({
      ...{ source: inPieces(fileOf(bytes).fill(1), 65536), bytes, vault, blob: id },
      random: () => given.shift() as Uint8Array,
      append: async (stored) => void parts.push(stored.slice()),
    });
    const stored = concatBytes(...parts);
    expect((await read({ reference: forged, stored })).code).toBe('ok');
    const { reference } = made;
    expect(outcome(await read({ reference, stored }), new Uint8Array(0))).toBe('integrity/blob');
    // With the list of the record in its place, only the hash of the chunk differs.
    stored.set(made.stored.subarray(-96), stored.length - 96);
    expect(outcome(await read({ reference, stored }), new Uint8Array(0))).toBe('integrity/blob');
  });

  it('R-BLOB-1 refuses a chunk of another blob, another blob whole, another id and another vault', async () => {
    const other = await make(file);
    const stored = made.stored.slice();
    stored.set(chunkAt(other.stored, 1), PREFIX + SEALED_CHUNK);
    expect(outcome(await read({ ...made, stored }), file.slice(0, CHUNK))).toBe('integrity/blob');
    expect((await read({ ...made, stored: other.stored })).code).toBe('integrity/blob');
    expect((await read({ ...made, reference: { ...made.reference, id: random(16) } })).code).toBe(
      'integrity/blob',
    );
    expect((await read({ ...made, reference: { ...made.reference, key: random(32) } })).code).toBe(
      'integrity/blob',
    );
    expect((await read(made, { vault: random(16) })).code).toBe('integrity/blob');
  });

  it('R-BLOB-1 refuses a blob that was cut, at every length', async () => {
    for (const length of [
      0,
      10,
      PREFIX,
      PREFIX + 100,
      PREFIX + SEALED_CHUNK,
      made.stored.length - 96,
      made.stored.length - 1,
    ]) {
      const { code, bytes: out } = await read({ ...made, stored: made.stored.slice(0, length) });
      expect.soft([code, out.length], `${length} bytes`).toEqual(['integrity/blob', 0]);
    }
  });

  it('R-BLOB-1 is seen by the check that has no key', async () => {
    const check = (stored: Uint8Array) => codeOf(() => checkStoredBlob(made.reference, reader(stored)));
    expect(await check(made.stored)).toBe('ok');
    for (const at of [PREFIX, PREFIX + SEALED_CHUNK, PREFIX + 2 * SEALED_CHUNK, made.stored.length - 1]) {
      const stored = made.stored.slice();
      stored[at] = (stored[at] as number) ^ 1;
      expect(await check(stored)).toBe('integrity/blob');
    }
    expect(await check(made.stored.slice(0, -1))).toBe('integrity/blob');
  });
});

it('R-BLOB-2 refuses sizes that do not follow from the length, before anything is read', async () => {
  const { reference } = await make(fileOf(1000));
  const unread = async () => {
    throw new Error('nothing should be read');
  };
  for (const change of [
    { bytes: 3000 },
    { padded: 2048 },
    { chunks: 2 },
    { chunks: 2 ** 40 },
    { stored: 1 },
  ]) {
    const open = async () => {
      for await (const _ of openBlob({ reference: { ...reference, ...change }, vault, read: unread }));
    };
    expect.soft(await codeOf(open), JSON.stringify(change)).toBe('format/malformed');
    expect
      .soft(await codeOf(() => checkStoredBlob({ ...reference, ...change }, unread)))
      .toBe('format/malformed');
  }
});

describe('sealing', () => {
  it.each([
    ['grew', 1000, 999],
    ['shrank', 1000, 1001],
    ['grew by a chunk', CHUNK + 10, 10],
    ['is empty now', 0, 10],
  ])('stops when the file %s', async (_, real, bytes) => {
    expect(await codeOf(() => make(fileOf(real), { bytes }))).toBe('usage/file-changed');
  });

  it('refuses a file beyond the limit before reading it', async () => {
    expect(await codeOf(() => make(fileOf(1), { bytes: LIMITS.blobBytesMax + 1 }))).toBe('format/too-large');
  });

  it('stops on request, and so does opening', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await codeOf(() => make(fileOf(10), { signal: abort.signal }))).toBe('usage/aborted');
    const made = await make(fileOf(10));
    expect(outcome(await read(made, { signal: abort.signal }), new Uint8Array(0))).toBe('usage/aborted');
  });

  it('passes on what the source and the sink throw', async () => {
    const failing = async function* () {
      yield fileOf(10);
      throw new RangeError('the disk');
    };
    const base = { bytes: 20, vault, blob: random(16), random };
    await expect(sealBlob({ ...base, source: failing(), append: async () => {} })).rejects.toThrow(
      RangeError,
    );
    const full = { ...base, bytes: 10, source: inPieces(fileOf(10), 10) };
    const append = async () => {
      throw new RangeError('no room');
    };
    await expect(sealBlob({ ...full, append })).rejects.toThrow(RangeError);
  });

  it('appends in order, one piece at a time, and holds a few chunks at most', async () => {
    let running = 0;
    let taken = 0;
    let written = 0;
    let aheadMax = 0;
    const bytes = 8 * CHUNK;
    const source = async function* () {
      for (let i = 0; i < 8; i++) {
        taken += CHUNK;
        aheadMax = Math.max(aheadMax, taken - written);
        yield new Uint8Array(CHUNK);
      }
    };
    await sealBlob({
      ...{ source: source(), bytes, vault, blob: random(16), random },
      append: async (stored) => {
        expect(++running).toBe(1);
        await Promise.resolve();
        written += stored.length;
        running--;
      },
    });
    expect(aheadMax).toBeLessThanOrEqual(4 * CHUNK);
  });
});
