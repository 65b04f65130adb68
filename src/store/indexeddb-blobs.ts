/** Blob bytes in IndexedDB, in pieces of 1 MiB: where no file can be written, as on a page or in a service worker. */
import { VaultError } from '../errors.js';
import type { BlobRow, Connection } from './indexeddb-connection.js';
import type { Part } from './sinks.js';

const PIECE_BYTES = 1024 * 1024;
const LAST_INDEX = Number.MAX_SAFE_INTEGER;

/** Reads a span of a blob kept in pieces; what is missing makes the result shorter. */
export async function readPieces(
  connection: Connection,
  span: { readonly id: string; readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const { id, offset, length } = span;
  const first = Math.floor(offset / PIECE_BYTES);
  const last = Math.floor((offset + length - 1) / PIECE_BYTES);
  const rows = await connection.run('r', ['pieces'], ({ pieces }) =>
    Promise.resolve(pieces.where('[id+index]').between([id, first], [id, last], true, true).toArray()),
  );
  const target = new Uint8Array(length);
  let filled = 0;
  for (const { index, bytes } of rows) {
    const from = offset + filled - index * PIECE_BYTES;
    if (from < 0 || from >= bytes.length) break;
    const part = bytes.subarray(from, from + length - filled);
    target.set(part, filled);
    filled += part.length;
  }
  return target.subarray(0, filled);
}

/** Opens a part at its row's durable length, reading back the piece that was not full. */
export async function openPieces(connection: Connection, row: BlobRow): Promise<PiecesPart> {
  const tailLength = row.bytes % PIECE_BYTES;
  const offset = row.bytes - tailLength;
  const tail = await readPieces(connection, { id: row.id, offset, length: tailLength });
  if (tail.length < tailLength) throw new VaultError('store/damaged', { id: row.id });
  return new PiecesPart(connection, row, tail.slice());
}

/** Deletes every piece of a blob, and its row. */
export async function removePieces(connection: Connection, id: string): Promise<void> {
  await connection.run('rw', ['blobs', 'pieces'], async ({ blobs, pieces }) => {
    await pieces.where('[id+index]').between([id, 0], [id, LAST_INDEX], true, true).delete();
    await blobs.delete(id);
  });
}

/** An unfinished blob in pieces. */
class PiecesPart implements Part {
  readonly #connection: Connection;
  #row: BlobRow;
  /** What does not fill a piece yet. */
  #tail: Uint8Array;

  constructor(connection: Connection, row: BlobRow, tail: Uint8Array) {
    this.#connection = connection;
    this.#row = { ...row, bytes: row.bytes - tail.length };
    this.#tail = tail;
  }

  get offset(): number {
    return this.#row.bytes + this.#tail.length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const pending = new Uint8Array(this.#tail.length + bytes.length);
    pending.set(this.#tail);
    pending.set(bytes, this.#tail.length);
    const fullBytes = pending.length - (pending.length % PIECE_BYTES);
    if (fullBytes > 0) {
      const row = { ...this.#row, bytes: this.#row.bytes + fullBytes };
      await this.#save(row, pending.subarray(0, fullBytes));
      this.#row = row;
    }
    this.#tail = fullBytes > 0 ? pending.slice(fullBytes) : pending;
  }

  async finish(as: 'whole' | 'part'): Promise<void> {
    await this.#save({ ...this.#row, bytes: this.offset, complete: as === 'whole' }, this.#tail);
  }

  async discard(): Promise<void> {
    await removePieces(this.#connection, this.#row.id);
  }

  /** Writes the bytes that follow the saved ones and the row that counts them, in one transaction. */
  async #save(row: BlobRow, bytes: Uint8Array): Promise<void> {
    const { id, writer } = row;
    const start = this.#row.bytes / PIECE_BYTES;
    const rows = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, index) => ({
      id,
      index: start + index,
      bytes: bytes.slice(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
    }));
    await this.#connection.run('rw', ['blobs', 'pieces'], async ({ blobs, pieces }) => {
      // Another tab has started this blob anew, or removed it.
      if ((await blobs.get(id))?.writer !== writer) throw new VaultError('store/busy', { id });
      if (rows.length > 0) await pieces.bulkPut(rows);
      await blobs.put(row);
    });
  }
}
