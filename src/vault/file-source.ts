import { VaultError } from '../errors.js';

/** A file to encrypt: a `Blob` or `File`, bytes, or anything with a known size that can be streamed once. */
export type FileSource =
  | Blob
  | Uint8Array
  | {
      readonly name?: string;
      readonly type?: string;
      /** Exact size in bytes. */
      readonly size: number;
      stream(): AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
    };

/** A source ready to read. */
export interface OpenedSource {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** Each is good until the next one is asked for. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Larger and smaller reads are slower in Chromium, where reading a file costs as much as encrypting it. */
const READ_BYTES = 512 * 1024;

/**
 * Makes any source a stream of bytes with a known size.
 *
 * Reading throws `usage/file-changed` when the platform says that the file is not the one that was chosen any more,
 * `usage/file-unreadable` for any other failure. Throws `usage/invalid` when it is no file.
 */
export function openSource(source: FileSource): OpenedSource {
  if (source instanceof Uint8Array)
    return { name: '', mediaType: '', bytes: source.length, pieces: once(source) };
  if (
    typeof source !== 'object' ||
    source === null ||
    typeof source.stream !== 'function' ||
    !Number.isSafeInteger(source.size)
  ) {
    throw new VaultError('usage/invalid', { argument: 'file' });
  }
  const name = 'name' in source && typeof source.name === 'string' ? source.name : '';
  return { name, mediaType: source.type ?? '', bytes: source.size, pieces: readAll(source) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}

async function* readAll(source: Exclude<FileSource, Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    const stream = source.stream();
    const bytes = source instanceof Blob ? byteReader(stream as ReadableStream<Uint8Array>) : null;
    if (bytes !== null) {
      yield* readBytes(bytes);
      return;
    }
    if (Symbol.asyncIterator in stream) {
      for await (const piece of stream as AsyncIterable<Uint8Array>) yield piece;
      return;
    }
    // Safari has no async iteration of streams.
    const reader = (stream as ReadableStream<Uint8Array>).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      await reader.cancel().catch(() => {});
    }
  } catch (error) {
    const changed = error instanceof Error && error.name === 'NotReadableError';
    throw new VaultError(changed ? 'usage/file-changed' : 'usage/file-unreadable');
  }
}

/**
 * A reader that fills buffers given to it, where the platform's own stream of a `Blob` has one.
 *
 * A byte stream that someone else made may end without an answer to such a reader, and would hang here.
 */
function byteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}

/** Reads into two buffers in turn: while the piece in one is used, the other is filled. */
async function* readBytes(reader: ReadableStreamBYOBReader): AsyncGenerator<Uint8Array> {
  try {
    let spare = new ArrayBuffer(READ_BYTES);
    let next = reader.read(new Uint8Array(READ_BYTES));
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = reader.read(new Uint8Array(spare));
      next.catch(() => {});
      yield value;
      spare = value.buffer;
    }
  } finally {
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
