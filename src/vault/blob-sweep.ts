import { blobName } from '../sync/outbox.js';
import { blobsNamedBy } from './named-blobs.js';
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
  for (const { view } of session.collections)
    for (const { item } of [...view.list(), ...view.list({ removed: true })])
      for (const revision of view.history(item))
        for (const { id } of blobsNamedBy(revision)) wanted.add(blobName(id));
  for (const { id, kind } of await session.outbox.list()) {
    const queued = kind === 'blob' ? await session.outbox.read(id) : null;
    if (queued?.entry.kind === 'blob') wanted.add(blobName(queued.entry.blob));
  }
  for (const { id } of stored) if (!wanted.has(id)) await blobs.remove(id);
}
