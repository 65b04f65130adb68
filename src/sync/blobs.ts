/**
 * Moves stored ciphertext between the blob store and the server, in pieces, from wherever the last attempt stopped.
 *
 * Nothing is checked here but lengths: what the bytes are worth is decided when they are opened (SPEC §8).
 */
import { isVaultError, VaultError } from '../errors.js';
import { LIMITS } from '../formats/limits.js';
import { beginBlobRequest, blobAnswer, encodeMessage } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { RequestSigner } from '../protocol/request-signature.js';
import type { BlobSink, BlobStore } from '../store/port.js';
import { call, checkAnswer } from './answer.js';
import { blobName } from './outbox.js';
import type { Transport } from './transport.js';

const UPLOAD_PIECE_BYTES = 1024 * 1024;
const DOWNLOAD_PIECE_BYTES = 4 * 1024 * 1024;
/** How often the server may correct our offset in one upload before it makes no sense any more. */
const CORRECTIONS_MAX = 4;

/** How far a transfer is, in bytes. */
export interface BlobProgress {
  readonly done: number;
  readonly total: number;
}

/** What a transfer needs. */
export interface BlobTransfer {
  readonly transport: Transport;
  readonly signer: RequestSigner;
  readonly blobs: BlobStore;
  readonly vault: Uint8Array;
  readonly blob: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BlobProgress) => void;
}

/**
 * Uploads the stored ciphertext of a blob, from where the server says it stopped.
 *
 * Resolves to `missing` when the ciphertext is not in the store. Throws `sync/*`, `usage/aborted`, `store/*`; called
 * again, it goes on. The server learns the blob's id, vault, size and uploader.
 */
export async function uploadBlob(
  transfer: BlobTransfer & { readonly ticket: Uint8Array | null },
): Promise<'complete' | 'missing'> {
  const { transport, signer, blobs, vault, blob, ticket, signal, onProgress } = transfer;
  const name = blobName(blob);
  const total = await blobs.size(name);
  if (total === null) return 'missing';
  const common = { signer, ...(signal === undefined ? {} : { signal }) };
  const begin = encodeMessage(beginBlobRequest, { bytes: total, ticket });
  let { offset, complete } = await call(
    transport,
    { ...common, method: 'POST', path: paths.blob(vault, blob), body: begin },
    blobAnswer,
  );
  for (let corrections = 0; !complete; ) {
    if (offset >= total) throw new VaultError('sync/bad-answer', { why: 'offset' });
    onProgress?.({ done: offset, total });
    const body = await blobs.read(name, offset, Math.min(UPLOAD_PIECE_BYTES, total - offset));
    const path = paths.blobPiece(vault, blob, offset);
    try {
      const next = await call(
        transport,
        { ...common, method: 'PATCH', path, body, type: 'application/octet-stream' },
        blobAnswer,
      );
      if (next.offset !== offset + body.length) throw new VaultError('sync/bad-answer', { why: 'offset' });
      ({ offset, complete } = next);
    } catch (error) {
      corrections += 1;
      const corrected = correctedOffset(error);
      if (corrected === null || corrections > CORRECTIONS_MAX) throw error;
      offset = corrected;
    }
  }
  onProgress?.({ done: total, total });
  return 'complete';
}

/**
 * Downloads the ciphertext of a blob into the blob store, from where the last attempt stopped.
 *
 * `bytes` is the stored length that the record says. A part is kept for the next attempt when this throws: `sync/*`,
 * `usage/aborted`, `store/*`. The server learns who fetched which blob.
 */
export async function downloadBlob(transfer: BlobTransfer & { readonly bytes: number }): Promise<void> {
  const { blobs, blob, bytes, onProgress } = transfer;
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > LIMITS.blobBytesMax) {
    throw new VaultError('usage/invalid', { argument: 'bytes' });
  }
  const name = blobName(blob);
  const stored = await blobs.size(name);
  if (stored === bytes) return;
  if (stored !== null) await blobs.remove(name);
  let sink = await blobs.write(name, 'resume');
  if (sink.offset > bytes) {
    await sink.abort();
    sink = await blobs.write(name, 'new');
  }
  try {
    onProgress?.({ done: sink.offset, total: bytes });
    while (sink.offset < bytes) {
      await sink.append(await fetchPiece(transfer, sink));
      onProgress?.({ done: sink.offset, total: bytes });
    }
  } catch (error) {
    await sink.suspend();
    throw error;
  }
  await sink.commit();
}

async function fetchPiece(
  { transport, signer, vault, blob, bytes, signal }: BlobTransfer & { readonly bytes: number },
  { offset }: BlobSink,
): Promise<Uint8Array> {
  const length = Math.min(DOWNLOAD_PIECE_BYTES, bytes - offset);
  const answer = checkAnswer(
    await transport.send({
      method: 'GET',
      path: paths.blob(vault, blob),
      headers: { range: `bytes=${String(offset)}-${String(offset + length - 1)}` },
      type: 'application/octet-stream',
      answerBytesMax: length,
      signer,
      ...(signal === undefined ? {} : { signal }),
    }),
  );
  const whole = offset === 0 && length === bytes && answer.status === 200;
  if (answer.body.length !== length || !(whole || answer.status === 206)) {
    throw new VaultError('sync/bad-answer', { why: 'range' });
  }
  return answer.body;
}

function correctedOffset(error: unknown): number | null {
  if (!isVaultError(error, 'sync/refused') || error.details.code !== 'offset') return null;
  const { offset } = error.details;
  return Number.isSafeInteger(offset) && (offset as number) >= 0 ? (offset as number) : null;
}
