import { equalBytes } from '../crypto/hash.js';
import { nameOf } from '../log/collection-log.js';
import type { IndexEntry } from '../records/index-entry.js';
import type { Collection } from './collection.js';
import { documentCollections } from './document-places.js';
import { keptHistory } from './erase.js';
import { eraseDocument } from './erase-document.js';
import { type LinkSource, unlinkDocument } from './links.js';
import { AUTHOR, authorOfDocument, isMaskedFrom, type MaskEntry, moveDocument } from './masks.js';
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
  const masks = owned.index.list('index.mask');
  if (masks.length === 0) return;
  const collections = documentCollections(session, owned);
  const links = new Map<string, IndexEntry<'index.link'>[]>();
  for (const link of owned.index.list('index.link')) {
    const name = nameOf(link.sourceItem);
    const known = links.get(name);
    if (known === undefined) links.set(name, [link]);
    else known.push(link);
  }
  for (const known of masks) {
    const entry = settledEntry(transaction, owned, known);
    const { item } = entry;
    const holding = collections.filter((collection) => holds(collection, item));
    if (holding.length === 0) continue;
    const to = entry.ended === null ? ({ masked: true } as const) : { category: entry.category };
    const [home] = findCollections(session, owned, to);
    if (owned.index.get('index.erased', item) !== null && !holding.some(isClosed)) {
      for (const collection of holding) eraseDocument(session, transaction, owned, { collection, item });
      continue;
    }
    if (holding.some(isClosed) || (home !== undefined && isClosed(home.collection))) continue;
    for (const collection of holding)
      if (collection !== home?.collection && isOutOfPlace(owned, entry, collection))
        moveDocument(session, transaction, owned, { collection, item }, to);
    const [place] = findCollections(session, owned, to);
    const given = links.get(nameOf(item));
    if (given !== undefined && place !== undefined && holds(place.collection, item))
      settleLinks(session, transaction, owned, { collection: place.collection, item }, entry, given);
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
  given: readonly IndexEntry<'index.link'>[],
): void {
  const { collection } = source;
  const author = authorOfDocument(source);
  const readers = new Set(currentReaders(collection, session.now()).map(({ person }) => nameOf(person)));
  const ofCategory = findCollections(session, owned, { category: entry.category });
  const isWhole = !ofCategory.some((found) => isClosed(found.collection));
  const reading = new Set(
    ofCategory.flatMap((found) =>
      currentReaders(found.collection, session.now()).map(({ person }) => nameOf(person)),
    ),
  );
  const settled = new Set<string>();
  // Of two that two devices made for one person, the first by name stays, and one that was given by itself before any of a mask.
  const ordered = given.toSorted(
    (a, b) =>
      Number(a.mask === true) - Number(b.mask === true) || (nameOf(a.linkItem) < nameOf(b.linkItem) ? -1 : 1),
  );
  for (const known of ordered) {
    const share = session.collection(known.collection);
    if (share !== null && isClosed(share)) continue;
    if (known.ended !== null) {
      // A device that had not heard of the end has gone on writing there.
      if (isShown(share, known)) unlinkDocument(session, transaction, owned, known, 'erased');
      continue;
    }
    const link = { ...known, sourceCollection: collection.id };
    const person = nameOf(link.person);
    const isOut = entry.ended === null && isMaskedFrom(session, entry, link.person, author);
    const isIdle = link.mask === true && (readers.has(person) || settled.has(person));
    // Given because they read its category, which they do no more.
    const isGone = link.mask === true && link.purpose !== AUTHOR && isWhole && !reading.has(person);
    if (isOut || isIdle || isGone) unlinkDocument(session, transaction, owned, link, 'erased');
    else if (!equalBytes(known.sourceCollection, collection.id))
      owned.index.put(transaction, 'index.link', link.linkItem, link);
    settled.add(person);
  }
}

function isShown(share: Collection | null, { linkItem }: IndexEntry<'index.link'>): boolean {
  return (share?.view.get(linkItem)?.current.body ?? null) !== null;
}
