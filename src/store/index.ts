/** `coffret/store`: where sealed bytes rest on a device. */
import { load } from '../load.js';
import type { Store } from './port.js';

export { createMemoryStore } from './memory.js';
export {
  explainStorage,
  requestPersistence,
  type StorageState,
  type StorageWarning,
  storageState,
} from './persistence.js';
export type {
  BlobEntry,
  BlobSink,
  BlobStore,
  Entry,
  Expectation,
  ScanOptions,
  Store,
  Write,
} from './port.js';

/**
 * Opens or creates a store in a directory, for Node: `store.sqlite` and `blobs/`.
 *
 * Several processes may have it open: one writes at a time, the others wait up to five seconds and then get
 * 'store/busy'. Calls on keys block the thread for as long as they take. Throws 'store/damaged' when the file is not
 * a sound database, 'format/unsupported' when a newer version of this package made it, 'store/unavailable' outside
 * Node or when the directory cannot be used.
 */
export async function openSqliteStore(options: { readonly path: string }): Promise<Store> {
  const { openSqliteStore: open } = await load('sqlite', () => import('./sqlite.js'));
  return open(options);
}

/**
 * Opens or creates the store `name` (letters, digits, `_`, `-`; at most 80) of this origin, for browsers.
 *
 * Keys and values are in IndexedDB, written with strict durability. Blobs are files of the origin when the store is
 * opened in a dedicated worker, and 1 MiB rows of IndexedDB elsewhere; both are readable from everywhere. A
 * connection that the browser drops is opened again once for each call. Throws 'store/unavailable' where there is no
 * IndexedDB or the browser refuses it, 'format/unsupported' when a newer version of this package made the store,
 * 'usage/not-loaded' when the code for it cannot be had;
 * once another tab destroys the store every call throws 'store/closed', and once the browser or the user has
 * cleared it, 'store/damaged'.
 */
export async function openIndexedDbStore(options: { readonly name: string }): Promise<Store> {
  const { openIndexedDbStore: open } = await load('indexeddb', () => import('./indexeddb.js'));
  return open(options);
}
