/**
 * Keys that the platform keeps, lets one use and gives to nobody, and how often a store was locked on purpose.
 *
 * One small database for the whole origin, through `idb`, so that it can be read where no store is open: by a page whose
 * worker holds the vault, by a service worker, by a guest frame. What is kept here is opaque, as in a store.
 */
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { VaultError } from '../errors.js';
import { load } from '../load.js';
import { browserError } from './indexeddb-errors.js';

const DATABASE = 'coffret-device';
const VERSION = 1;

/** A key that cannot be exported, and the sealed bytes that it opens. */
export interface KeptKey {
  readonly key: CryptoKey;
  readonly bytes: Uint8Array;
}

interface Schema extends DBSchema {
  /** By the scope of a store. */
  keys: { key: string; value: KeptKey };
  /** How often the store of this scope was locked on purpose. */
  locks: { key: string; value: number };
}

type Rows = IDBPTransaction<Schema, ('keys' | 'locks')[], 'readwrite'>;

/**
 * Keeps a key for the store of this scope, in place of the former one, unless the store was locked since `locks`.
 *
 * Returns false when it was. Throws `store/unavailable` where there is no such keystore (Node, some private windows),
 * `store/quota`, `store/damaged`, `format/unsupported`, as everything in this file.
 */
export async function keepKey(scope: string, kept: KeptKey, locks: number): Promise<boolean> {
  return inKeystore(async (rows) => {
    if (((await rows.objectStore('locks').get(scope)) ?? 0) !== locks) return false;
    await rows.objectStore('keys').put({ key: kept.key, bytes: kept.bytes.slice() }, scope);
    return true;
  });
}

/** The key kept for the store of this scope, or null, and how often the store was locked, both of one instant. */
export async function findKey(
  scope: string,
): Promise<{ readonly kept: KeptKey | null; readonly locks: number }> {
  return inKeystore(async (rows) => ({
    kept: (await rows.objectStore('keys').get(scope)) ?? null,
    locks: (await rows.objectStore('locks').get(scope)) ?? 0,
  }));
}

/** Deletes the key kept for the store of this scope. */
export async function forgetKey(scope: string): Promise<void> {
  await inKeystore((rows) => rows.objectStore('keys').delete(scope));
}

/**
 * How often the store of this scope was locked on purpose on this device.
 *
 * A tab that finds more than when it opened the store was not told (it was frozen), and locks.
 */
export async function readLockCount(scope: string): Promise<number> {
  return inKeystore(async (rows) => (await rows.objectStore('locks').get(scope)) ?? 0);
}

/** Notes that the store of this scope is locked, and deletes the key kept for it; returns the count. */
export async function countLock(scope: string): Promise<number> {
  return inKeystore(async (rows) => {
    const locks = ((await rows.objectStore('locks').get(scope)) ?? 0) + 1;
    await rows.objectStore('keys').delete(scope);
    await rows.objectStore('locks').put(locks, scope);
    return locks;
  });
}

/** Runs one transaction on a connection of its own: none is held, so none can be lost while a tab sleeps. */
async function inKeystore<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
  let database: IDBPDatabase<Schema> | null = null;
  try {
    // Inside: in a sandboxed frame some browsers throw at the sight of it.
    if (typeof indexedDB === 'undefined')
      throw new VaultError('store/unavailable', { reason: 'no-indexeddb' });
    const { openDB } = await load('idb', () => import('idb'));
    database = await openDB<Schema>(DATABASE, VERSION, {
      upgrade(created) {
        created.createObjectStore('keys');
        created.createObjectStore('locks');
      },
    });
    const rows = database.transaction(['keys', 'locks'], 'readwrite', { durability: 'strict' });
    const [result] = await Promise.all([work(rows), rows.done]);
    return result;
  } catch (error) {
    throw browserError(error);
  } finally {
    database?.close();
  }
}
