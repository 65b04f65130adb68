import { isVaultError } from '../errors.js';
import { decodeDocument, DOCUMENT_KIND } from '../records/document.js';
import { blobName } from '../sync/outbox.js';
import type { Session } from './session.js';

/**
 * Removes ciphertext from the blob store that nothing refers to: what a crash left of an `add` that never finished.
 *
 * A file is written before the record that names it, so an orphan was never acknowledged to anyone.
 */
export async function sweepBlobs(session: Session): Promise<void> {
  const { blobs } = session.store;
  const stored = await blobs.list();
  if (stored.length === 0) return;
  const wanted = new Set<string>();
  for (const { view } of session.collections) {
    for (const { item } of [
      ...view.list({ kind: DOCUMENT_KIND }),
      ...view.list({ kind: DOCUMENT_KIND, removed: true }),
    ]) {
      for (const { body } of view.history(item)) if (body !== null) addBlobOf(body, wanted);
    }
  }
  for (const { id, kind } of await session.outbox.list()) {
    const queued = kind === 'blob' ? await session.outbox.read(id) : null;
    if (queued?.entry.kind === 'blob') wanted.add(blobName(queued.entry.blob));
  }
  for (const { id } of stored) if (!wanted.has(id)) await blobs.remove(id);
}

function addBlobOf(body: Uint8Array, wanted: Set<string>): void {
  try {
    wanted.add(blobName(decodeDocument(body).blob.id));
  } catch (error) {
    // A document this version cannot read: it may name any blob, but none it could open.
    if (!isVaultError(error)) throw error;
  }
}
