import { checkBlobSizes, openBlob, sealBlob } from '../envelope/blob.js';
import { digestFile, FileDigest } from '../envelope/file-digest.js';
import { isVaultError, VaultError } from '../errors.js';
import type { BlobReference } from '../formats/blob-reference.js';
import { downloadBlob } from '../sync/blobs.js';
import { checkAnswer } from '../sync/answer.js';
import { blobName } from '../sync/outbox.js';
import { paths } from '../protocol/paths.js';
import type { OpenedSource } from './file-source.js';
import type { Session } from './session.js';

const PROGRESS_STEP_BYTES = 1024 * 1024;

/** How far long work is, in bytes. */
export interface Progress {
  readonly phase: 'encrypt' | 'download' | 'decrypt' | 'digest';
  readonly done: number;
  readonly total: number;
}

/** Progress and abort, for everything that takes long. */
export interface WorkOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Part of a file: from `start` to `end`, exclusive, in bytes. */
export interface ReadOptions extends WorkOptions {
  readonly start?: number;
  readonly end?: number;
}

/** A file that was encrypted, as its record says it. */
export interface StoredFile {
  readonly blob: BlobReference;
  /** Of the plaintext. SPEC §7.3. */
  readonly digest: Uint8Array;
}

/**
 * Encrypts a file into the blob store under a new id and key, and computes its digest meanwhile; nothing is sent yet.
 *
 * Whatever goes wrong, no part of it stays. Throws `usage/file-changed`, `usage/aborted`, `store/quota`, `format/too-large`.
 */
export async function storeFile(
  session: Session,
  vault: Uint8Array,
  source: OpenedSource,
  work: WorkOptions,
): Promise<StoredFile> {
  const blob = session.random(16);
  const digest = new FileDigest(source.bytes);
  const sink = await session.store.blobs.write(blobName(blob), 'new');
  try {
    const { onProgress, signal } = work;
    const reference = await sealBlob({
      ...{ source: source.pieces, bytes: source.bytes, vault, blob, random: session.random, signal },
      digest,
      append: (stored) => sink.append(stored),
      onProgress: inSteps(
        (done) => onProgress?.({ phase: 'encrypt', done, total: source.bytes }),
        source.bytes,
      ),
    });
    const digested = await digest.done();
    await sink.commit();
    return { blob: reference, digest: digested };
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

/** The digest of a file that is not encrypted for it. Throws `usage/file-changed`, `usage/aborted`, `format/too-large`. */
export async function digestOf(
  source: OpenedSource,
  { onProgress, signal }: WorkOptions,
): Promise<Uint8Array> {
  const { bytes, pieces } = source;
  const tell = inSteps((done) => onProgress?.({ phase: 'digest', done, total: bytes }), bytes);
  return digestFile({ source: pieces, bytes, onProgress: tell, signal });
}

/**
 * Decrypts a file, or a part of it, piece by piece; each piece is authentic when it is given out.
 *
 * A whole file that is not on this device is first fetched to it, from where an earlier attempt stopped; a part is
 * read from the server directly. Throws `integrity/blob`, `sync/*`, `usage/aborted`.
 */
export async function* readFile(
  session: Session,
  vault: Uint8Array,
  reference: BlobReference,
  options: ReadOptions,
): AsyncGenerator<Uint8Array> {
  const { onProgress, signal, start = 0, end = reference.bytes } = options;
  const name = blobName(reference.id);
  const { blobs } = session.store;
  const wasHere = (await blobs.size(name)) !== null;
  const whole = start === 0 && end >= reference.bytes;
  const fetched = !wasHere && whole && (await fetchUnlessBusy(session, vault, reference, options));
  const read =
    wasHere || fetched
      ? (offset: number, length: number) => readLocal(session, name, reference, offset, length)
      : (offset: number, length: number) =>
          readRange(session, vault, reference.id, { offset, length, signal });
  let done = 0;
  const total = end - start;
  const tell = inSteps((told) => onProgress?.({ phase: 'decrypt', done: told, total }), total);
  try {
    for await (const piece of openBlob({ reference, vault, read, start, end, signal })) {
      done += piece.length;
      yield piece;
      tell(done);
    }
  } catch (error) {
    // A bad copy of what the server holds is not kept; one's own, not yet sent, is.
    if (fetched && isVaultError(error, 'integrity/blob')) await blobs.remove(name);
    throw error;
  }
}

/** All of a file as a `Blob`, once all of it is authentic: nothing of it is given out before. */
export async function blobOf(pieces: AsyncIterable<Uint8Array>, mediaType: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) parts.push(piece.slice());
  return new Blob(parts, { type: mediaType });
}

/** As `fetchFile`; false when another reader, here or in another tab, is fetching the same file. */
async function fetchUnlessBusy(...what: Parameters<typeof fetchFile>): Promise<boolean> {
  try {
    await fetchFile(...what);
    return true;
  } catch (error) {
    if (isVaultError(error, 'store/busy')) return false;
    throw error;
  }
}

/**
 * Fetches a file's ciphertext to this device, if it is not there.
 *
 * Throws `format/malformed`, before any download, for a reference whose sizes contradict each other; `sync/*`,
 * `usage/aborted`, `store/quota`.
 */
export async function fetchFile(
  session: Session,
  vault: Uint8Array,
  reference: BlobReference,
  work: WorkOptions,
): Promise<void> {
  const { store, transport, signer } = session;
  checkBlobSizes(reference);
  if ((await store.blobs.size(blobName(reference.id))) !== null) return;
  const { onProgress, signal } = work;
  await downloadBlob({
    ...{ transport, signer, blobs: store.blobs, vault, blob: reference.id, bytes: reference.stored },
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ done, total }) => onProgress?.({ phase: 'download', done, total }),
  });
}

/** Calls `tell` at most once for each step, and at the end: it may be a message to a page that draws. */
function inSteps(tell: (done: number) => void, total: number): (done: number) => void {
  let told = 0;
  return (done) => {
    if (done - told < PROGRESS_STEP_BYTES && done !== total) return;
    told = done;
    tell(done);
  };
}

async function readLocal(
  session: Session,
  name: string,
  reference: BlobReference,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  try {
    return await session.store.blobs.read(name, offset, length);
  } catch (error) {
    // Shorter than the record says: cut, by a disk or by a server.
    if (isVaultError(error, 'store/damaged') && (await session.store.blobs.size(name)) !== reference.stored) {
      throw new VaultError('integrity/blob');
    }
    throw error;
  }
}

/** Reads stored bytes of a blob from the server. */
export async function readRange(
  session: Session,
  vault: Uint8Array,
  blob: Uint8Array,
  range: { readonly offset: number; readonly length: number; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { offset, length, signal } = range;
  const answer = await session.transport.send({
    method: 'GET',
    path: paths.blob(vault, blob),
    type: 'application/octet-stream',
    headers: { range: `bytes=${String(offset)}-${String(offset + length - 1)}` },
    signer: session.signer,
    answerBytesMax: length,
    ...(signal === undefined ? {} : { signal }),
  });
  const { body, status } = checkAnswer(answer);
  if (status !== 206 || body.length !== length) throw new VaultError('integrity/blob');
  return body;
}
