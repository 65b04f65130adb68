/**
 * A connection to one IndexedDB database, through Dexie, that outlives what browsers do to connections.
 *
 * A connection can go at any time: Safari drops it in the background, the user clears the site's data, another tab
 * deletes the database or brings a newer version. The first is repaired once for each call, by opening again; the
 * others are told apart by the id that a database gets when it is created, and end the store.
 */
import type { Dexie, Table } from 'dexie';
import { systemRandom } from '../crypto/random.js';
import { VaultError } from '../errors.js';
import { load } from '../load.js';
import { browserError, isConnectionLost } from './indexeddb-errors.js';

/** Dexie's number for the layout below; the browser keeps ten times as much. */
const SCHEMA_VERSION = 1;
const SCHEMA = { entries: 'key', marks: 'name', blobs: 'id', pieces: '[id+index]' };

/** A stored key and its value. */
export interface EntryRow {
  readonly key: string;
  readonly value: Uint8Array;
}

/** What a database remembers of itself. */
export interface MarkRow {
  readonly name: 'database' | 'fenced-writes';
  readonly values: readonly string[];
}

/** What is known of one blob or part. */
export interface BlobRow {
  readonly id: string;
  /** Durable bytes. */
  readonly bytes: number;
  readonly complete: boolean;
  /** Where the bytes are: in a file of the origin, or in `pieces`. */
  readonly place: 'file' | 'pieces';
  /** The sink that may write; another one that finds it changed stops. */
  readonly writer: string;
}

/** A piece of a blob, 1 MiB unless it is the last. */
export interface PieceRow {
  readonly id: string;
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** The tables, for use inside `run`. */
export interface Tables {
  readonly entries: Table<EntryRow, string>;
  readonly marks: Table<MarkRow, string>;
  readonly blobs: Table<BlobRow, string>;
  readonly pieces: Table<PieceRow, [string, number]>;
}

/** One transaction's worth of work; it awaits nothing but what these tables return. */
export type Work<T> = (tables: Tables, isRetry: boolean) => Promise<T>;

/** An open database. */
export class Connection {
  readonly #name: string;
  readonly #DexieClass: typeof Dexie;
  #database: Dexie;
  /** The mark of the database opened first; one found in its place later is not the same. */
  #identity: string | null = null;
  #reopening: Promise<void> | null = null;
  /** Why nothing works any more. */
  #ended: VaultError | null = null;

  private constructor(name: string, DexieClass: typeof Dexie) {
    this.#name = name;
    this.#DexieClass = DexieClass;
    this.#database = this.#make();
  }

  /** Opens or creates the database; throws 'store/unavailable' where there is no IndexedDB. */
  static async open(name: string): Promise<Connection> {
    try {
      // Inside: in a sandboxed frame some browsers throw at the sight of it.
      if (typeof indexedDB === 'undefined') {
        throw new VaultError('store/unavailable', { reason: 'no-indexeddb' });
      }
      // A frame of no origin, as `sandbox` makes it. Asked here, because Chromium's `databases()` both throws there and
      // leaves behind a rejection that nobody can catch.
      if (globalThis.origin === 'null' && globalThis.location.protocol !== 'file:') {
        throw new VaultError('store/unavailable', { reason: 'no-origin' });
      }
      await refuseNewer(name);
      const DexieClass = await loadDexie();
      const connection = new Connection(name, DexieClass);
      await connection.#open();
      return connection;
    } catch (error) {
      throw browserError(error);
    }
  }

