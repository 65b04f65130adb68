import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { type Id, parseId, printId } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA } from '../records/document.js';
import type { IndexEntry } from '../records/index-entry.js';
import type { Collection } from './collection.js';
import { appendPrune, appendRecords } from './collection-writer.js';
import { authorOf } from './document-view.js';
import { blobsOnlyIn, keptHistory } from './erase.js';
import { type LinkSource, linkDocuments, unlinkDocument } from './links.js';
import { blobsNamedBy } from './named-blobs.js';
import type { Contact } from './people.js';
import { headChanges, type Revision } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import { currentReaders, ensureCollection, findCollections, renewEpoch, rotateCollection } from './shares.js';
import type { Transaction } from './transaction.js';

/** From whom a document is masked. */
export interface MaskOptions {
  /** All professionals and institutions, as their cards call themselves, or people by name, or both. */
  readonly from: 'professionals' | readonly ('professionals' | Contact | Id<'person'>)[];
}

/** From whom a document is masked, as shown. */
export interface Mask {
  readonly professionals: boolean;
  readonly people: readonly Id<'person'>[];
}

/** A mask as the index keeps it. @internal */
export type MaskEntry = IndexEntry<'index.mask'>;

/** The purpose of a link to whoever wrote what is masked: it is theirs, whatever else they may read. @internal */
export const AUTHOR = 'author';

/** Whom a mask keeps out. @internal */
export type Audience = Pick<MaskEntry, 'professionals' | 'persons'>;

/** What is written about a mask in the index. Throws `usage/invalid` for nobody. @internal */
export function audienceOf({ from }: MaskOptions): Audience {
  const all = from === 'professionals' ? [from] : from;
  if (!Array.isArray(all) || all.length === 0) throw new VaultError('usage/invalid', { argument: 'from' });
  const people = all
    .filter((one) => one !== 'professionals')
    .map((one) => (typeof one === 'string' ? one : one.id));
  const persons = [...new Set(people)].map((id) => parseId('person', id));
  return { professionals: all.includes('professionals'), persons };
}

/** The mask in force of a document, or null. @internal */
export function maskOf(owned: OwnedVault, item: Uint8Array): MaskEntry | null {
  const entry = owned.index.get('index.mask', item);
  return entry === null || entry.ended !== null ? null : entry;
}

/** A mask as shown. @internal */
export function showMask({ professionals, persons }: MaskEntry): Mask {
  return Object.freeze({
    professionals,
    people: Object.freeze(persons.map((person) => printId('person', person))),
  });
}

/** Whether a document is masked from someone: from its author only if they are named. @internal */
export function isMaskedFrom(
  session: Session,
  { professionals, persons }: Audience,
  person: Uint8Array,
  author: Uint8Array,
): boolean {
  if (persons.some((other) => equalBytes(other, person))) return true;
  if (!professionals || equalBytes(person, author)) return false;
  const kind = session.index.get('index.contact', person)?.kind;
  return kind === 'professional' || kind === 'institution';
}

/** Who wrote a document, as far as that is proven. @internal */
export function authorOfDocument({ collection, item }: LinkSource): Uint8Array {
  const current = collection.view.get(item)?.current;
  if (current === undefined) throw new VaultError('usage/not-found');
  return authorOf(current);
}

/**
 * Masks a document: it moves to the private documents, under a key that no grant carries, and is linked to those who could read
 * it and still may, its author among them. Where it was, a removal is left, and a key that does not open what was before.
 *
 * Of one that is masked already, the mask becomes this one. SPEC §7.3.
 */
