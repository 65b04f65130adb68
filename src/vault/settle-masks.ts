import { equalBytes } from '../crypto/hash.js';
import { nameOf } from '../log/collection-log.js';
import type { IndexEntry } from '../records/index-entry.js';
import type { Collection } from './collection.js';
import { documentCollections } from './document-places.js';
import { keptHistory } from './erase.js';
import { type LinkSource, unlinkDocument } from './links.js';
import { authorOfDocument, endLinks, isMaskedFrom, linksTo, type MaskEntry, moveDocument } from './masks.js';
import type { OwnedVault, Session } from './session.js';
import { currentReaders, findCollections } from './shares.js';
import type { Transaction } from './transaction.js';

/**
 * Brings every document that is or was masked to where it belongs, and its links to whom they may go to. SPEC §7.3.
 *
 * Devices that do not know of each other may mask the same document, or change in its category what another masks: then there
 * are two of it. Of two masks that were made at the same time, both hold. Any owner's client may do this, any number of times.
 */
export function settleMasks(session: Session, transaction: Transaction, owned: OwnedVault): void {
  const collections = documentCollections(session, owned);
  for (const known of owned.index.list('index.mask')) {
    const entry = settledEntry(transaction, owned, known);
    const holding = collections.filter((collection) => holds(collection, entry.item));
    if (holding.length === 0) continue;
    const to = entry.ended === null ? ({ masked: true } as const) : { category: entry.category };
    const [home] = findCollections(session, owned, to);
    if (holding.some(isClosed) || (home !== undefined && isClosed(home.collection))) continue;
    for (const collection of holding)
      if (collection !== home?.collection && isOutOfPlace(owned, entry, collection))
        moveDocument(session, transaction, owned, { collection, item: entry.item }, to);
    const [place] = findCollections(session, owned, to);
    if (place !== undefined && holds(place.collection, entry.item))
      settleLinks(session, transaction, owned, { collection: place.collection, item: entry.item }, entry);
  }
}

/** Where nothing is to be written, or not all is known, nothing is settled. */
function isClosed({ state, frozen, incomplete, unreadable, role }: Collection): boolean {
  return state === null || role !== 'owner' || frozen !== null || incomplete || unreadable > 0;
}

function holds(collection: Collection, item: Uint8Array): boolean {
  return (
    collection.view.get(item) !== null && keptHistory(collection, item).some(({ body }) => body !== null)
  );
}

/** What is masked is among the masked; what is so no more is among them no more, wherever else it is. */
function isOutOfPlace(owned: OwnedVault, { ended }: MaskEntry, { id }: Collection): boolean {
  return ended === null || owned.index.get('index.collection', id)?.purpose === 'masked';
}

/** The mask that is in force after several were written at the same time: from all whom any of them keeps out. */
function settledEntry(transaction: Transaction, owned: OwnedVault, known: MaskEntry): MaskEntry {
  const heads = owned.index.heads('index.mask', known.item);
  const inForce = heads.filter(({ ended }) => ended === null);
  const [first] = inForce;
  if (heads.length < 2 || first === undefined) return known;
  const persons = new Map(inForce.flatMap((head) => head.persons).map((person) => [nameOf(person), person]));
  const settled: MaskEntry = {
    ...first,
    professionals: inForce.some(({ professionals }) => professionals),
    persons: [...persons].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, person]) => person),
  };
  if (!heads.every((head) => isSameMask(head, settled)))
    owned.index.put(transaction, 'index.mask', known.item, settled);
  return settled;
}

function isSameMask(a: MaskEntry, b: MaskEntry): boolean {
  const names = new Set(a.persons.map(nameOf));
  return (
    a.professionals === b.professionals &&
    a.ended === b.ended &&
    a.persons.length === b.persons.length &&
    b.persons.every((person) => names.has(nameOf(person)))
  );
}

function settleLinks(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  entry: MaskEntry,
): void {
  const { collection } = source;
  const links = linksTo(owned, source).toSorted(
    (a, b) =>
      Number(a.mask === true) - Number(b.mask === true) || (nameOf(a.linkItem) < nameOf(b.linkItem) ? -1 : 1),
  );
  for (const link of links)
    if (!equalBytes(link.sourceCollection, collection.id))
      owned.index.put(transaction, 'index.link', link.linkItem, { ...link, sourceCollection: collection.id });
  const author = authorOfDocument(source);
  const readers = new Set(currentReaders(collection, session.now()).map(({ person }) => nameOf(person)));
  const first = new Map(links.toReversed().map((link) => [nameOf(link.person), link]));
  const isOver = (link: IndexEntry<'index.link'>): boolean => {
    if (entry.ended === null && isMaskedFrom(session, entry, link.person, author)) return true;
    if (link.mask !== true) return false;
    // One of two that two devices made, or of no use where the category is read.
    const other = first.get(nameOf(link.person));
    return (
      readers.has(nameOf(link.person)) || (other !== undefined && !equalBytes(other.linkItem, link.linkItem))
    );
  };
  endLinks(session, transaction, owned, source, isOver);
  // A device that had not heard of an end has gone on writing there.
  for (const link of owned.index.list('index.link'))
    if (link.ended !== null && equalBytes(link.sourceItem, source.item) && isShown(session, link))
      unlinkDocument(session, transaction, owned, link, 'erased');
}

function isShown(session: Session, { collection, linkItem }: IndexEntry<'index.link'>): boolean {
  const share = session.collection(collection);
  if (share === null || isClosed(share)) return false;
  return (share.view.get(linkItem)?.current.body ?? null) !== null;
}
