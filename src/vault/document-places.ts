import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { type Id, parseId } from '../formats/id.js';
import { DOCUMENT_KIND } from '../records/document.js';
import type { Collection } from './collection.js';
import { contentOf } from './document-view.js';
import type { LinkSource } from './links.js';
import type { OwnedVault, Session } from './session.js';

/** Where documents are, for sharing them; each is named once. Throws `usage/not-found`, also for what cannot be read. */
export function locateDocuments(
  session: Session,
  owned: OwnedVault,
  ids: readonly Id<'item'>[],
): LinkSource[] {
  const collections = documentCollections(session, owned);
  return [...new Set(ids)].map((id) => {
    const item = parseId('item', id);
    const collection = collections.find(({ view }) => {
      const current = view.get(item)?.current;
      return current !== undefined && contentOf(current) !== null;
    });
    if (collection === undefined) throw new VaultError('usage/not-found', { id });
    return { collection, item };
  });
}

/** The document in force whose file is this blob, or null. */
export function findDocumentOf(session: Session, owned: OwnedVault, blob: Uint8Array): Uint8Array | null {
  for (const { view } of documentCollections(session, owned))
    for (const { item, current } of view.list({ kind: DOCUMENT_KIND })) {
      const content = contentOf(current);
      if (content !== null && equalBytes(content.blob.id, blob)) return item;
    }
  return null;
}

/** Where the documents of a vault are: by category, and the masked ones. */
export function documentCollections(session: Session, owned: OwnedVault): Collection[] {
  session.requireOpen();
  return owned.index
    .list('index.collection')
    .filter(({ purpose }) => purpose === 'category' || purpose === 'masked')
    .flatMap(({ collection }) => session.collection(collection) ?? []);
}