export function maskDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  audience: Audience,
): void {
  const { collection, item } = source;
  const author = authorOfDocument(source);
  const isOut = ({ person }: { readonly person: Uint8Array }) =>
    isMaskedFrom(session, audience, person, author);
  const known = maskOf(owned, item);
  if (known !== null) {
    owned.index.put(transaction, 'index.mask', item, { ...known, ...audience });
    endLinks(session, transaction, owned, source, isOut);
    // Whom the mask before kept out, and this one does not, reads it as they read its category.
    const freed = readersOf(session, owned, known.category, timeOf(source)).filter(
      (reader) => isMaskedFrom(session, known, reader.person, author) && !isOut(reader),
    );
    linkForMask(session, transaction, owned, source, freed);
    return;
  }
  const category = owned.index.get('index.collection', collection.id)?.category ?? 'other';
  const readers = readersAt(session, collection, timeOf(source));
  const target = moveDocument(session, transaction, owned, source, { masked: true });
  owned.index.put(transaction, 'index.mask', item, {
    ...{ item, category, ...audience },
    ...{ time: session.now(), ended: null },
  });
  const there = { collection: target, item };
  endLinks(session, transaction, owned, there, isOut);
  const isOwn = equalBytes(author, session.author.person);
  const people: readonly LinkTerms[] = isOwn
    ? readers
    : [...readers, { person: author, purpose: AUTHOR, expires: null }];
  const those = people.filter((person) => !isOut(person));
  linkForMask(session, transaction, owned, there, those);
}

/** Puts a masked document back where it was filed: whoever reads its category reads it again. @internal */
export function unmaskDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  entry: MaskEntry,
): void {
  const { item } = source;
  const collection = moveDocument(session, transaction, owned, source, { category: entry.category });
  owned.index.put(transaction, 'index.mask', item, { ...entry, ended: session.now() });
  const readers = new Set(currentReaders(collection, session.now()).map(({ person }) => nameOf(person)));
  const standsIn = (link: IndexEntry<'index.link'>) => link.mask === true && readers.has(nameOf(link.person));
  endLinks(session, transaction, owned, { collection, item }, standsIn);
}

/** Throws `share/masked` for a document that is masked from one of those who read this collection. @internal */
export function requireUnmasked(
  session: Session,
  owned: OwnedVault,
  source: LinkSource,
  collections: readonly Collection[],
): void {
  const mask = maskOf(owned, source.item);
  if (mask === null) return;
  const author = authorOfDocument(source);
  for (const { readers } of collections)
    if (readers.current(session.now()).some(({ person }) => isMaskedFrom(session, mask, person, author)))
      throw new VaultError('share/masked');
}

/** Gives a document that is masked from its creation on to those who read its category and may see it. @internal */
export function maskNewDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  { category, audience }: { readonly category: string; readonly audience: Audience },
): void {
  const { item } = source;
  owned.index.put(transaction, 'index.mask', item, {
    ...{ item, category, ...audience },
    ...{ time: session.now(), ended: null },
  });
  const author = authorOfDocument(source);
  linkForMask(
    session,
    transaction,
    owned,
    source,
    readersOf(session, owned, category, timeOf(source)).filter(
      ({ person }) => !isMaskedFrom(session, audience, person, author),
    ),
  );
}

/** Takes back what someone was given of a category's masked documents, once they read the category no more. */
export function endMaskLinks(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  category: string,
  person: Uint8Array,
): void {
  for (const link of owned.index.list('index.link')) {
    const isTheirs = link.ended === null && link.mask === true && equalBytes(link.person, person);
    if (!isTheirs || link.purpose === AUTHOR) continue;
    if (owned.index.get('index.mask', link.sourceItem)?.category === category)
      unlinkDocument(session, transaction, owned, link);
  }
}

function readersOf(session: Session, owned: OwnedVault, category: string, time: number) {
  return findCollections(session, owned, { category }).flatMap(({ collection }) =>
    readersAt(session, collection, time),
  );
}

/** Those who read what was written in a collection at a moment: whoever reads from a later one on does not (R-MASK-2). */
function readersAt(session: Session, { readers }: Collection, time: number) {
  const those = readers.current(session.now()).filter((reader) => reader.history || time >= reader.time);
  return [...new Map(those.map((reader) => [nameOf(reader.person), reader])).values()];
}

