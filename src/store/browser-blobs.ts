/**
 * Blobs in a browser: a row for each in IndexedDB, its bytes in a file where one can be written, else in pieces.
 *
 * The row is what counts: it comes before the first byte, says how many are durable, and makes the blob visible.
 */
import { VaultError } from '../errors.js';
import { checkBlobId, checkSpan } from './arguments.js';
import { openPieces, readPieces, removePieces } from './indexeddb-blobs.js';
import { type BlobRow, type Connection, randomName } from './indexeddb-connection.js';
import { browserError } from './indexeddb-errors.js';
import { BlobFiles, canWriteFiles, OpfsPart } from './opfs.js';
import type { BlobEntry, BlobSink, BlobStore } from './port.js';
import { type Part, Sinks } from './sinks.js';

/** A blob store in a browser, with the two calls its store needs to end it. */
export interface BrowserBlobs extends BlobStore {
  close(): Promise<void>;
  destroy(): Promise<void>;
}

/** The blobs of the database `name`; their files are in a directory of the same name. */
export function openBrowserBlobs(connection: Connection, name: string): BrowserBlobs {
  return new Blobs(connection, new BlobFiles(name));
}

class Blobs implements BrowserBlobs {
  readonly #connection: Connection;
  readonly #files: BlobFiles;
  readonly #sinks = new Sinks(browserError);

  constructor(connection: Connection, files: BlobFiles) {
    this.#connection = connection;
    this.#files = files;
  }

  async write(id: string, mode: 'new' | 'resume'): Promise<BlobSink> {
    return this.#run(id, () =>
      this.#sinks.open(id, async () => {
        const stored = await this.#row(id);
        if (stored?.complete) throw new VaultError('usage/invalid', { argument: 'blob id', id });
        // A file begun in a worker cannot be gone on with elsewhere.
        const usable = stored !== null && (stored.place === 'pieces' || canWriteFiles());
        const resumed = mode === 'resume' && usable ? stored : null;
        if (stored !== null && resumed === null) await this.#delete(id);
        return this.#begin({
          id,
          bytes: resumed?.bytes ?? 0,
          complete: false,
          place: resumed?.place ?? (canWriteFiles() ? 'file' : 'pieces'),
          writer: randomName(),
        });
      }),
    );
  }

  async size(id: string): Promise<number | null> {
    return this.#run(id, async () => {
      const row = await this.#row(id);
      return row?.complete ? row.bytes : null;
    });
  }

  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#run(id, async () => {
      checkSpan(offset, length);
      const row = await this.#row(id);
      // Bounded by what is there before anything is allocated.
      if (!row?.complete || offset + length > row.bytes) throw new VaultError('store/damaged', { id });
      if (length === 0) return new Uint8Array(0);
      const bytes =
        row.place === 'file'
          ? await this.#files.read(id, offset, length)
          : await readPieces(this.#connection, { id, offset, length });
      if (bytes.length !== length) throw new VaultError('store/damaged', { id });
      return bytes;
    });
  }

  async remove(id: string): Promise<void> {
    return this.#run(id, async () => {
      this.#sinks.checkFree(id);
      await this.#delete(id);
    });
  }

  async list(): Promise<BlobEntry[]> {
    return this.#run(null, async () => {
      const rows = await this.#connection.run('r', ['blobs'], ({ blobs }) =>
        Promise.resolve(blobs.toArray()),
      );
      const known = new Set(rows.map(({ id }) => id));
      // Files whose row is gone: what a cleared database leaves behind.
      const orphans = (await this.#files.list()).filter((id) => !known.has(id));
      return [
        ...rows.map(({ id, bytes, complete }) => ({ id, bytes, complete })),
        ...orphans.map((id) => ({ id, bytes: 0, complete: false })),
      ].sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  close(): Promise<void> {
    return this.#sinks.close();
  }

  destroy(): Promise<void> {
    return this.#files.destroy();
  }

  async #begin(row: BlobRow): Promise<Part> {
    await this.#connection.run('rw', ['blobs'], ({ blobs }) => Promise.resolve(blobs.put(row)));
    if (row.place === 'pieces') return openPieces(this.#connection, row);
    return new OpfsPart({
      handle: await this.#files.open(row.id, row.bytes),
      durableBytes: row.bytes,
      note: (bytes, complete) => this.#note({ ...row, bytes, complete }),
      remove: () => this.#delete(row.id),
    });
  }

  async #note(row: BlobRow): Promise<void> {
    await this.#connection.run('rw', ['blobs'], ({ blobs }) => Promise.resolve(blobs.put(row)));
  }

  async #row(id: string): Promise<BlobRow | null> {
    return this.#connection.run('r', ['blobs'], async ({ blobs }) => (await blobs.get(id)) ?? null);
  }

  /** The file goes first: a row without a file is a part to remove again, a file without a row is easily missed. */
  async #delete(id: string): Promise<void> {
    await this.#files.remove(id);
    await removePieces(this.#connection, id);
  }

  async #run<T>(id: string | null, work: () => Promise<T>): Promise<T> {
    this.#sinks.checkOpen();
    if (id !== null) checkBlobId(id);
    try {
      return await work();
    } catch (error) {
      throw browserError(error);
    }
  }
}
