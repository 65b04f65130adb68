/**
 * The store in a directory, for Node: `store.sqlite` (WAL, synchronous=FULL) and `blobs/`.
 *
 * Several processes may open one directory. SQLite lets one write at a time; another waits up to five seconds, then
 * gets 'store/busy'. The driver is synchronous, so a call blocks its thread for as long as it works or waits.
 */
import type * as FileSystem from 'node:fs';
import type Libsql from 'libsql';
import { VaultError } from '../errors.js';
import { checkKey, rangeOf, sameBytes, settleBatch } from './arguments.js';
import { type FileBlobs, openFileBlobs } from './file-blobs.js';
import { loadNodeModules, type NodeModules } from './node.js';
import { nodeError } from './node-errors.js';
import type { BlobStore, Entry, Expectation, ScanOptions, Store, Write } from './port.js';

/** The layout this version reads and writes, kept in `PRAGMA user_version`; 0 is a new file. */
const SCHEMA_VERSION = 1;
const BUSY_MS_MAX = 5000;
const RETRY_MS = 10;
/** Up to this size the whole file is checked at opening (some 20 ms); damage in a larger one shows when it is read. */
const CHECKED_BYTES_MAX = 64 * 1024 * 1024;
const FILES = ['store.sqlite', 'store.sqlite-wal', 'store.sqlite-shm', 'store.sqlite-journal'];

type Statement = Libsql.Statement;
type Row = [key: string, value: Uint8Array | ArrayBuffer];

