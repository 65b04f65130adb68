/** Blobs in memory. */
import { VaultError } from '../errors.js';
import { checkBlobId, checkSpan } from './arguments.js';
import type { BlobEntry, BlobSink, BlobStore } from './port.js';
import { type Part, Sinks } from './sinks.js';

/** A blob store in memory, with the two calls its store needs to end it. */
export interface MemoryBlobs extends BlobStore {
  close(): Promise<void>;
  destroy(): Promise<void>;
}

/** Creates an empty blob store that lives in memory only. */
export function createMemoryBlobs(): MemoryBlobs {
  return new Blobs();
}

interface MemoryBlob {
  readonly pieces: Uint8Array[];
  bytes: number;
  complete: boolean;
}

class Blobs implements MemoryBlobs {
  readonly #blobs = new Map<string, MemoryBlob>();
  // Nothing here throws anything else.
  readonly #sinks = new Sinks((error) => error as VaultError);

  async write(id: string, mode: 'new' | 'resume'): Promise<BlobSink> {
    this.#check(id);
    return this.#sinks.open(id, async () => {
      const stored = this.#blobs.get(id);
      if (stored?.complete) throw new VaultError('usage/invalid', { argument: 'blob id', id });
      const blob = mode === 'resume' && stored ? stored : { pieces: [], bytes: 0, complete: false };
      this.#blobs.set(id, blob);
      return this.#partOf(id, blob);
    });
  }

  async size(id: string): Promise<number | null> {
    this.#check(id);
    const blob = this.#blobs.get(id);
    return blob?.complete ? blob.bytes : null;
  }

  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    this.#check(id);
    checkSpan(offset, length);
    const blob = this.#blobs.get(id);
    if (!blob?.complete || offset + length > blob.bytes) throw new VaultError('store/damaged', { id });
    const target = new Uint8Array(length);
    let start = 0;
    for (const piece of blob.pieces) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + piece.length);
      if (from < to) target.set(piece.subarray(from - start, to - start), from - offset);
      start += piece.length;
    }
    return target;
  }

  async remove(id: string): Promise<void> {
    this.#check(id);
    this.#sinks.checkFree(id);
    this.#blobs.delete(id);
  }

  async list(): Promise<BlobEntry[]> {
    this.#sinks.checkOpen();
    const entries = [...this.#blobs].map(([id, { bytes, complete }]) => ({ id, bytes, complete }));
    return entries.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  close(): Promise<void> {
    return this.#sinks.close();
  }

  async destroy(): Promise<void> {
    this.#blobs.clear();
  }

  #partOf(id: string, blob: MemoryBlob): Part {
    return {
      get offset() {
        return blob.bytes;
      },
      append: async (bytes) => {
        blob.pieces.push(bytes.slice());
        blob.bytes += bytes.length;
      },
      finish: async (as) => {
        blob.complete = as === 'whole';
      },
      discard: async () => {
        this.#blobs.delete(id);
      },
    };
  }

  #check(id: string): void {
    this.#sinks.checkOpen();
    checkBlobId(id);
  }
}