  /** Runs one transaction, once more on a new connection when the old one turns out to be gone. */
  async run<T>(mode: 'r' | 'rw', tables: readonly (keyof Tables)[], work: Work<T>): Promise<T> {
    const used = this.#database;
    try {
      return await this.#transact(mode, tables, (own) => work(own, false));
    } catch (error) {
      if (this.#ended !== null) throw this.#ended;
      if (!isConnectionLost(error)) throw browserError(error);
    }
    try {
      await this.#reopen(used);
      return await this.#transact(mode, tables, (own) => work(own, true));
    } catch (error) {
      throw this.#ended ?? browserError(error);
    }
  }

  /** Lets go of the database. */
  close(): void {
    this.#ended = new VaultError('store/closed');
    this.#database.close();
  }

  /** Deletes the database and closes; throws 'store/busy' when another tab keeps it open in spite of being asked. */
  async destroy(): Promise<void> {
    this.close();
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(this.#name);
      request.onsuccess = () => resolve();
      request.onerror = () => reject(browserError(request.error));
      request.onblocked = () => reject(new VaultError('store/busy', { reason: 'blocked' }));
    });
  }

  #transact<T>(
    mode: 'r' | 'rw',
    tables: readonly (keyof Tables)[],
    work: (tables: Tables) => Promise<T>,
  ): PromiseLike<T> {
    if (this.#ended !== null) throw this.#ended;
    const database = this.#database;
    return database.transaction(mode, tables, async () => work(database as unknown as Tables));
  }

  async #reopen(lost: Dexie): Promise<void> {
    if (this.#database === lost && this.#reopening === null) {
      lost.close();
      this.#database = this.#make();
      this.#reopening = this.#open().finally(() => {
        this.#reopening = null;
      });
    }
    await this.#reopening;
  }

  #make(): Dexie {
    const database = new this.#DexieClass(this.#name, {
      autoOpen: false,
      cache: 'disabled',
      chromeTransactionDurability: 'strict',
    });
    // Asked only before Dexie opens a dead connection again by itself; that is for `run`, which does it once for all.
    database.isOpen = () => false;
    // It would broadcast the keys of every write to the whole origin.
    database.unuse({ stack: 'dbcore', name: 'Observability' });
    database.version(SCHEMA_VERSION).stores(SCHEMA);
    database.on('populate', (transaction) => {
      const row: MarkRow = { name: 'database', values: [randomName()] };
      void transaction.table('marks').add(row);
    });
    // Runs at every opening, those that Dexie makes by itself included.
    database.on('ready', () => this.#identify(database), true);
    // Returning false keeps Dexie's own handlers out: they write to the console and open again whatever was deleted.
    database.on('versionchange', (event) => {
      const code = event.newVersion === null ? 'store/closed' : 'format/unsupported';
      this.#ended ??= new VaultError(code, { reason: 'versionchange' });
      database.close();
      return false;
    });
    database.on('blocked', () => false);
    return database;
  }

  async #open(): Promise<void> {
    const database = this.#database;
    try {
      await database.open();
    } catch (error) {
      database.close();
      throw error;
    }
    if (this.#ended !== null) database.close();
  }

  async #identify(database: Dexie): Promise<void> {
    const version = database.backendDB().version / 10;
    if (version > SCHEMA_VERSION) throw new VaultError('format/unsupported', { version });
    const mark = (await database.table<MarkRow>('marks').get('database'))?.values[0];
    if (mark === undefined) throw new VaultError('store/damaged', { reason: 'no-mark' });
    if (this.#identity !== null && this.#identity !== mark) {
      this.#ended = new VaultError('store/damaged', { reason: 'replaced' });
      throw this.#ended;
    }
    this.#identity = mark;
  }
}

/**
 * The ES module itself: the package's entry for `import` is a wrapper around CommonJS, which no browser can load as it
 * is (a development server that does not prepare packages hands it over so), and which refuses a second version of
 * Dexie in the app.
 */
async function loadDexie(): Promise<typeof Dexie> {
  // @ts-expect-error: it has no declarations of its own; they are those of the package.
  return (await load('dexie', () => import('dexie/dist/modern/dexie.mjs'))).Dexie;
}

/** A random name that no other handle has. */
export function randomName(): string {
  return Array.from(systemRandom(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Stops before Dexie, which would add this version's tables to a newer database. */
async function refuseNewer(name: string): Promise<void> {
  const found = (await indexedDB.databases?.())?.find((database) => database.name === name);
  const version = (found?.version ?? 0) / 10;
  if (version > SCHEMA_VERSION) throw new VaultError('format/unsupported', { version });
}