/** Opens or creates the store in the directory `path`; see the door for the contract. */
export async function openSqliteStore({ path }: { readonly path: string }): Promise<Store> {
  const node = loadNodeModules();
  const file = node.path.join(path, 'store.sqlite');
  try {
    node.fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    const database = new node.Database(file, { timeout: BUSY_MS_MAX });
    try {
      await prepareDatabase(database, node.fs, file);
      const blobs = await openFileBlobs(node, node.path.join(path, 'blobs'));
      return new SqliteStore({ node, path, database, blobs });
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw nodeError(error, node.fs, path);
  }
}

async function prepareDatabase(
  database: Libsql.Database,
  fs: typeof FileSystem,
  file: string,
): Promise<void> {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = FULL');
  await switchToWal(database);
  if (fs.statSync(file).size <= CHECKED_BYTES_MAX) {
    const [verdict] = database.prepare('PRAGMA quick_check(1)').raw().get() as [string];
    if (verdict !== 'ok') throw new VaultError('store/damaged', { reason: 'quick-check' });
  }
  if (versionOf(database) === 0) {
    inTransaction(database, 'BEGIN IMMEDIATE', () => {
      if (versionOf(database) !== 0) return;
      database.exec('CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT');
      database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    });
  }
  const version = versionOf(database);
  if (version !== SCHEMA_VERSION) throw new VaultError('format/unsupported', { version });
}

/** The busy timeout does not cover the switch to WAL, which fails at once while another process makes it. */
async function switchToWal(database: Libsql.Database): Promise<void> {
  const deadlineMs = performance.now() + BUSY_MS_MAX;
  for (;;) {
    try {
      database.prepare('PRAGMA journal_mode = WAL').raw().get();
      return;
    } catch (error) {
      if (
        !String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY') ||
        performance.now() > deadlineMs
      ) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function versionOf(database: Libsql.Database): number {
  return (database.prepare('PRAGMA user_version').raw().get() as [number])[0];
}

/** Moves the log into the file. On a full disk or beside another process it stays where it is, as safe as before. */
function tidy(database: Libsql.Database): void {
  try {
    database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').raw().get();
  } catch {
    // The next opening does it.
  }
}

function inTransaction<T>(database: Libsql.Database, begin: string, work: () => T): T {
  database.exec(begin);
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself after a full disk, and then refuses to do it twice.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

interface Parts {
  readonly node: NodeModules;
  readonly path: string;
  readonly database: Libsql.Database;
  readonly blobs: FileBlobs;
}

interface Statements {
  readonly get: Statement;
  readonly forward: Statement;
  readonly backward: Statement;
  readonly put: Statement;
  readonly delete: Statement;
}

class SqliteStore implements Store {
  readonly blobs: BlobStore;
  readonly #parts: Parts;
  #statements: Statements | null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.blobs = parts.blobs;
    const { database } = parts;
    const range = 'SELECT key, value FROM entries WHERE key > ? AND key < ? ORDER BY key';
    this.#statements = {
      get: database.prepare('SELECT value FROM entries WHERE key = ?').raw(),
      forward: database.prepare(`${range} LIMIT ?`).raw(),
      backward: database.prepare(`${range} DESC LIMIT ?`).raw(),
      put: database.prepare(
        'INSERT INTO entries (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      ),
      delete: database.prepare('DELETE FROM entries WHERE key = ?'),
    };
  }

  async get(key: string): Promise<Uint8Array | null> {
    return this.#run((statements) => {
      checkKey(key);
      return storedValue(statements, key);
    });
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | null)[]> {
    return this.#run((statements, database) => {
      for (const key of keys) checkKey(key);
      return inTransaction(database, 'BEGIN', () => keys.map((key) => storedValue(statements, key)));
    });
  }

  async scan(options: ScanOptions): Promise<Entry[]> {
    return this.#run((statements) => {
      const { above, below, limit, reverse } = rangeOf(options);
      const statement = reverse ? statements.backward : statements.forward;
      const rows = statement.all(above, below, limit === Infinity ? -1 : limit) as Row[];
      return rows.map(([key, value]) => ({ key, value: plainBytes(value) }));
    });
  }

  async write(batch: readonly Write[], expect: readonly Expectation[] = []): Promise<boolean> {
    return this.#run((statements, database) => {
      const outcomes = settleBatch(batch, expect);
      return inTransaction(database, 'BEGIN IMMEDIATE', () => {
        if (!expect.every(({ key, value }) => sameBytes(storedValue(statements, key), value))) return false;
        for (const [key, value] of outcomes) {
          if (value === null) statements.delete.run(key);
          else statements.put.run(key, value);
        }
        return true;
      });
    });
  }

  async close(): Promise<void> {
    if (this.#statements === null) return;
    // The driver keeps its connection until every statement is collected, so none may stay reachable.
    this.#statements = null;
    const { database, blobs, node, path } = this.#parts;
    try {
      await blobs.close();
    } catch (error) {
      throw nodeError(error, node.fs, path);
    } finally {
      tidy(database);
      database.close();
    }
  }

  async destroy(): Promise<void> {
    await this.#run((_, database) => {
      // Another handle still open on this directory sees an empty store, and not a file that is gone.
      inTransaction(database, 'BEGIN IMMEDIATE', () => database.exec('DELETE FROM entries'));
    });
    await this.close();
    const { blobs, node, path } = this.#parts;
    try {
      await blobs.destroy();
      for (const name of FILES) await node.fs.promises.rm(node.path.join(path, name), { force: true });
      // The directory goes too unless something else lives in it.
      if ((await node.fs.promises.readdir(path)).length === 0) await node.fs.promises.rmdir(path);
    } catch (error) {
      throw nodeError(error, node.fs, path);
    }
  }

  #run<T>(work: (statements: Statements, database: Libsql.Database) => T): T {
    if (this.#statements === null) throw new VaultError('store/closed');
    try {
      return work(this.#statements, this.#parts.database);
    } catch (error) {
      throw nodeError(error, this.#parts.node.fs, this.#parts.path);
    }
  }
}

function storedValue(statements: Statements, key: string): Uint8Array | null {
  const row = statements.get.get(key) as [Uint8Array | ArrayBuffer] | undefined;
  return row === undefined ? null : plainBytes(row[0]);
}

/** The driver hands out a `Buffer` or an `ArrayBuffer`, according to its version; callers get neither. */
function plainBytes(value: Uint8Array | ArrayBuffer): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
