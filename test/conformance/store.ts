import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store, Write } from '../../src/store/index.js';

/** A place where the store under test can be opened again and again. */
export interface StorePlace {
  /** Opens the store of this place; the same content each time. */
  open(): Promise<Store>;
  /** Whether content outlives `close`. */
  readonly persistent: boolean;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const put = (key: string, ...values: number[]): Write => ({ type: 'put', key, value: bytes(...values) });
const filled = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff);

/** What every `Store` must do; `create` gives a fresh, empty place for each test. */
export function storeConformance(title: string, create: () => Promise<StorePlace>): void {
  describe(`store: ${title}`, () => {
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

    test('an absent key is null', async () => {
      expect(await store.get('nothing')).toBeNull();
      expect(await store.getMany(['a', 'b'])).toEqual([null, null]);
      expect(await store.scan({ prefix: '' })).toEqual([]);
    });

    test('what is put is read back as plain bytes, also when empty', async () => {
      expect(await store.write([put('a', 1, 2, 3), put('empty')])).toBe(true);
      const value = await store.get('a');
      expect(value).toEqual(bytes(1, 2, 3));
      expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
      expect(await store.get('empty')).toEqual(bytes());
      expect(await store.getMany(['empty', 'x', 'a', 'a'])).toEqual([
        bytes(),
        null,
        bytes(1, 2, 3),
        bytes(1, 2, 3),
      ]);
    });

    test('only the bytes of a view are stored, and they are nobody else’s', async () => {
      const whole = bytes(9, 9, 1, 2, 9);
      await store.write([{ type: 'put', key: 'view', value: whole.subarray(2, 4) }]);
      whole.fill(7);
      const first = await store.get('view');
      expect(first).toEqual(bytes(1, 2));
      first?.fill(5);
      expect(await store.get('view')).toEqual(bytes(1, 2));
      const [entry] = await store.scan({ prefix: 'view' });
      entry?.value.fill(5);
      expect(await store.get('view')).toEqual(bytes(1, 2));
    });

    test('a put replaces, a delete removes, deleting nothing is fine', async () => {
      await store.write([put('a', 1), put('b', 2)]);
      await store.write([put('a', 3), { type: 'delete', key: 'b' }, { type: 'delete', key: 'never' }]);
      expect(await store.getMany(['a', 'b', 'never'])).toEqual([bytes(3), null, null]);
    });

    test('the last part of a batch wins for its key', async () => {
      await store.write([put('a', 1), { type: 'delete', key: 'a' }, put('a', 2)]);
      await store.write([put('b', 1), { type: 'delete', key: 'b' }]);
      expect(await store.getMany(['a', 'b'])).toEqual([bytes(2), null]);
    });

    test('a write happens only when all its expectations hold', async () => {
      const absent = { key: 'a', value: null };
      expect(await store.write([put('a', 1)], [absent])).toBe(true);
      expect(await store.write([put('a', 2), put('b', 2)], [absent])).toBe(false);
      expect(await store.getMany(['a', 'b'])).toEqual([bytes(1), null]);
      expect(await store.write([put('a', 2)], [{ key: 'a', value: bytes(1) }])).toBe(true);
      expect(await store.write([put('a', 3)], [{ key: 'a', value: bytes(2, 0) }])).toBe(false);
      expect(await store.write([put('a', 3)], [{ key: 'a', value: bytes() }])).toBe(false);
      const mixed = [
        { key: 'a', value: bytes(2) },
        { key: 'c', value: bytes(1) },
      ];
      expect(await store.write([{ type: 'delete', key: 'a' }], mixed)).toBe(false);
      expect(await store.get('a')).toEqual(bytes(2));
    });

    test('expectations alone are a question', async () => {
      await store.write([put('a', 1)]);
      expect(await store.write([], [{ key: 'a', value: bytes(1) }])).toBe(true);
      expect(await store.write([], [{ key: 'a', value: null }])).toBe(false);
      expect(await store.write([])).toBe(true);
    });

    test('of many writers that expect the same value, one wins', async () => {
      await store.write([put('epoch', 0)]);
      const won = await Promise.all(
        Array.from({ length: 20 }, (_, writer) =>
          store.write([put('epoch', writer + 1), put(`won/${writer}`)], [{ key: 'epoch', value: bytes(0) }]),
        ),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.scan({ prefix: 'won/' })).toHaveLength(1);
      expect(await store.get('epoch')).toEqual(bytes(won.indexOf(true) + 1));
    });

    test('a scan is ordered by code unit and keeps to its prefix', async () => {
      const keys = [
        'op/b',
        'op/',
        'op',
        'op/a',
        'op0',
        'op/a/1',
        'op.',
        'op/~',
        'op/A',
        'op/ ',
        'zz',
        'op/a1',
      ];
      await store.write(keys.map((key) => put(key, 1)));
      const under = keys.filter((key) => key.startsWith('op/')).sort();
      const scan = async (options: Parameters<Store['scan']>[0]) =>
        (await store.scan(options)).map(({ key }) => key);
      expect(await scan({ prefix: 'op/' })).toEqual(under);
      expect(await scan({ prefix: '' })).toEqual([...keys].sort());
      expect(await scan({ prefix: 'op/', reverse: true })).toEqual([...under].reverse());
      expect(await scan({ prefix: 'op/', limit: 2 })).toEqual(under.slice(0, 2));
      expect(await scan({ prefix: 'op/', limit: 0 })).toEqual([]);
      expect(await scan({ prefix: 'op/', limit: 2, reverse: true })).toEqual(under.slice(-2).reverse());
      expect(await scan({ prefix: 'op/', after: 'op/a' })).toEqual(under.filter((key) => key > 'op/a'));
      expect(await scan({ prefix: 'op/', after: 'op/a', reverse: true })).toEqual(
        under.filter((key) => key < 'op/a').reverse(),
      );
      expect(await scan({ prefix: 'op/', after: 'a' })).toEqual(under);
      expect(await scan({ prefix: 'op/', after: 'z' })).toEqual([]);
      expect(await scan({ prefix: 'op/', after: 'z', reverse: true })).toEqual([...under].reverse());
      expect(await scan({ prefix: 'op/', after: 'a', reverse: true })).toEqual([]);
      expect(await scan({ prefix: 'none' })).toEqual([]);
    });

    test('paging through a scan meets every entry once, with writes in between', async () => {
      await store.write(
        Array.from({ length: 25 }, (_, index) => put(`p/${String(index).padStart(4, '0')}`, index)),
      );
      const met: number[] = [];
      for (let after: string | undefined; ; ) {
        const page = await store.scan({ prefix: 'p/', limit: 7, ...(after === undefined ? {} : { after }) });
        if (page.length === 0) break;
        met.push(...page.map(({ value }) => value[0] as number));
        after = page.at(-1)?.key;
        await store.write([{ type: 'delete', key: `p/${String(met[0]).padStart(4, '0')}` }, put('other', 1)]);
      }
      expect(met).toEqual(Array.from({ length: 25 }, (_, index) => index));
    });

    test('a scan sees keys deleted and put again once', async () => {
      await store.write([put('a', 1), put('b', 1), put('c', 1)]);
      await store.scan({ prefix: '' });
      await store.write([{ type: 'delete', key: 'a' }]);
      await store.write([put('a', 2), put('0', 2)]);
      expect((await store.scan({ prefix: '' })).map(({ key, value }) => `${key}${value[0]}`)).toEqual([
        '02',
        'a2',
        'b1',
        'c1',
      ]);
    });

    test('an op with bodies of 8 MiB is one value', async () => {
      const value = filled(8 * 1024 * 1024, 3);
      await store.write([{ type: 'put', key: 'big', value }]);
      const read = await store.get('big');
      expect(read?.length).toBe(value.length);
      expect(isSame(read, value)).toBe(true);
    });

    test('10 000 small rows in batches, then 100 rows of 100 kB, read in one scan each', async () => {
      const key = (index: number) => `row/${String(index).padStart(6, '0')}`;
      for (let from = 0; from < 10_000; from += 1000) {
        await store.write(Array.from({ length: 1000 }, (_, index) => put(key(from + index), index & 0xff)));
      }
      const rows = await store.scan({ prefix: 'row/' });
      expect(rows).toHaveLength(10_000);
      expect(rows[4321]).toEqual({ key: key(4321), value: bytes(321 & 0xff) });
      const op = filled(100_000, 1);
      await store.write(
        Array.from({ length: 100 }, (_, index) => ({ type: 'put', key: `op/${index + 100}`, value: op })),
      );
      const ops = await store.scan({ prefix: 'op/' });
      expect(ops).toHaveLength(100);
      expect(ops.every(({ value }) => value.length === op.length)).toBe(true);
    });

    test('bad arguments are refused by code, and nothing is written', async () => {
      const invalid = { code: 'usage/invalid' };
      for (const key of ['', 'é', 'a\nb', 'a\u0000', '\x7f', 'k'.repeat(201)]) {
        await expect(store.get(key)).rejects.toMatchObject(invalid);
        await expect(store.getMany([key])).rejects.toMatchObject(invalid);
        await expect(store.write([put('fine', 1), put(key, 1)])).rejects.toMatchObject(invalid);
        await expect(store.write([put('fine', 1)], [{ key, value: null }])).rejects.toMatchObject(invalid);
        await expect(store.scan({ prefix: '', after: key })).rejects.toMatchObject(invalid);
      }
      await expect(store.scan({ prefix: 'é' })).rejects.toMatchObject(invalid);
      await expect(store.scan({ prefix: '', limit: -1 })).rejects.toMatchObject(invalid);
      await expect(store.scan({ prefix: '', limit: 1.5 })).rejects.toMatchObject(invalid);
      const text = 'not bytes' as unknown as Uint8Array;
      await expect(
        store.write([put('fine', 1), { type: 'put', key: 'a', value: text }]),
      ).rejects.toMatchObject(invalid);
      await expect(store.write([put('fine', 1)], [{ key: 'a', value: text }])).rejects.toMatchObject(invalid);
      expect(await store.get('fine')).toBeNull();
      expect(await store.write([put('k'.repeat(200), 1)])).toBe(true);
    });

    test('a closed store says so, and closing twice is fine', async () => {
      await store.close();
      await store.close();
      const closed = { code: 'store/closed' };
      await expect(store.get('a')).rejects.toMatchObject(closed);
      await expect(store.getMany([])).rejects.toMatchObject(closed);
      await expect(store.scan({ prefix: '' })).rejects.toMatchObject(closed);
      await expect(store.write([])).rejects.toMatchObject(closed);
      await expect(store.destroy()).rejects.toMatchObject(closed);
      await expect(store.blobs.size('a')).rejects.toMatchObject(closed);
      await expect(store.blobs.list()).rejects.toMatchObject(closed);
      await expect(store.blobs.write('a', 'new')).rejects.toMatchObject(closed);
    });

    test('closing and opening again keeps everything, if the store is persistent', async () => {
      await store.write([put('a', 1), put('b', 2)]);
      await store.write([{ type: 'delete', key: 'b' }]);
      await store.close();
      store = await place.open();
      expect(await store.getMany(['a', 'b'])).toEqual([place.persistent ? bytes(1) : null, null]);
    });

    test('destroying leaves nothing', async () => {
      await store.write([put('a', 1)]);
      const sink = await store.blobs.write('blob', 'new');
      await sink.append(bytes(1));
      await sink.commit();
      await store.destroy();
      await expect(store.get('a')).rejects.toMatchObject({ code: 'store/closed' });
      store = await place.open();
      expect(await store.scan({ prefix: '' })).toEqual([]);
      expect(await store.blobs.list()).toEqual([]);
    });

    test('two handles on one place see each other’s writes', async () => {
      if (!place.persistent) return;
      const other = await place.open();
      await store.write([put('a', 1)]);
      expect(await other.get('a')).toEqual(bytes(1));
      expect(await other.write([put('a', 2)], [{ key: 'a', value: bytes(1) }])).toBe(true);
      expect(await store.write([put('a', 3)], [{ key: 'a', value: bytes(1) }])).toBe(false);
      expect(await store.get('a')).toEqual(bytes(2));
      await other.close();
      expect(await store.get('a')).toEqual(bytes(2));
    });
  });
}

function isSame(a: Uint8Array | null | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, index) => byte === b[index]);
}
