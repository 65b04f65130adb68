/** Blobs in memory. */
import { VaultError } from '../errors.js';
import { checkBlobId, checkBytes, checkSpan } from './arguments.js';
import type { BlobEntry, BlobSink, BlobStore } from './port.js';

/** A blob store in memory, with the two calls its store needs to end it. */
export interface MemoryBlobs extends BlobStore {
  close(): void;
  clear(): void;
}

/** Creates an empty blob store that lives in memory only. */
export function createMemoryBlobs(): MemoryBlobs {
  return new Blobs();
}

interface MemoryBlob {
  pieces: Uint8Array[];
  bytes: number;
  complete: boolean;
}

class Blobs implements MemoryBlobs {
  readonly #blobs = new Map<string, MemoryBlob>();
  readonly #sinks = new Map<string, Sink>();
  #open = true;

  async write(id: string, mode: 'new' | 'resume'): Promise<BlobSink> {
    this.#check(id);
    if (this.#sinks.has(id)) throw new VaultError('store/busy', { id });
    if (this.#blobs.get(id)?.complete) throw new VaultError('usage/invalid', { argument: 'blob id', id });
    const blob = (mode === 'resume' && this.#blobs.get(id)) || { pieces: [], bytes: 0, complete: false };
    this.#blobs.set(id, blob);
    const sink = new Sink(blob, (discard) => {
      this.#sinks.delete(id);
      if (discard) this.#blobs.delete(id);
    });
    this.#sinks.set(id, sink);
    return sink;
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
    if (this.#sinks.has(id)) throw new VaultError('store/busy', { id });
    this.#blobs.delete(id);
  }

  async list(): Promise<BlobEntry[]> {
    if (!this.#open) throw new VaultError('store/closed');
    const ids = [...this.#blobs.keys()].sort();
    return ids.map((id) => {
      const { bytes, complete } = this.#blobs.get(id) as MemoryBlob;
      return { id, bytes, complete };
    });
  }

  close(): void {
    this.#open = false;
    for (const sink of this.#sinks.values()) sink.end();
    this.#sinks.clear();
  }

  clear(): void {
    this.#blobs.clear();
  }

  #check(id: string): void {
    if (!this.#open) throw new VaultError('store/closed');
    checkBlobId(id);
  }
}

class Sink implements BlobSink {
  readonly #blob: MemoryBlob;
  readonly #release: (discard: boolean) => void;
  #open = true;

  constructor(blob: MemoryBlob, release: (discard: boolean) => void) {
    this.#blob = blob;
    this.#release = release;
  }

  get offset(): number {
    return this.#blob.bytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#checkOpen();
    checkBytes(bytes);
    this.#blob.pieces.push(bytes.slice());
    this.#blob.bytes += bytes.length;
  }

  async commit(): Promise<void> {
    this.#checkOpen();
    this.#blob.complete = true;
    this.end();
    this.#release(false);
  }

  async suspend(): Promise<void> {
    this.#checkOpen();
    this.end();
    this.#release(false);
  }

  async abort(): Promise<void> {
    this.#checkOpen();
    this.end();
    this.#release(true);
  }

  end(): void {
    this.#open = false;
  }

  #checkOpen(): void {
    if (!this.#open) throw new VaultError('store/closed');
  }
}
