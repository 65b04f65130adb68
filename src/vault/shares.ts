import { equalBytes } from '../crypto/hash.js';
import { expose, Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { decodeGrantTerms, type GrantTerms } from '../formats/grant.js';
import { bytesToHex } from '../formats/id.js';
import type { RosterReader } from '../formats/roster.js';
import { nameOf } from '../log/collection-log.js';
import type { Identity } from '../protocol/identity-chain.js';
import type { IndexEntry } from '../records/index-entry.js';
import { makeGrant } from '../sharing/grants.js';
import type { LedgerEntry } from '../sharing/roster.js';
import { collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import {
  appendAdmission,
  appendRecords,
  appendRoster,
  appendRotation,
  foundCollection,
} from './collection-writer.js';
import { keyName, sendToInbox } from './inbox.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

const DAY_MS = 86_400_000;

/** What a grant allows: to read, or also to add records of one's own. */
export type ShareRole = 'reader' | 'contributor';

/** The terms on which a collection is shared. */
export interface ShareTerms {
  readonly role: ShareRole;
  readonly purpose: string;
  /** Milliseconds since 1970, or null for no end. */
  readonly expires: number | null;
  readonly label: string;
  readonly category: string | null;
  readonly item: Uint8Array | null;
  /**
   * `from-now`: the caller began an epoch that does not carry the old key. `all`: the keys of every epoch, also of those that
   * later ones do not open; where documents were masked, what is current is sealed again instead. Left out, what the key in
   * force opens.
   */
  readonly history?: 'all' | 'from-now' | undefined;
}

/** A collection and what the vault's index says about it. */
export interface FoundCollection {
  readonly entry: IndexEntry<'index.collection'>;
  readonly collection: Collection;
}

/** What a collection of a vault is for. */
export type CollectionPurpose =
  | { readonly category: string }
  | { readonly person: Uint8Array }
  | { readonly records: string }
  | { readonly masked: true };

/**
 * The collections of a vault for one purpose, in an order that is the same on every device.
 *
 * Mostly one or none; two devices that needed it first while offline have founded one each.
 */
export function findCollections(
  session: Session,
  owned: OwnedVault,
  wanted: CollectionPurpose,
): FoundCollection[] {
  const found: FoundCollection[] = [];
  for (const entry of owned.index.list('index.collection')) {
    const collection = isFor(entry, wanted) ? session.collection(entry.collection) : null;
    if (collection !== null) found.push({ entry, collection });
  }
  return found.sort((a, b) => (bytesToHex(a.collection.id) < bytesToHex(b.collection.id) ? -1 : 1));
}

function isFor(
  { purpose, category, person }: IndexEntry<'index.collection'>,
  wanted: CollectionPurpose,
): boolean {
  if ('category' in wanted) return purpose === 'category' && category === wanted.category;
  if ('records' in wanted) return purpose === 'records' && category === wanted.records;
  if ('masked' in wanted) return purpose === 'masked';
  return purpose === 'share' && person !== null && equalBytes(person, wanted.person);
}

/** As `findCollections`, founding the collection when there is none. */
export function ensureCollection(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  wanted: CollectionPurpose,
): Collection {
  const [known] = findCollections(session, owned, wanted);
  if (known !== undefined) return known.collection;
  const { random, context, profile } = session;
  const key = Secret.of('collection-key', random(32));
  const rosterKey = Secret.of('roster-key', random(32));
  const collection = foundCollection(transaction, context, {
    vault: owned.vault,
    server: profile.serverKey,
    key,
    rosterKey,
  });
  session.adopt(transaction, collection);
  keepVaultKey(transaction, owned, collection, 1, key);
  owned.index.put(transaction, 'index.collection', collection.id, {
    collection: collection.id,
    vault: owned.vault,
    purpose: purposeOf(wanted),
    category: 'category' in wanted ? wanted.category : 'records' in wanted ? wanted.records : null,
    person: 'person' in wanted ? wanted.person : null,
    rosterKey: expose(rosterKey).slice(),
  });
  return collection;
}

function purposeOf(wanted: CollectionPurpose): IndexEntry<'index.collection'>['purpose'] {
  if ('category' in wanted) return 'category';
  if ('records' in wanted) return 'records';
  return 'masked' in wanted ? 'masked' : 'share';
}

/**
 * Gives a person access to a collection: one roster op, one encapsulation, whatever the collection holds.
 *
 * `recipient` comes from the identity book, so its key is one this device has verified (I3).
 */
export function grantAccess(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  recipient: Identity,
  share: ShareTerms,
): GrantTerms {
  const { random, now } = session;
  renewEpoch(session, transaction, owned, collection);
  const isMasked = hasMasks(owned, collection);
  if (isMasked && share.history !== 'from-now')
    sealAgain(transaction, collection, now(), { all: share.history === 'all' });
  const state = collection.requireState();
  const terms: GrantTerms = {
    v: 1,
    vault: owned.vault,
    collection: collection.id,
    grant: random(16),
    from: session.author.person,
    to: recipient.person,
    role: share.role,
    purpose: share.purpose,
    label: share.label,
    category: share.category,
    item: share.item,
    begins: now(),
    expires: share.expires,
    time: now(),
  };
  const notAfter = earliest(state.notAfter, lastDay(share.expires));
  const reader = { ...readerOf(terms), history: share.history !== 'from-now' };
  if (share.role === 'contributor') appendAdmission(transaction, collection, recipient.person);
  appendRoster(transaction, collection, { add: [reader], remove: [] }, notAfter, {
    add: [recipient.person],
    remove: [],
  });
  // R-MASK-1: a key that a mask took out of use opens what is masked.
  const previous = share.history === 'all' && !isMasked ? keysOfClosedEpochs(collection) : [];
  const { termsBytes } = sendGrant(session, transaction, collection, recipient, terms, previous);
  owned.index.put(transaction, 'index.consent', terms.grant, {
    grant: terms.grant,
    terms: termsBytes,
    receipt: null,
    withdrawn: null,
  });
  return terms;
}

function readerOf(terms: GrantTerms) {
  const { grant, to, role, purpose, expires, time, item } = terms;
  return { grant, person: to, role, purpose, expires, time, item };
}

function sendGrant(
  session: Session,
  transaction: Transaction,
  collection: Collection,
  recipient: Identity,
  terms: GrantTerms,
  previous: ReturnType<typeof keysOfClosedEpochs> = [],
) {
  const state = collection.requireState();
  const made = makeGrant({
    author: session.author,
    recipient,
    terms,
    epoch: state.epoch,
    key: collection.keyring.requireKey(state.epoch, state),
    previous,
    head: collection.log.head,
    random: session.random,
  });
  sendToInbox(transaction, recipient.person, made.bytes, collectionLane(collection.id));
  return made;
}

/** Whether a document of this category is masked or ever was: then there are keys that nobody gets any more. */
function hasMasks(owned: OwnedVault, { id }: Collection): boolean {
  const entry = owned.index.get('index.collection', id);
  if (entry === null || entry.purpose !== 'category') return false;
  return owned.index.list('index.mask').some(({ category }) => category === entry.category);
}

/**
 * Seals again, under the key in force, what is current and only a closed key opens: masking a document closes the past of its
 * category, and whoever is let in later is to read the rest of it. Versions that wait for a decision stay so.
 *
 * Not what is older than an access from a moment on, unless `all` of it is given; and nothing while someone reads from a
 * moment on only: they would read what is older than that.
 */
function sealAgain(
  transaction: Transaction,
  collection: Collection,
  now: number,
  { all }: { readonly all: boolean },
): void {
  const closed = Math.max(0, ...collection.closedEpochs);
  if (closed === 0 || collection.readers.current(now).some(({ history }) => !history)) return;
  const begins = collection.readers.history().flatMap(({ history, time }) => (history ? [] : [time]));
  const since = all ? 0 : Math.max(0, ...begins);
  const heads = collection.view.list().flatMap(({ current, conflicts }) => [...conflicts, current]);
  const stale = heads.filter(({ epoch, time, body }) => epoch <= closed && time >= since && body !== null);
  const records = stale.map(({ item, change, kind, schema, body, authored, link, time }) => {
    return { item, base: [change], kind, schema, body, authored, link, time };
  });
  if (records.length > 0) appendRecords(transaction, collection, records);
}

/** The keys that no later one opens, as far as they are known here. */
function keysOfClosedEpochs(collection: Collection) {
  const state = collection.requireState();
  return collection.closedEpochs.flatMap((epoch) => {
    const key = collection.keyring.keyOf(epoch, state);
    return key === null ? [] : [{ epoch, key }];
  });
}

/**
 * Ends the access of these people: a new epoch, its key to everyone who stays, and nothing for those who go.
 *
 * What they could read before they may have kept. `carry` false also closes the past to later readers.
 */
export function rotateCollection(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  options: { readonly remove: readonly Uint8Array[]; readonly carry?: boolean },
): void {
  const { random, now, book } = session;
  const state = collection.requireState();
  const expired = collection.readers.expired(now()).map(({ person }) => person);
  const remove = [
    ...new Map([...options.remove, ...expired].map((person) => [nameOf(person), person])).values(),
  ];
  const gone = new Set(remove.map(nameOf));
  const staying = currentReaders(collection, now()).filter(({ person }) => !gone.has(nameOf(person)));
  const key = Secret.of('collection-key', random(32));
  const epoch = state.epoch + 1;
  keepVaultKey(transaction, owned, collection, epoch, key);
  const notAfter = staying.map(({ expires }) => lastDay(expires)).reduce(earliest, null);
  appendRotation(transaction, collection, { key, remove, notAfter, carry: options.carry ?? true });
  for (const reader of staying) {
    const recipient = book.get(reader.person);
    // Without their identity log no key may be wrapped to them; the next sync brings it, then they are granted anew.
    if (recipient !== null) regrant(session, transaction, owned, collection, recipient, reader);
  }
}

/**
 * Sends a reader the key of the current epoch again, on the terms they were given.
 *
 * The terms stay byte for byte those that were signed, so the consent to them stays valid.
 */
function regrant(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  recipient: Identity,
  reader: RosterReader,
): void {
  const kept = owned.index.get('index.consent', reader.grant);
  const { grant, person, role, purpose, item, time, expires } = reader;
  const category = categoryOf(owned, collection);
  const terms =
    kept === null
      ? {
          ...({
            v: 1,
            vault: owned.vault,
            collection: collection.id,
            grant,
            from: session.author.person,
            to: person,
          } as const),
          ...{ role, purpose, label: category ?? 'documents', category, item, begins: time, expires, time },
        }
      : decodeGrantTerms(kept.terms);
  sendGrant(session, transaction, collection, recipient, terms);
}

/**
 * Starts an epoch before someone is let in, so that what is sealed under it is for exactly those whom it then has.
 *
 * `from-now` does not carry the old key: what was written before stays with those who had it.
 */
export function beginEpoch(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  history: 'all' | 'from-now',
): void {
  rotateCollection(session, transaction, owned, collection, { remove: [], carry: history === 'all' });
}

/** Puts a reader on the roster of the current epoch again, after the op that first did so was void. */
export function readmit(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  recipient: Identity,
  reader: RosterReader,
): void {
  if (reader.history !== false && hasMasks(owned, collection))
    sealAgain(transaction, collection, session.now(), { all: false });
  const notAfter = earliest(collection.requireState().notAfter, lastDay(reader.expires));
  appendRoster(transaction, collection, { add: [reader], remove: [] }, notAfter, {
    add: [recipient.person],
    remove: [],
  });
  regrant(session, transaction, owned, collection, recipient, reader);
}

function categoryOf(owned: OwnedVault, collection: Collection): string | null {
  return (
    owned.index.list('index.collection').find((entry) => equalBytes(entry.collection, collection.id))
      ?.category ?? null
  );
}

/** The last moment of the day on which an access ends: no client seals under the epoch past it. SPEC §6.2. */
function lastDay(expires: number | null): number | null {
  return expires === null ? null : Math.ceil(expires / DAY_MS) * DAY_MS;
}

/** The readers of a collection: those whose access is in force, one entry each. */
export function currentReaders(collection: Collection, now: number): LedgerEntry[] {
  const readers = new Map<string, LedgerEntry>();
  for (const entry of collection.readers.current(now)) readers.set(nameOf(entry.person), entry);
  return [...readers.values()];
}

/**
 * Makes sure that what is written now is not readable by someone whose time is over: starts the next epoch if it is.
 *
 * To be called before an owner writes. SPEC §6.2 `notAfter`.
 */
export function renewEpoch(
  session: Session,
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
): void {
  const state = collection.requireState();
  const now = session.now();
  if (collection.role !== 'owner') return;
  const ended = collection.readers.expired(now);
  if (ended.length === 0 && (state.notAfter === null || now <= state.notAfter)) return;
  rotateCollection(session, transaction, owned, collection, { remove: ended.map(({ person }) => person) });
}

function keepVaultKey(
  transaction: Transaction,
  owned: OwnedVault,
  collection: Collection,
  epoch: number,
  key: Secret<'collection-key'>,
): void {
  const raw = expose(key).slice();
  owned.index.put(transaction, 'index.key', keyName(collection.id, epoch, raw), {
    collection: collection.id,
    epoch,
    key: raw,
  });
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}

/** The vault that a collection belongs to, if this person owns it. Throws `access/not-allowed`. */
export function requireOwnedVault(session: Session, vault: Uint8Array): OwnedVault {
  const owned = session.vaults.get(nameOf(vault));
  if (owned === undefined) throw new VaultError('access/not-allowed');
  return owned;
}
