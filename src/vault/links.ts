import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { deriveIndexItem } from '../keys/hierarchy.js';
import type { Identity } from '../protocol/identity-chain.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA } from '../records/document.js';
import type { IndexEntry } from '../records/index-entry.js';
import type { Collection } from './collection.js';
import { appendPrune, appendRecords } from './collection-writer.js';
import { contentOf } from './document-view.js';
import { blobsOnlyIn, keptHistory } from './erase.js';
import { headChanges, type Revision } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import {
  currentReaders,
  ensureCollection,
  grantAccess,
  renewEpoch,
  rotateCollection,
  type ShareTerms,
} from './shares.js';
import type { Transaction } from './transaction.js';

/** A document to give to one person. */
export interface LinkSource {
  readonly collection: Collection;
  readonly item: Uint8Array;
}

/**
 * Gives documents to one person without their category: each is sealed once more into the person's share collection.
 *
 * The first time costs one encapsulation, each document one seal; files are not copied. Linking twice is one link.
 */
export function linkDocuments(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  recipient: Identity,
  sources: readonly LinkSource[],
  terms: Pick<ShareTerms, 'purpose' | 'expires'> & { readonly mask?: boolean },
): { readonly collection: Collection; readonly links: readonly IndexEntry<'index.link'>[] } {
  const { now } = session;
  const share = ensureCollection(session, transaction, owned, { person: recipient.person });
  const alreadyReads = currentReaders(share, now()).some(({ person }) =>
    equalBytes(person, recipient.person),
  );
  if (!alreadyReads) {
    const label = 'documents';
    grantAccess(session, transaction, owned, share, recipient, {
      purpose: terms.purpose,
      role: 'reader',
      expires: null,
      label,
      category: null,
      item: null,
    });
  }
  renewEpoch(session, transaction, owned, share);
  const begins = now();
  const links = sources.map(
    ({ collection, item }): IndexEntry<'index.link'> => ({
      collection: share.id,
      linkItem: linkItemOf(share, item),
      sourceCollection: collection.id,
      sourceItem: item,
      person: recipient.person,
      purpose: terms.purpose,
      begins,
      expires: terms.expires,
      ended: null,
      ...(terms.mask === true && { mask: true }),
    }),
  );
  owned.index.putAll(
    transaction,
    'index.link',
    links.map((link) => [link.linkItem, link]),
  );
  writeLinks(session, transaction, share, links);
  return { collection: share, links };
}

/**
 * Takes a document back from one person: removed from their share collection, and its file is no longer served.
 *
 * Doing it again is harmless, and completes what an earlier end left there. Throws `integrity/frozen`.
 */
export function unlinkDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  link: IndexEntry<'index.link'>,
  why: 'revoked' | 'erased' = 'revoked',
): void {
  const share = session.collection(link.collection);
  if (link.ended === null)
    owned.index.put(transaction, 'index.link', link.linkItem, { ...link, ended: session.now() });
  if (share === null) return;
  const found = share.view.get(link.linkItem);
  const revisions = keptHistory(share, link.linkItem).filter(({ body }) => body !== null);
  if (found === null || revisions.length === 0) return;
  const drop = blobsOnlyIn(share, link.linkItem, revisions);
  if (found.current.body !== null) {
    // Someone whose last document was taken back keeps no key; of an erased one they are told, so that it goes there too.
    if (why === 'revoked') endIfLast(session, transaction, owned, link, share);
    const base = headChanges(share.view.get(link.linkItem));
    const removal = { item: link.linkItem, base, kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body: null };
    appendRecords(transaction, share, [removal]);
  }
  // The server deletes the ciphertext of the link as well; what the person kept, they have.
  const changes = revisions.map(({ change }) => change);
  appendPrune(transaction, share, changes, { add: [], drop });
}

function endIfLast(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  link: IndexEntry<'index.link'>,
  share: Collection,
): void {
  const others = owned.index.list('index.link').some((other) => {
    return (
      other.ended === null &&
      equalBytes(other.collection, share.id) &&
      !equalBytes(other.linkItem, link.linkItem)
    );
  });
  // First the new key: someone whose last document this was must not even learn that it was removed.
  if (!others) rotateCollection(session, transaction, owned, share, { remove: [link.person] });
}

