import { isVaultError } from '../errors.js';
import { type LogOp, pruneStoredBodies } from '../log/collection-log.js';
import { decodeDocument, DOCUMENT_KIND } from '../records/document.js';
import { blobName } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import type { Session } from './session.js';

/**
 * Follows the `prune` ops among those just taken in: their bodies leave this device too, and the files only they named.
 *
 * The chain still verifies without bodies, so it also holds for who never had them.
 */
export async function forgetPruned(
  session: Session,
  collection: Collection,
  accepted: readonly LogOp[],
): Promise<void> {
  const changes = accepted.flatMap(({ header, outcome }) =>
    outcome === 'applied' && header.control?.type === 'prune' ? header.control.changes : [],
  );
  if (changes.length === 0) return;
  const files = changes.flatMap((change) => fileOf(collection, change) ?? []);
  const writes = await pruneStoredBodies(session.store, collection.log, changes);
  await session.transact((transaction) => {
    transaction.writes.push(...writes);
    transaction.onCommit(() => {
      for (const change of changes) collection.view.forget(change);
    });
  });
  for (const file of files) if (!isNamed(session, file)) await session.store.blobs.remove(file);
}

function fileOf(collection: Collection, change: Uint8Array): string | null {
  const body = collection.view.revision(change)?.body ?? null;
  return body === null ? null : fileIn(body);
}

function isNamed(session: Session, file: string): boolean {
  return session.collections.some(({ view }) =>
    view
      .list({ kind: DOCUMENT_KIND })
      .some(({ current }) => current.body !== null && fileIn(current.body) === file),
  );
}

function fileIn(body: Uint8Array): string | null {
  try {
    return blobName(decodeDocument(body).blob.id);
  } catch (error) {
    if (!isVaultError(error)) throw error;
    return null;
  }
}
