import { equalBytes } from '../crypto/hash.js';
import { type LogOp, nameOf, pruneStoredBodies } from '../log/collection-log.js';
import { DOCUMENT_KIND } from '../records/document.js';
import { blobName } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { contentOf } from './document-view.js';
import { blobsNamedBy, contains } from './named-blobs.js';
import type { Revision } from './record-view.js';
import type { Session } from './session.js';

/** The changes, by name, that a prune not yet sent will end. */
export function pendingPrunes(collection: Collection): ReadonlySet<string> {
  return new Set(
    collection.pending.flatMap(({ header: { control } }) =>
      control?.type === 'prune' ? control.changes.map(nameOf) : [],
    ),
  );
}

/** Every revision of an item, oldest first, without those that a prune not yet sent will end. */
export function keptHistory(
  collection: Collection,
  item: Uint8Array,
  pruned = pendingPrunes(collection),
): Revision[] {
  const history = collection.view.history(item);
  return pruned.size === 0 ? history : history.filter(({ change }) => !pruned.has(nameOf(change)));
}

/**
 * The blobs that these revisions of an item name and no other item of the collection does.
 *
 * The server keeps one reference for a collection and a blob: dropping it takes the file from every item there.
 */
export function blobsOnlyIn(
  collection: Collection,
  item: Uint8Array,
  revisions: readonly Revision[],
): Uint8Array[] {
  const blobs = new Map<string, Uint8Array>();
  // What a document of a later schema names is not this version's to drop.
  const read = revisions.filter(
    (revision) => revision.kind !== DOCUMENT_KIND || contentOf(revision) !== null,
  );
  for (const { id } of read.flatMap(blobsNamedBy)) blobs.set(blobName(id), id);
  // What was erased just before, and the server has not heard of, keeps no file from going.
  const pruned = pendingPrunes(collection);
  return [...blobs.values()].filter((blob) => !isNamed(collection, blob, item, pruned));
}

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
  const files = changes.flatMap((change) => {
    const revision = collection.view.revision(change);
    return revision === null ? [] : blobsNamedBy(revision).map(({ id }) => id);
  });
  await session.transact(async (transaction) => {
    transaction.writes.push(...(await pruneStoredBodies(session.store, collection.log, changes)));
    transaction.onCommit(() => {
      for (const change of changes) collection.view.forget(change);
    });
  });
  for (const file of files) {
    const isKept = session.collections.some((other) => isNamed(other, file, null));
    if (!isKept) await session.store.blobs.remove(blobName(file));
  }
}

/** Whether any revision of another item names a blob, of any kind and schema: it need not be readable to count. */
function isNamed(
  { view }: Collection,
  blob: Uint8Array,
  except: Uint8Array | null,
  pruned: ReadonlySet<string> = new Set(),
): boolean {
  return [...view.list(), ...view.list({ removed: true })].some(
    ({ item }) =>
      (except === null || !equalBytes(item, except)) &&
      view
        .history(item)
        .some(({ body, change }) => body !== null && !pruned.has(nameOf(change)) && contains(body, blob)),
  );
}
