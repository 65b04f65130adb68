import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { openIndexedDbStore, openSqliteStore, type Store } from '../../../src/store/index.js';
import { createStoreWorker } from '../../conformance/remote-store.js';

const MEBIBYTE = 1024 * 1024;
const bytes = (...values: number[]) => Uint8Array.from(values);

let name: string;
let stores: Store[];

beforeEach(() => {
  name = crypto.randomUUID();
  stores = [];
});

afterEach(async () => {
  for (const store of stores) await store.close();
  await (await openIndexedDbStore({ name })).destroy().catch(() => {});
});

async function open(): Promise<Store> {
  const store = await openIndexedDbStore({ name });
  stores.push(store);
  return store;
}

function openWorker() {
  const worker = createStoreWorker();
  onTestFinished(() => worker.terminate());
  return worker;
}

/** The connections opened from now on, as the browser knows them. */
function watchConnections(): IDBDatabase[] {
  const found: IDBDatabase[] = [];
  const plainOpen = indexedDB.open.bind(indexedDB);
  const spy = vi.spyOn(indexedDB, 'open').mockImplementation((...parameters) => {
    const request = plainOpen(...parameters);
    request.addEventListener('success', () => found.push(request.result));
    return request;
  });
  onTestFinished(() => spy.mockRestore());
  return found;
}

function deleteDatabase(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`coffret-${name}`);
    request.onsuccess = resolve;
    request.onerror = reject;
  });
}

describe('a connection that the browser drops', () => {
  test('is opened again, and the call goes on', async () => {
    const connections = watchConnections();
    const store = await open();
    await store.write([{ type: 'put', key: 'a', value: bytes(1) }]);
    connections.at(-1)?.close();
    expect(await store.get('a')).toEqual(bytes(1));
    connections.at(-1)?.close();
    const many = await Promise.all(
      [1, 2, 3].map((row) => store.write([{ type: 'put', key: `r/${row}`, value: bytes(row) }])),
    );
    expect(many).toEqual([true, true, true]);
    connections.at(-1)?.close();
    expect(await store.scan({ prefix: 'r/' })).toHaveLength(3);
    expect(connections).toHaveLength(4);
  });

  test('after a fenced write was committed does not make its answer false', async () => {
    const connections = watchConnections();
    // Once armed, the browser ends the connection between the next commit and its answer.
    let armed = false;
    const plain = IDBDatabase.prototype.transaction;
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (
      this: IDBDatabase,
      ...parameters
    ) {
      const transaction = plain.apply(this, parameters);
      if (armed) {
        armed = false;
        transaction.addEventListener('complete', (event) => {
          event.stopImmediatePropagation();
          connections.at(-1)?.close();
          transaction.onabort?.call(transaction, new Event('abort', { cancelable: true }));
        });
      }
      return transaction;
    });
    onTestFinished(() => spy.mockRestore());
    const store = await open();
    armed = true;
    const fence = [{ key: 'epoch', value: null }];
    expect(await store.write([{ type: 'put', key: 'epoch', value: bytes(1) }], fence)).toBe(true);
    expect(armed).toBe(false);
    expect(connections).toHaveLength(2);
    expect(await store.write([{ type: 'put', key: 'epoch', value: bytes(2) }], fence)).toBe(false);
    expect(await store.get('epoch')).toEqual(bytes(1));
  });
});

