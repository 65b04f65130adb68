/** `coffret/store`: where sealed bytes rest on a device. */
import type { Store } from './port.js';

export { createMemoryStore } from './memory.js';
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
  const { openSqliteStore: open } = await import('./sqlite.js');
  return open(options);
}
