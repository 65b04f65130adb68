/** The store in memory: for tests, for guests, and the yardstick of the others. Nothing outlives the object. */
import { VaultError } from '../errors.js';
import { checkKey, rangeOf, sameBytes, settleBatch } from './arguments.js';
import { createMemoryBlobs } from './memory-blobs.js';
import type { BlobStore, Entry, Expectation, ScanOptions, Store, Write } from './port.js';

/** Creates an empty store that lives in memory only. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #values = new Map<string, Uint8Array>();
  #sortedKeys: string[] = [];
  #sorted = true;
  #open = true;
  readonly #blobs = createMemoryBlobs();
  readonly blobs: BlobStore = this.#blobs;

  async get(key: string): Promise<Uint8Array | null> {
    this.#checkOpen();
    checkKey(key);
    return this.#values.get(key)?.slice() ?? null;
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | null)[]> {
    this.#checkOpen();
    for (const key of keys) checkKey(key);
    return keys.map((key) => this.#values.get(key)?.slice() ?? null);
  }

  async scan(options: ScanOptions): Promise<Entry[]> {
    this.#checkOpen();
    const { above, below, limit, reverse } = rangeOf(options);
    const keys = this.#keysInOrder();
    const step = reverse ? -1 : 1;
    const entries: Entry[] = [];
    for (let at = reverse ? firstNotBelow(keys, below) - 1 : firstAbove(keys, above); ; at += step) {
      const key = keys[at];
      if (key === undefined || key <= above || key >= below || entries.length >= limit) return entries;
      const value = this.#values.get(key);
      if (value) entries.push({ key, value: value.slice() });
    }
  }

  async write(batch: readonly Write[], expect: readonly Expectation[] = []): Promise<boolean> {
    this.#checkOpen();
    const outcomes = settleBatch(batch, expect);
    for (const { key, value } of expect) {
      if (!sameBytes(this.#values.get(key) ?? null, value)) return false;
    }
    for (const [key, value] of outcomes) {
      if (value === null) {
        this.#values.delete(key);
      } else {
        if (!this.#values.has(key)) this.#noteKey(key);
        this.#values.set(key, value.slice());
      }
    }
    return true;
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#blobs.close();
  }

  async destroy(): Promise<void> {
    this.#checkOpen();
    await this.close();
    this.#values.clear();
    this.#sortedKeys = [];
    await this.#blobs.destroy();
  }

  #checkOpen(): void {
    if (!this.#open) throw new VaultError('store/closed');
  }

  #noteKey(key: string): void {
    const last = this.#sortedKeys.at(-1);
    if (last !== undefined && last >= key) this.#sorted = false;
    this.#sortedKeys.push(key);
  }

  /** Deleted keys stay in the list until the next sort; scans step over them. */
  #keysInOrder(): readonly string[] {
    if (!this.#sorted || this.#sortedKeys.length > 2 * this.#values.size) {
      // Sorting the nearly sorted list again costs far less than sorting the map's keys.
      const keys = this.#sortedKeys.sort();
      this.#sortedKeys = keys.filter((key, at) => key !== keys[at - 1] && this.#values.has(key));
      this.#sorted = true;
    }
    return this.#sortedKeys;
  }
}

function firstAbove(keys: readonly string[], bound: string): number {
  return partition(keys, (key) => key <= bound);
}

function firstNotBelow(keys: readonly string[], bound: string): number {
  return partition(keys, (key) => key < bound);
}

function partition(keys: readonly string[], isLeft: (key: string) => boolean): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLeft(keys[middle] as string)) low = middle + 1;
    else high = middle;
  }
  return low;
}