/**
 * Deletes for good what an erased document left in the share collections of those it was given to.
 *
 * A share that is frozen is left for `maintainLinks`, which does it once the share goes on.
 */
export function eraseLinks(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
): void {
  for (const link of owned.index.list('index.link')) {
    const isAbout =
      equalBytes(link.sourceItem, source.item) && equalBytes(link.sourceCollection, source.collection.id);
    const frozen = session.collection(link.collection)?.frozen ?? null;
    if (isAbout && frozen === null) unlinkDocument(session, transaction, owned, link, 'erased');
  }
}

/**
 * Brings every link up to its source: new versions are sealed again for the person, removed documents removed.
 *
 * Any owner's client may do it, any number of times. Call it after changes and after each sync.
 */
export function maintainLinks(session: Session, transaction: Transaction, owned: OwnedVault): void {
  const now = session.now();
  const stale = new Map<Collection, IndexEntry<'index.link'>[]>();
  for (const link of owned.index.list('index.link')) {
    const share = session.collection(link.collection);
    if (link.ended !== null || share === null || share.frozen !== null) continue;
    if (link.expires !== null && link.expires <= now) {
      unlinkDocument(session, transaction, owned, link);
      continue;
    }
    const origin = session.collection(link.sourceCollection);
    const source = origin?.view.get(link.sourceItem)?.current;
    if (origin === null || source === undefined) continue;
    if (isErased(origin, link.sourceItem)) {
      unlinkDocument(session, transaction, owned, link, 'erased');
      continue;
    }
    // What cannot be read here cannot be given on with its file: the link stays at what it shows.
    if (source.body !== null && contentOf(source) === null) continue;
    const shown = share.view.get(link.linkItem)?.current;
    if (shown === undefined || isBehind(shown, source)) stale.set(share, [...(stale.get(share) ?? []), link]);
  }
  for (const [share, links] of stale) {
    renewEpoch(session, transaction, owned, share);
    writeLinks(session, transaction, share, links);
  }
}

/** Whether nothing but a removal is left of an item; while a key is missing, that cannot be known. */
function isErased(collection: Collection, item: Uint8Array): boolean {
  return collection.unreadable === 0 && keptHistory(collection, item).every(({ body }) => body === null);
}

function isBehind(shown: Revision, source: Revision): boolean {
  if (source.body === null || shown.body === null) return (source.body === null) !== (shown.body === null);
  return shown.link === null || !equalBytes(shown.link[3], source.change);
}

function writeLinks(
  session: Session,
  transaction: Transaction,
  share: Collection,
  links: readonly IndexEntry<'index.link'>[],
): void {
  const add: [Uint8Array, number][] = [];
  const drop: Uint8Array[] = [];
  const records = links.map((link) => {
    const source = session.requireCollection(link.sourceCollection).view.get(link.sourceItem)?.current;
    if (source === undefined) throw new VaultError('usage/not-found');
    const shown = share.view.get(link.linkItem)?.current ?? null;
    const before = (shown && contentOf(shown)?.blob) ?? null;
    const after = contentOf(source)?.blob ?? null;
    if (shown !== null && before !== null && (after === null || !equalBytes(before.id, after.id)))
      drop.push(...blobsOnlyIn(share, link.linkItem, [shown]));
    if (after !== null && (before === null || !equalBytes(before.id, after.id)))
      add.push([after.id, after.stored]);
    return {
      item: link.linkItem,
      base: headChanges(share.view.get(link.linkItem)),
      kind: source.kind,
      schema: source.schema,
      body: source.body,
      authored: source.authored,
      link: [share.requireState().vault, link.sourceCollection, link.sourceItem, source.change] as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ],
    };
  });
  // References travel with the first op; LIMITS bound how many one op may carry.
  for (let start = 0; start < records.length; start += 100) {
    const blobs = { add: add.splice(0, 100), drop: drop.splice(0, 100) };
    appendRecords(transaction, share, records.slice(start, start + 100), blobs);
  }
}

/** The item under which a source appears in a share collection: always the same, so that linking twice is once. */
function linkItemOf(share: Collection, source: Uint8Array): Uint8Array {
  if (share.rosterKey === null) throw new VaultError('access/no-key');
  return deriveIndexItem(share.rosterKey, 'link', source);
}
