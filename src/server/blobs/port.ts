/** Names a blob; both parts are checked hexadecimal, so a name is never a path. */
export interface BlobName {
  readonly vault: string;
  readonly blob: string;
}

/**
 * Where the bytes of blobs lie; how much of each counts is in the database.
 *
 * `test/conformance/server-blob-bytes.ts` holds what every implementation must do.
 */
export interface BlobBytes {
  /** Writes at `offset`, over whatever lies there and after it; durable when the promise resolves. */
  write(name: BlobName, offset: number, bytes: Uint8Array): Promise<void>;
  /** The bytes from `start` to before `end`, which must be there. */
  read(name: BlobName, start: number, end: number): ReadableStream<Uint8Array>;
  /** How many bytes lie there, counted or not; `null` when there is nothing. */
  size(name: BlobName): Promise<number | null>;
  /** Silent when there is nothing. */
  remove(name: BlobName): Promise<void>;
  list(): AsyncIterable<BlobName>;
}
