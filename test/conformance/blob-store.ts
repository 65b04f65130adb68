import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobSink, Store } from '../../src/store/index.js';
import type { StorePlace } from './store.js';

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Bytes whose value tells their place in the blob. */
const span = (offset: number, length: number) =>
  Uint8Array.from({ length }, (_, index) => ((offset + index) * 7 + ((offset + index) >> 8)) & 0xff);

/** What the `BlobStore` of every `Store` must do; `create` gives a fresh, empty place for each test. */
export function blobStoreConformance(title: string, create: () => Promise<StorePlace>): void {
  describe(`blob store: ${title}`, () => {
    let place: StorePlace;
    let store: Store;

    beforeEach(async () => {
      place = await create();
      store = await place.open();
    });

    afterEach(async () => {
      await store.close();
      await (await place.open()).destroy();
    });

    const save = async (id: string, length: number, pieceLength = 256 * 1024) => {
      const sink = await store.blobs.write(id, 'new');
      await fill(sink, length, pieceLength);
      await sink.commit();
    };

    test('a blob is visible once committed, whole and in any part', async () => {
      const sink = await store.blobs.write('a', 'new');
      expect(sink.offset).toBe(0);
      await fill(sink, 2_500_001, 300_000);
      expect(sink.offset).toBe(2_500_001);
      expect(await store.blobs.size('a')).toBeNull();
      await expect(store.blobs.read('a', 0, 1)).rejects.toMatchObject({ code: 'store/damaged' });
      await sink.commit();
      expect(await store.blobs.size('a')).toBe(2_500_001);
      const reads: [number, number][] = [
        [0, 2_500_001],
        [0, 1],
        [299_999, 2],
        [300_000, 300_000],
        [1_048_575, 3],
        [1_048_576, 1_048_576],
        [2_500_000, 1],
        [2_500_001, 0],
        [0, 0],
      ];
      for (const [offset, length] of reads) {
        const read = await store.blobs.read('a', offset, length);
        expect(Object.getPrototypeOf(read)).toBe(Uint8Array.prototype);
        expect(isSame(read, span(offset, length)), `${length} bytes at ${offset}`).toBe(true);
      }
    });

    test('a read past the end is an error, not fewer bytes', async () => {
      await save('a', 1000);
      const damaged = { code: 'store/damaged' };
      await expect(store.blobs.read('a', 0, 1001)).rejects.toMatchObject(damaged);
      await expect(store.blobs.read('a', 1000, 1)).rejects.toMatchObject(damaged);
      await expect(store.blobs.read('a', 5000, 0)).rejects.toMatchObject(damaged);
      await expect(store.blobs.read('a', 0, 2 ** 52)).rejects.toMatchObject(damaged);
      await expect(store.blobs.read('never', 0, 1)).rejects.toMatchObject(damaged);
    });

    test('an empty blob is a blob', async () => {
      await save('empty', 0);
      expect(await store.blobs.size('empty')).toBe(0);
      expect(await store.blobs.read('empty', 0, 0)).toEqual(bytes());
      expect(await store.blobs.list()).toEqual([{ id: 'empty', bytes: 0, complete: true }]);
    });

    test('a blob is written once', async () => {
      await save('a', 10);
      await expect(store.blobs.write('a', 'new')).rejects.toMatchObject({ code: 'usage/invalid' });
      await expect(store.blobs.write('a', 'resume')).rejects.toMatchObject({ code: 'usage/invalid' });
      expect(await store.blobs.read('a', 0, 10)).toEqual(span(0, 10));
    });

    test('a part that was suspended is listed and resumed at its exact length', async () => {
      const sink = await store.blobs.write('a', 'new');
      await fill(sink, 1_500_000, 256 * 1024);
      await sink.suspend();
      expect(await store.blobs.size('a')).toBeNull();
      expect(await store.blobs.list()).toEqual([{ id: 'a', bytes: 1_500_000, complete: false }]);
      if (place.persistent) {
        await store.close();
        store = await place.open();
      }
      const again = await store.blobs.write('a', 'resume');
      expect(again.offset).toBe(1_500_000);
      await fill(again, 3_000_000, 100_000);
      await again.commit();
      expect(isSame(await store.blobs.read('a', 0, 3_000_000), span(0, 3_000_000))).toBe(true);
      expect(await store.blobs.list()).toEqual([{ id: 'a', bytes: 3_000_000, complete: true }]);
    });

    test('resuming what was never begun begins it', async () => {
      const sink = await store.blobs.write('a', 'resume');
      expect(sink.offset).toBe(0);
      await sink.append(span(0, 5));
      await sink.commit();
      expect(await store.blobs.read('a', 0, 5)).toEqual(span(0, 5));
    });

    test('a new start forgets the part', async () => {
      const first = await store.blobs.write('a', 'new');
      await fill(first, 5000, 1000);
      await first.suspend();
      const second = await store.blobs.write('a', 'new');
      expect(second.offset).toBe(0);
      await second.append(bytes(1, 2, 3));
      await second.commit();
      expect(await store.blobs.size('a')).toBe(3);
      expect(await store.blobs.read('a', 0, 3)).toEqual(bytes(1, 2, 3));
    });

    test('an aborted part is gone', async () => {
      const sink = await store.blobs.write('a', 'new');
      await fill(sink, 5000, 1000);
      await sink.abort();
      expect(await store.blobs.list()).toEqual([]);
      expect((await store.blobs.write('a', 'resume')).offset).toBe(0);
    });

    test('closing the store suspends open sinks', async () => {
      const sink = await store.blobs.write('a', 'new');
      await sink.append(span(0, 777));
      await store.close();
      await expect(sink.append(bytes(1))).rejects.toMatchObject({ code: 'store/closed' });
      store = await place.open();
      if (place.persistent) expect((await store.blobs.write('a', 'resume')).offset).toBe(777);
    });

    test('a sink that ended takes no more calls', async () => {
      const sink = await store.blobs.write('a', 'new');
      await sink.append(bytes(1));
      await sink.commit();
      const closed = { code: 'store/closed' };
      await expect(sink.append(bytes(1))).rejects.toMatchObject(closed);
      await expect(sink.commit()).rejects.toMatchObject(closed);
      await expect(sink.suspend()).rejects.toMatchObject(closed);
      await expect(sink.abort()).rejects.toMatchObject(closed);
      expect(await store.blobs.size('a')).toBe(1);
    });

    test('one sink at a time for an id, and no removal under it', async () => {
      const busy = { code: 'store/busy' };
      const sink = await store.blobs.write('a', 'new');
      await expect(store.blobs.write('a', 'new')).rejects.toMatchObject(busy);
      await expect(store.blobs.write('a', 'resume')).rejects.toMatchObject(busy);
      await expect(store.blobs.remove('a')).rejects.toMatchObject(busy);
      await sink.append(bytes(1));
      await sink.commit();
      await store.blobs.remove('a');
      const racing = await Promise.allSettled([store.blobs.write('b', 'new'), store.blobs.write('b', 'new')]);
      expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('appends that were not awaited land in order', async () => {
      const sink = await store.blobs.write('a', 'new');
      const pieces = Array.from({ length: 40 }, (_, index) => sink.append(span(index * 50_000, 50_000)));
      await Promise.all([...pieces, sink.commit()]);
      expect(isSame(await store.blobs.read('a', 0, 2_000_000), span(0, 2_000_000))).toBe(true);
    });

    test('removing takes blobs and parts, and is silent when there is none', async () => {
      await save('blob', 100);
      const sink = await store.blobs.write('part', 'new');
      await sink.append(bytes(1));
      await sink.suspend();
      await store.blobs.remove('blob');
      await store.blobs.remove('part');
      await store.blobs.remove('never');
      expect(await store.blobs.list()).toEqual([]);
      expect(await store.blobs.size('blob')).toBeNull();
      await save('blob', 50);
      expect(await store.blobs.size('blob')).toBe(50);
    });

    test('the list is ordered by id and tells parts from blobs', async () => {
      await save('parts', 3);
      await save('b', 2);
      const sink = await store.blobs.write('a_-9', 'new');
      await sink.append(bytes(1));
      await sink.suspend();
      expect(await store.blobs.list()).toEqual([
        { id: 'a_-9', bytes: 1, complete: false },
        { id: 'b', bytes: 2, complete: true },
        { id: 'parts', bytes: 3, complete: true },
      ]);
    });

    test('an id cannot be a path or anything but an id', async () => {
      const invalid = { code: 'usage/invalid' };
      for (const id of ['', '.', '..', '../a', 'a/b', 'a\\b', 'A', 'é', 'a.0', 'a\u0000', 'a'.repeat(81)]) {
        await expect(store.blobs.write(id, 'new')).rejects.toMatchObject(invalid);
        await expect(store.blobs.size(id)).rejects.toMatchObject(invalid);
        await expect(store.blobs.read(id, 0, 0)).rejects.toMatchObject(invalid);
        await expect(store.blobs.remove(id)).rejects.toMatchObject(invalid);
      }
      await save('a'.repeat(80), 1);
      for (const [offset, length] of [
        [-1, 1],
        [0, -1],
        [0.5, 1],
        [0, Number.NaN],
        [2 ** 53, 1],
      ] as const) {
        await expect(store.blobs.read('a'.repeat(80), offset, length)).rejects.toMatchObject(invalid);
      }
      const sink = await store.blobs.write('b', 'new');
      await expect(sink.append('text' as unknown as Uint8Array)).rejects.toMatchObject(invalid);
      expect(sink.offset).toBe(0);
    });
  });
}

/** Appends the bytes that belong between the sink's offset and `end`. */
async function fill(sink: BlobSink, end: number, pieceLength: number): Promise<void> {
  while (sink.offset < end) await sink.append(span(sink.offset, Math.min(pieceLength, end - sink.offset)));
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
