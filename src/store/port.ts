/**
 * The store port: what the SDK needs from a disk.
 *
 * Values are opaque here: everything but ids and counters arrives sealed. Every adapter passes the suites in
 * `test/conformance/`.
 */

/** One part of an atomic change. */
export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string };

/** A condition checked in the same transaction as the write; value `null` means "must be absent". */
export interface Expectation {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** Which entries a scan returns. */
export interface ScanOptions {
  /** Keys start with this; `''` is every key. */
  readonly prefix: string;
  /** Only keys strictly past this one, in the direction of the scan. */
  readonly after?: string;
  /** At most this many entries. */
  readonly limit?: number;
  /** From the greatest key to the least. */
  readonly reverse?: true;
}

/** A key and its value, as returned by a scan. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
}

/**
 * Keys and values with atomic, durable writes, and blobs beside them.
 *
 * Keys are 1 to 200 characters of printable ASCII, ordered by code unit. Bytes given are copied before the promise
 * is returned, or not read after it resolves; bytes returned belong to the caller. Every method throws
 * 'store/closed' after `close` or `destroy`, 'store/quota' when there is no room (nothing already stored is lost),
 * 'store/busy' when another process keeps the store too long, 'store/damaged' when what is on disk does not hold
 * together, 'store/unavailable' when the disk refuses for another reason, and 'usage/invalid' for a bad argument.
 */
export interface Store {
  /** The value of a key, or `null`. */
  get(key: string): Promise<Uint8Array | null>;
  /** The values of several keys, in their order, all of one instant. */
  getMany(keys: readonly string[]): Promise<(Uint8Array | null)[]>;
  /** The entries under a prefix, ordered by key: one range query, all of one instant. */
  scan(options: ScanOptions): Promise<Entry[]>;
  /**
   * Writes all or nothing, durable when the promise resolves.
   *
   * Later parts of a batch win over earlier ones with the same key. False when an expectation does not hold; then
   * nothing is written.
   */
  write(batch: readonly Write[], expect?: readonly Expectation[]): Promise<boolean>;
  /** Large files. */
  readonly blobs: BlobStore;
  /**
   * What all openings of this store in this origin call it, so that tabs can agree who of them syncs; absent when
   * nobody else can have it open, or when they cannot talk to one another.
   */
  readonly scope?: string;
  /** Waits for running calls, suspends open sinks, lets go of files and handles. Calling it twice is fine. */
  close(): Promise<void>;
  /** Deletes everything, then closes. Meant for a store that no one else has open. */
  destroy(): Promise<void>;
}

/** A blob as listed: stored bytes, and whether it was committed or is still a part. */
export interface BlobEntry {
  readonly id: string;
  readonly bytes: number;
  readonly complete: boolean;
}

/**
 * Large files, each written once: streamed into a part, flushed, closed, then visible.
 *
 * Ids match `[0-9a-z_-]{1,80}`, anything else is 'usage/invalid'. Errors are those of `Store`.
 */
export interface BlobStore {
  /**
   * Starts a blob, or goes on with the part already stored (`offset` bytes).
   *
   * `new` discards a part left by an earlier attempt. Not visible to `size` and `read` before `commit`. Throws
   * 'store/busy' while another sink of this id is open, 'usage/invalid' if the blob is already complete.
   */
  write(id: string, mode: 'new' | 'resume'): Promise<BlobSink>;
  /** The length of a complete blob in bytes, or `null`. */
  size(id: string): Promise<number | null>;
  /** Exactly `length` bytes of a complete blob, or 'store/damaged' when they are not there. */
  read(id: string, offset: number, length: number): Promise<Uint8Array>;
  /** Deletes a blob or a part; silent when absent, 'store/busy' while a sink of this id is open. */
  remove(id: string): Promise<void>;
  /** Every blob and part, ordered by id. A part counts the bytes that `resume` would keep. */
  list(): Promise<BlobEntry[]>;
}

/** The writing end of one blob. Calls are carried out one after the other. */
export interface BlobSink {
  /** How many bytes were taken so far; the next byte goes here. */
  readonly offset: number;
  /**
   * Adds bytes at `offset`.
   *
   * When it throws, `offset` has not moved: after 'store/quota' the same bytes can be appended again.
   */
  append(bytes: Uint8Array): Promise<void>;
  /**
   * Flushes, closes and makes the blob visible; durable when the promise resolves.
   *
   * When it or `suspend` throws, the sink is closed and the part is kept as far as it is durable.
   */
  commit(): Promise<void>;
  /** Flushes, closes and keeps the part for `resume`. */
  suspend(): Promise<void>;
  /** Closes and deletes the part. */
  abort(): Promise<void>;
}
