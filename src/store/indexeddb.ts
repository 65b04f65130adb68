/** The store in a browser: IndexedDB for keys and values, and the origin's private files for blobs where it can. */
import { VaultError } from '../errors.js';
import { checkKey, rangeOf, sameBytes, settleBatch } from './arguments.js';
import { type BrowserBlobs, openBrowserBlobs } from './browser-blobs.js';
import { Connection, type EntryRow, type MarkRow, randomName, type Tables } from './indexeddb-connection.js';
import { forgetKey } from './device-keystore.js';
import { browserError } from './indexeddb-errors.js';
import type { BlobStore, Entry, Expectation, ScanOptions, Store, Write } from './port.js';

const NAME = /^[\w-]{1,80}$/;
/** So many fenced writes of other tabs may come between a lost answer and its second try. */
const FENCED_WRITES_KEPT = 16;

/** Opens or creates the store `name` of this origin; see the door for the contract. */
export async function openIndexedDbStore({ name }: { readonly name: string }): Promise<Store> {
  if (typeof name !== 'string' || !NAME.test(name))
    throw new VaultError('usage/invalid', { argument: 'name' });
  const database = `coffret-${name}`;
  const connection = await Connection.open(database);
  return new IndexedDbStore(connection, openBrowserBlobs(connection, database), database);
}

class IndexedDbStore implements Store {
  readonly blobs: BlobStore;
  readonly scope: string;
  readonly #connection: Connection;
  readonly #blobs: BrowserBlobs;
  #open = true;

  constructor(connection: Connection, blobs: BrowserBlobs, scope: string) {
    this.scope = scope;
    this.#connection = connection;
    this.#blobs = blobs;
    this.blobs = blobs;
  }

  async get(key: string): Promise<Uint8Array | null> {
    checkKey(key);
    return this.#connection.run(
      'r',
      ['entries'],
      async ({ entries }) => (await entries.get(key))?.value ?? null,
    );
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | null)[]> {
    for (const key of keys) checkKey(key);
    return this.#connection.run('r', ['entries'], ({ entries }) => valuesOf(entries, keys));
  }

  async scan(options: ScanOptions): Promise<Entry[]> {
    const { above, below, limit, reverse } = rangeOf(options);
    return this.#connection.run('r', ['entries'], async ({ entries }) => {
      // An interval whose ends have met is not a range to IndexedDB.
      if (limit === 0 || above >= below) return [];
      const range = entries.where('key').between(above, below, false, false);
      return (reverse ? range.reverse() : range).limit(limit).toArray();
    });
  }

  async write(batch: readonly Write[], expect: readonly Expectation[] = []): Promise<boolean> {
    const outcomes = settleBatch(batch, expect);
    const deleted = [...outcomes].filter(([, value]) => value === null).map(([key]) => key);
    const rows = [...outcomes].flatMap(([key, value]) => (value ? [{ key, value: ownBytes(value) }] : []));
    const keys = expect.map(({ key }) => key);
    const token = randomName();
    return this.#connection.run('rw', ['entries', 'marks'], async ({ entries, marks }, isRetry) => {
      if (keys.length > 0) {
        // The first try may have been committed, and only its answer lost: then its own outcome is what it finds.
        if (isRetry && (await fencedWrites(marks)).includes(token)) return true;
        const values = await valuesOf(entries, keys);
        if (!expect.every(({ value }, index) => sameBytes(values[index] ?? null, value))) return false;
        if (outcomes.size > 0) await noteFencedWrite(marks, token);
      }
      if (deleted.length > 0) await entries.bulkDelete(deleted);
      if (rows.length > 0) await entries.bulkPut(rows);
      return true;
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    try {
      await this.#blobs.close();
    } finally {
      this.#connection.close();
    }
  }

  async destroy(): Promise<void> {
    if (!this.#open) throw new VaultError('store/closed');
    await this.close();
    try {
      await this.#blobs.destroy();
      await this.#connection.destroy();
      await forgetKey(this.scope);
    } catch (error) {
      throw browserError(error);
    }
  }
}

async function valuesOf(entries: Tables['entries'], keys: readonly string[]): Promise<(Uint8Array | null)[]> {
  const rows: (EntryRow | undefined)[] = await entries.bulkGet([...keys]);
  return rows.map((row) => row?.value ?? null);
}

async function fencedWrites(marks: Tables['marks']): Promise<readonly string[]> {
  return (await marks.get('fenced-writes'))?.values ?? [];
}

async function noteFencedWrite(marks: Tables['marks'], token: string): Promise<void> {
  const values = [...(await fencedWrites(marks)), token].slice(-FENCED_WRITES_KEPT);
  const row: MarkRow = { name: 'fenced-writes', values };
  await marks.put(row);
}

/** A view is cloned with the whole buffer behind it, so only the bytes meant are handed over. */
function ownBytes(value: Uint8Array): Uint8Array {
  return value.byteLength === value.buffer.byteLength ? value : value.slice();
}
