import { isVaultError, VaultError } from '../errors.js';
import {
  appendOpsAnswer,
  appendOpsRequest,
  encodeMessage,
  foundCollectionAnswer,
  foundCollectionRequest,
} from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { RequestSigner } from '../protocol/request-signature.js';
import type { Store } from '../store/port.js';
import { call, checkAnswer } from './answer.js';
import { type BlobProgress, uploadBlob } from './blobs.js';
import type { SyncHost } from './host.js';
import type { Outbox, QueuedEntry } from './outbox.js';
import type { OutboxEntry } from './outbox-entry.js';
import type { Transport } from './transport.js';

/** The code the host is asked about when the ciphertext to upload is gone. */
export const BLOB_MISSING = 'blob-missing';

/** What sending and pulling need. */
export interface Line {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly signer: RequestSigner;
  readonly host: SyncHost;
}

/**
 * Sends one entry, tells the host what came of it, then takes the entry out.
 *
 * A crash anywhere in between leaves the entry: it is sent again, byte for byte, and the server answers as before.
 * Throws `sync/*`, `usage/aborted`, and what the host or the store throws.
 */
export async function pushEntry(
  line: Line,
  queued: QueuedEntry,
  options: { readonly signal: AbortSignal; readonly onBlob: (progress: BlobProgress) => void },
): Promise<void> {
  const { store, outbox } = line;
  const { entry } = queued;
  if (entry.kind === 'blob') await pushBlob(line, entry, options);
  else if (entry.kind === 'request') await pushRequest(line, entry, options.signal);
  else await pushOps(line, entry, options.signal);
  const removal = outbox.remove(queued.id);
  await store.write(removal);
  outbox.waiting.note(removal);
}

async function pushBlob(
  { store, transport, signer }: Line,
  entry: OutboxEntry & { readonly kind: 'blob' },
  { signal, onBlob }: { readonly signal: AbortSignal; readonly onBlob: (progress: BlobProgress) => void },
): Promise<void> {
  const { vault, blob, ticket } = entry;
  const { blobs } = store;
  const outcome = await uploadBlob({
    transport,
    signer,
    blobs,
    vault,
    blob,
    ticket,
    signal,
    onProgress: onBlob,
  }).catch((error: unknown) => {
    // Whole on the server already, by the upload of someone else: a link, or a device that sent it again.
    if (isVaultError(error, 'sync/refused') && error.details.code === 'exists') return 'complete' as const;
    throw error;
  });
  if (outcome === 'missing') throw new VaultError('sync/refused', { code: BLOB_MISSING });
}

async function pushRequest(
  { transport, signer }: Line,
  { method, path, body }: OutboxEntry & { readonly kind: 'request' },
  signal: AbortSignal,
): Promise<void> {
  try {
    checkAnswer(await transport.send({ method, path, signer, signal, ...(body === null ? {} : { body }) }));
  } catch (error) {
    // What is to be deleted may have been, by the same request before a crash.
    const gone = isVaultError(error, 'sync/refused') && error.details.code === 'not-found';
    if (!(method === 'DELETE' && gone)) throw error;
  }
}

async function pushOps(
  { transport, signer, host }: Line,
  entry: OutboxEntry & { readonly kind: 'found' | 'append' },
  signal: AbortSignal,
): Promise<void> {
  const { collection } = entry;
  if (entry.kind === 'found') {
    const access = entry.access === null ? null : { add: [...entry.access.add] };
    const body = encodeMessage(foundCollectionRequest, { op: entry.op, access });
    const path = paths.collections;
    const { position, head } = await call(
      transport,
      { method: 'POST', path, body, signer, signal },
      foundCollectionAnswer,
    );
    return host.appended(collection, [entry.op], { positions: [position], head });
  }
  const { ops } = entry;
  const access =
    entry.access === null ? null : { add: [...entry.access.add], remove: [...entry.access.remove] };
  const body = encodeMessage(appendOpsRequest, { ops: [...ops], access });
  const path = paths.ops(collection);
  const answer = await call(transport, { method: 'POST', path, body, signer, signal }, appendOpsAnswer);
  const rising = answer.positions.every(
    (position, i) => i === 0 || position > (answer.positions[i - 1] ?? 0),
  );
  if (answer.positions.length !== ops.length || !rising) {
    throw new VaultError('sync/bad-answer', { why: 'positions' });
  }
  return host.appended(collection, ops, answer);
}