/** When what a document shows was written. */
function timeOf({ collection, item }: LinkSource): number {
  return collection.view.get(item)?.current.time ?? 0;
}

/** Someone a document is linked to, and on what terms. */
interface LinkTerms {
  readonly person: Uint8Array;
  readonly purpose: string;
  readonly expires: number | null;
}

function linkForMask(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  people: readonly LinkTerms[],
): void {
  const linked = new Set(linksTo(owned, source).map(({ person }) => nameOf(person)));
  for (const { person, purpose, expires } of people) {
    const identity = session.book.get(person);
    // Who cannot be wrapped a key for is told nothing: the holder can share it with them later.
    if (identity === null || linked.has(nameOf(person))) continue;
    linked.add(nameOf(person));
    linkDocuments(session, transaction, owned, identity, [source], { purpose, expires, mask: true });
  }
}

function linksTo(owned: OwnedVault, { item }: LinkSource): IndexEntry<'index.link'>[] {
  return owned.index
    .list('index.link')
    .filter((link) => link.ended === null && equalBytes(link.sourceItem, item));
}

function endLinks(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  source: LinkSource,
  isOver: (link: IndexEntry<'index.link'>) => boolean,
): void {
  // As an erased one: it goes from their app too, like any removal.
  for (const link of linksTo(owned, source))
    if (isOver(link)) unlinkDocument(session, transaction, owned, link, 'erased');
}

/**
 * Writes a document with all its versions into another collection, under the same id, and erases it where it was.
 *
 * On top of what is there of it already, if anything is. @internal
 */
export function moveDocument(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  { collection, item }: LinkSource,
  to: { readonly masked: true } | { readonly category: string },
): Collection {
  const target = ensureCollection(session, transaction, owned, to);
  renewEpoch(session, transaction, owned, target);
  const history = keptHistory(collection, item);
  const isThere = (target.view.get(item)?.current.body ?? null) !== null;
  // Between two copies of a document, a removal says only where the other one went.
  const carried = isThere ? history.filter(({ body }) => body !== null) : history;
  copyHistory(session, transaction, target, item, carried);
  for (const link of linksTo(owned, { collection, item }))
    owned.index.put(transaction, 'index.link', link.linkItem, { ...link, sourceCollection: target.id });
  // Before the removal, so that whoever is let in later opens nothing of what was there.
  rotateCollection(session, transaction, owned, collection, { remove: [], carry: false });
  const written = history.filter(({ body }) => body !== null);
  const base = headChanges(collection.view.get(item));
  const removal = { item, base: base.slice(-16), kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body: null };
  const drop = blobsOnlyIn(collection, item, written);
  appendRecords(transaction, collection, [removal]);
  const changes = written.map(({ change }) => change);
  appendPrune(transaction, collection, changes, { add: [], drop });
  return target;
}

/** Every version again, on top of what the item is there; ids of changes are new, since one occurs once in a log. */
function copyHistory(
  session: Session,
  transaction: Transaction,
  target: Collection,
  item: Uint8Array,
  history: readonly Revision[],
): void {
  const heads = headChanges(target.view.get(item));
  const renamed = new Map(history.map(({ change }) => [nameOf(change), session.random(16)]));
  const records = history.map((revision) => {
    const { kind, schema, body, authored, link, time } = revision;
    const base = revision.base.flatMap((change) => renamed.get(nameOf(change)) ?? []);
    const change = renamed.get(nameOf(revision.change)) as Uint8Array;
    return { item, change, base: base.length > 0 ? base : heads, kind, schema, body, authored, link, time };
  });
  const blobs = new Map(history.flatMap(blobsNamedBy).map((blob) => [nameOf(blob.id), blob]));
  appendRecords(transaction, target, records, {
    add: [...blobs.values()].map(({ id, stored }) => [id, stored]),
    drop: [],
  });
}