describe('a database', () => {
  test('that another tab destroys closes this store, and does not come back empty', async () => {
    const store = await open();
    await store.write([{ type: 'put', key: 'a', value: bytes(1) }]);
    const other = await open();
    await other.destroy();
    stores.pop();
    await expect(store.get('a')).rejects.toMatchObject({ code: 'store/closed' });
    await expect(store.write([])).rejects.toMatchObject({ code: 'store/closed' });
    expect((await indexedDB.databases()).map((found) => found.name)).not.toContain(`coffret-${name}`);
  });

  test('that was replaced while the connection was down is not taken for the old one', async () => {
    const connections = watchConnections();
    const store = await open();
    await store.write([{ type: 'put', key: 'a', value: bytes(1) }]);
    connections.at(-1)?.close();
    await deleteDatabase();
    await expect(store.get('a')).rejects.toMatchObject({ code: 'store/damaged' });
    await expect(store.write([{ type: 'put', key: 'a', value: bytes(1) }])).rejects.toMatchObject({
      code: 'store/damaged',
    });
  });

  test('of a newer version is refused, and left as it is', async () => {
    await (await open()).close();
    await new Promise<void>((resolve) => {
      const request = indexedDB.open(`coffret-${name}`, 20);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
    await expect(openIndexedDbStore({ name })).rejects.toMatchObject({ code: 'format/unsupported' });
    const found = (await indexedDB.databases()).find((database) => database.name === `coffret-${name}`);
    expect(found?.version).toBe(20);
    await deleteDatabase();
  });

  test('that a newer version wants to upgrade is let go', async () => {
    const store = await open();
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(`coffret-${name}`, 20);
      request.onblocked = reject;
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'format/unsupported' });
    await deleteDatabase();
  });

  test.each([
    ['is none', { value: undefined }],
    [
      'is kept from the page',
      {
        get: () => {
          throw new DOMException('The document is sandboxed.', 'SecurityError');
        },
      },
    ],
  ])('cannot be opened where there %s', async (_, property) => {
    const real = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB') as PropertyDescriptor;
    Object.defineProperty(globalThis, 'indexedDB', { ...property, configurable: true });
    onTestFinished(() => {
      Object.defineProperty(globalThis, 'indexedDB', real);
    });
    await expect(openIndexedDbStore({ name })).rejects.toMatchObject({ code: 'store/unavailable' });
    Object.defineProperty(globalThis, 'indexedDB', real);
  });
});

test('a name cannot be anything but a name', async () => {
  for (const wrong of ['', 'a/b', '..', 'é', 'a'.repeat(81)]) {
    await expect(openIndexedDbStore({ name: wrong })).rejects.toMatchObject({ code: 'usage/invalid' });
  }
});

test('SQLite is not for browsers', async () => {
  await expect(openSqliteStore({ path: '/x' })).rejects.toMatchObject({ code: 'store/unavailable' });
});

test('keys are not broadcast to the origin', async () => {
  const heard: unknown[] = [];
  const channel = new BroadcastChannel('x-storagemutated-1');
  const fence = new BroadcastChannel('x-storagemutated-1');
  onTestFinished(() => {
    channel.close();
    fence.close();
  });
  const done = new Promise<void>((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data === 'end') resolve();
      else heard.push(data);
    };
  });
  const store = await open();
  await store.write([{ type: 'put', key: 'op/secret-id', value: bytes(1) }]);
  fence.postMessage('end');
  await done;
  expect(JSON.stringify(heard)).not.toContain('secret-id');
});

