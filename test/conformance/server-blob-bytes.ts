import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobBytes, BlobName } from '../../src/server/blobs/port.js';

/** A fresh place for blobs; `reopen` gives what another process would find there. */
export interface BlobPlace {
  readonly blobs: BlobBytes;
  reopen(): Promise<BlobBytes>;
  remove(): Promise<void>;
}

const name: BlobName = {
  vault: '00112233445566778899aabbccddeeff',
  blob: 'ffeeddccbbaa99887766554433221100',
};
const other: BlobName = { ...name, blob: '0'.repeat(32) };
const span = (from: number, to: number) =>
  Uint8Array.from({ length: to - from }, (_, i) => ((from + i) * 7) & 0xff);

/** What every `BlobBytes` must do. */
export function blobBytesConformance(title: string, create: () => Promise<BlobPlace>): void {
  describe(`server blobs: ${title}`, () => {
    let place: BlobPlace;
    beforeEach(async () => {
      place = await create();
    });
    afterEach(() => place.remove());

    const read = async (blobs: BlobBytes, start: number, end: number) =>
      new Uint8Array(
        await new Response(
          blobs.read(name, start, end) as ReadableStream<Uint8Array<ArrayBuffer>>,
        ).arrayBuffer(),
      );

    it('gives back what was written piece by piece, whole and in parts, also to another process', async () => {
      await place.blobs.write(name, 0, span(0, 700_000));
      await place.blobs.write(name, 700_000, span(700_000, 900_000));
      for (const blobs of [place.blobs, await place.reopen()]) {
        expect(await blobs.size(name)).toBe(900_000);
        expect(Buffer.compare(await read(blobs, 0, 900_000), span(0, 900_000))).toBe(0);
        expect(await read(blobs, 699_990, 700_010)).toEqual(span(699_990, 700_010));
        expect(await read(blobs, 899_999, 900_000)).toEqual(span(899_999, 900_000));
      }
    });

    it('writes over what a crash left after the offset', async () => {
      await place.blobs.write(name, 0, span(0, 1000));
      await place.blobs.write(name, 400, span(400, 500));
      expect(await place.blobs.size(name)).toBe(500);
      await place.blobs.write(name, 0, span(0, 10));
      expect(await read(place.blobs, 0, 10)).toEqual(span(0, 10));
      expect(await place.blobs.size(name)).toBe(10);
    });

    it('lists and removes, and does not mind what is not there', async () => {
      expect(await place.blobs.size(name)).toBeNull();
      await place.blobs.remove(name);
      await place.blobs.write(name, 0, span(0, 10));
      await place.blobs.write(other, 0, span(0, 10));
      const names = await all(place.blobs);
      expect(names.map(({ blob }) => blob).sort()).toEqual([other.blob, name.blob]);
      await place.blobs.remove(name);
      expect(await place.blobs.size(name)).toBeNull();
      expect(await place.blobs.size(other)).toBe(10);
    });

    it.each(['../../etc/passwd', '', 'FF'.repeat(16), `${'0'.repeat(31)}/`])(
      'takes no name that is not one: %j',
      async (bad) => {
        await expect(place.blobs.write({ ...name, blob: bad }, 0, span(0, 1))).rejects.toThrow();
        await expect(place.blobs.write({ ...name, vault: bad }, 0, span(0, 1))).rejects.toThrow();
        expect(await all(place.blobs)).toEqual([]);
      },
    );
  });
}

async function all(blobs: BlobBytes): Promise<BlobName[]> {
  const names: BlobName[] = [];
  for await (const found of blobs.list()) names.push(found);
  return names;
}
