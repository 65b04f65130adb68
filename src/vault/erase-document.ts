import { VaultError } from '../errors.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA } from '../records/document.js';
import { appendPrune, appendRecords } from './collection-writer.js';
import { blobsOnlyIn, keptHistory } from './erase.js';
import { eraseLinks, type LinkSource } from './links.js';
import { headChanges } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import { renewEpoch } from './shares.js';
import type { Transaction } from './transaction.js';

/**
 * Removes a document and prunes every version of it, with its file and its links, and notes that it is gone for good.
 *
 * Throws `usage/not-found` where nothing is left of it.
 */
export function eraseDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  { collection, item }: LinkSource,
): void {
  const revisions = keptHistory(collection, item).filter(({ body }) => body !== null);
  if (revisions.length === 0) throw new VaultError('usage/not-found');
  const drop = blobsOnlyIn(collection, item, revisions);
  eraseLinks(session, transaction, owned, { collection, item });
  const found = collection.view.get(item);
  if (found !== null && found.current.body !== null) {
    renewEpoch(session, transaction, owned, collection);
    const base = headChanges(found).slice(-16);
    const removal = { item, base, kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body: null };
    appendRecords(transaction, collection, [removal]);
  }
  const changes = revisions.map(({ change }) => change);
  appendPrune(transaction, collection, changes, { add: [], drop });
  // Another device may be moving it at this moment: it is to find out (R-MASK-3).
  if (owned.index.get('index.erased', item) === null)
    owned.index.put(transaction, 'index.erased', item, { item, time: session.now() });
}