describe('blobs', () => {
  async function filesOfOrigin(): Promise<string[]> {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    const directory = await root.getDirectoryHandle(`coffret-${name}`).catch(() => null);
    if (directory) for await (const file of directory.keys()) names.push(file);
    return names;
  }

  test('written in a worker are files, readable and removable from the page', async () => {
    const worker = openWorker();
    const inWorker = await worker.open(name);
    const sink = await inWorker.blobs.write('file', 'new');
    await sink.append(bytes(1, 2, 3));
    const store = await open();
    await expect(store.blobs.remove('file')).rejects.toMatchObject({ code: 'store/busy' });
    await sink.commit();
    expect(await filesOfOrigin()).toEqual(['file']);
    expect(await store.blobs.read('file', 1, 2)).toEqual(bytes(2, 3));
    await store.blobs.remove('file');
    expect(await filesOfOrigin()).toEqual([]);
    expect(await inWorker.blobs.size('file')).toBeNull();
    await inWorker.close();
  });

  test('written on a page are pieces, readable in a worker', async () => {
    const store = await open();
    const sink = await store.blobs.write('pieces', 'new');
    await sink.append(new Uint8Array(2 * MEBIBYTE + 5).fill(7));
    await sink.commit();
    expect(await filesOfOrigin()).toEqual([]);
    const inWorker = await openWorker().open(name);
    expect(await inWorker.blobs.read('pieces', 2 * MEBIBYTE - 1, 6)).toEqual(bytes(7, 7, 7, 7, 7, 7));
    await inWorker.close();
  });

  test('of a worker that is terminated resume at what is durable', async () => {
    const worker = openWorker();
    const sink = await (await worker.open(name)).blobs.write('a', 'new');
    for (let piece = 0; piece < 20; piece += 1) await sink.append(new Uint8Array(MEBIBYTE).fill(piece));
    worker.terminate();
    const inWorker = await openWorker().open(name);
    // The browser frees the file a moment after its worker is gone.
    const again = await vi.waitFor(() => inWorker.blobs.write('a', 'resume'));
    expect(again.offset).toBe(16 * MEBIBYTE);
    await again.commit();
    expect(await inWorker.blobs.size('a')).toBe(16 * MEBIBYTE);
    expect(await inWorker.blobs.read('a', 16 * MEBIBYTE - 1, 1)).toEqual(bytes(15));
    await inWorker.close();
  });

  test('a second tab that starts a blob anew stops the first', async () => {
    const first = await (await open()).blobs.write('a', 'new');
    await first.append(new Uint8Array(MEBIBYTE).fill(1));
    const store = await open();
    const second = await store.blobs.write('a', 'new');
    await expect(first.append(new Uint8Array(MEBIBYTE))).rejects.toMatchObject({ code: 'store/busy' });
    expect(first.offset).toBe(MEBIBYTE);
    await second.append(bytes(2));
    await second.commit();
    expect(await store.blobs.read('a', 0, 1)).toEqual(bytes(2));
  });

  test('whose bytes are gone behind the store’s back are damaged, and files without a row are listed', async () => {
    const inWorker = await openWorker().open(name);
    const sink = await inWorker.blobs.write('a', 'new');
    await sink.append(bytes(1));
    await sink.commit();
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle(`coffret-${name}`);
    await directory.removeEntry('a');
    await directory.getFileHandle('orphan', { create: true });
    const store = await open();
    await expect(store.blobs.read('a', 0, 1)).rejects.toMatchObject({ code: 'store/damaged' });
    expect(await store.blobs.list()).toEqual([
      { id: 'a', bytes: 1, complete: true },
      { id: 'orphan', bytes: 0, complete: false },
    ]);
    await store.blobs.remove('orphan');
    expect(await filesOfOrigin()).toEqual([]);
    await inWorker.close();
  });
});

// Chromium holds IndexedDB to an overridden quota only now and then; files it holds to it always.
test('a full origin takes no more of a blob, keeps what it took, and goes on once there is room', async () => {
  const inWorker = await openWorker().open(name);
  const sink = await inWorker.blobs.write('blob', 'new');
  await sink.append(bytes(1, 2, 3));
  const setQuota = (limit: { readonly quotaSize?: number }) =>
    cdp().send('Storage.overrideQuotaForOrigin', { origin: location.origin, ...limit });
  onTestFinished(async () => {
    await setQuota({});
  });
  await setQuota({ quotaSize: MEBIBYTE });
  const large = new Uint8Array(8 * MEBIBYTE).fill(9);
  await expect(sink.append(large)).rejects.toMatchObject({ code: 'store/quota' });
  expect(sink.offset).toBe(3);
  await setQuota({});
  await sink.append(large);
  await sink.commit();
  expect(await inWorker.blobs.size('blob')).toBe(8 * MEBIBYTE + 3);
  expect(await inWorker.blobs.read('blob', 0, 4)).toEqual(bytes(1, 2, 3, 9));
  await inWorker.close();
});
