import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { decodeGrantTerms, type GrantTerms } from '../formats/grant.js';
import { type Id, parseId, printId } from '../formats/id.js';
import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import { logKeys } from '../log/collection-log.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import { isOwnersAlone, isRecordCollection, type RecordKind } from '../records/record-kind.js';
import { isTrustedEnough, type Trust } from '../sharing/contacts.js';
import { DepositBox } from './deposit-box.js';
import { locateDocuments } from './document-places.js';
import { Documents } from './documents.js';
import { type Evidence, readEvidence } from './evidence.js';
import { type Holder, holderEntry, showHolder } from './holder.js';
import { Journal } from './journal.js';
import { linkDocuments, unlinkDocument } from './links.js';
import { LocalCache } from './local-cache.js';
import { authorOfDocument, endMaskLinks, isMaskedFrom, maskOf } from './masks.js';
import type { Contact, People } from './people.js';
import { type LedgerLine, ledgerOf, linesOf } from './readers.js';
import { recordsInVault } from './record-places.js';
import type { Records } from './records.js';
import type { OwnedVault, Session } from './session.js';
import { earliestOf, sessionLiveList, versionOfAll } from './session-live.js';
import {
  beginEpoch,
  ensureCollection,
  findCollections,
  grantAccess,
  requireOwnedVault,
  rotateCollection,
  type ShareRole,
} from './shares.js';

const ROLES: readonly unknown[] = ['reader', 'contributor'];
const HISTORIES: readonly unknown[] = ['all', 'from-now', undefined];
const TRUSTS: readonly unknown[] = ['pinned', 'verified'];

/** What is shared with whom, why, and until when. */
export interface ShareOptions {
  readonly with: Contact | Id<'person'>;
  /** A whole category… */
  readonly category?: DocumentCategory;
  /** …or a collection of records, as named by their kind… */
  readonly collection?: string;
  /** …or single documents. */
  readonly document?: Id<'item'>;
  readonly documents?: readonly Id<'item'>[];
  /** `contributor` may also add documents or records of their own; not where single documents are given. */
  readonly role?: ShareRole;
  /** Why, in a word that both sides will see: `care` unless said otherwise. */
  readonly purpose?: string;
  /** End of the access: a date, or milliseconds since 1970. */
  readonly expires?: Date | number;
  /**
   * With `from-now` a new key begins first, and what was written before stays closed to this person; with `all` said
   * explicitly a new key begins as well, and every earlier one is given with it. Left out, the key in force is given, and what it
   * opens: not what a `from-now` closed. Of a whole
   * category or collection only.
   */
  readonly history?: 'all' | 'from-now';
  /** How sure one must be of the person's keys; `pinned` unless said otherwise. */
  readonly trust?: Exclude<Trust, 'unknown' | 'credentialed'>;
}

/** An access given, as the one who gave it holds it. */
export interface Grant {
  /** Stable for this access; give it to `revoke`. */
  readonly id: string;
  readonly with: Id<'person'>;
  readonly category: DocumentCategory | null;
  readonly collection: string | null;
  readonly documents: readonly Id<'item'>[];
  readonly role: ShareRole;
  readonly purpose: string;
  readonly expires: number | null;
}

/** A vault, for its owner: the documents, who may read them, and what others leave for the holder. */
export class Vault {
  readonly id: Id<'vault'>;
  readonly documents: Documents;
  readonly deposits: DepositBox;
  readonly journal: Journal;
  readonly #session: Session;
  readonly #owned: OwnedVault;
  readonly #people: People;
  readonly #kept = new Kept<Grant>();

  /** @internal */
  constructor(session: Session, owned: OwnedVault, people: People) {
    this.#session = session;
    this.#owned = owned;
    this.#people = people;
    this.id = printId('vault', owned.vault);
    this.documents = new Documents(session, owned);
    this.deposits = new DepositBox(session, owned);
    this.journal = new Journal(session, owned);
  }

  /** Who the vault is about, or `null` before the first sync of a new device. */
  get holder(): Holder | null {
    this.#session.requireOpen();
    const [entry] = this.#owned.index.list('index.holder');
    return entry === undefined ? null : showHolder(entry);
  }

  /**
   * Says anew whom the vault is about, on all devices of its owner: all traits, also those that stay.
   *
   * Nothing is told to anyone, and what was filed stays filed. Throws `usage/invalid` with the trait that is wrong.
   */
  async updateHolder(holder: Holder): Promise<void> {
    const { index, vault } = this.#owned;
    const created = index.list('index.holder')[0]?.created ?? this.#session.now();
    const entry = holderEntry(holder, created);
    await this.#session.transact((transaction) => index.put(transaction, 'index.holder', vault, entry));
  }

  /**
   * The records of a kind in this vault; the same object for the same kind.
   *
   * They are kept in the collection that the kind names, or in another one of that name rule. Nothing is founded before
   * the first one is added. Throws `usage/invalid` for a kind that `defineKind` refuses, or such a name.
   */
  records<T extends object>(kind: RecordKind<T>, collection?: string): Records<T> {
    return recordsInVault(this.#session, this.#owned, kind, collection);
  }

  /** Where a module keeps what it computed from this vault: sealed, on this device, by a name of small letters. @internal */
  cache(name: string): LocalCache {
    if (!/^[a-z]{1,32}$/.test(name)) throw new VaultError('usage/invalid', { argument: 'name' });
    return new LocalCache(this.#session, this.#owned.vault, name);
  }

  /** The names of the collections of records in this vault, in the order of the alphabet. */
  recordCollections(): string[] {
    this.#session.requireOpen();
    const names = this.#owned.index
      .list('index.collection')
      .flatMap(({ purpose, category }) => (purpose === 'records' && category !== null ? [category] : []));
    return [...new Set(names)].sort();
  }

  /** As `recordCollections`, and every list that follows. */
  liveRecordCollections(): Live<readonly string[]> {
    return sessionLiveList(this.#session, `collections ${this.id}`, {
      version: () => versionOfAll([this.#owned.index.collection]),
      read: () => this.recordCollections(),
    });
  }

  /**
   * Gives a person access by wrapping a key for them; no document is encrypted again.
   *
   * Takes effect for them when both have synced. What they read they may keep, also after `revoke`. Throws
   * `share/unknown-person` unless their card was added, `share/trust-too-low`, `share/masked` for a document masked from them, `usage/invalid`, `usage/not-found`. The
   * server learns that this person was given access to a collection, not why, in which role or until when to the
   * minute.
   */
  async share(options: ShareOptions): Promise<Grant> {
    const { purpose = 'care', role = 'reader', trust: least = 'pinned', history } = options;
    if (!HISTORIES.includes(history)) throw new VaultError('usage/invalid', { argument: 'history' });
    if (!ROLES.includes(role)) throw new VaultError('usage/invalid', { argument: 'role' });
    if (!TRUSTS.includes(least)) throw new VaultError('usage/invalid', { argument: 'trust' });
    const person = typeof options.with === 'string' ? options.with : options.with.id;
    const { identity, trust } = await this.#people.identityOf(person);
    if (!isTrustedEnough(trust, least)) throw new VaultError('share/trust-too-low', { trust });
    const session = this.#session;
    const owned = this.#owned;
    const expires = options.expires === undefined ? null : Number(options.expires);
    if (expires !== null && !(Number.isSafeInteger(expires) && expires > session.now())) {
      throw new VaultError('usage/invalid', { argument: 'expires' });
    }
    if (purpose.length === 0 || purpose.length > 64)
      throw new VaultError('usage/invalid', { argument: 'purpose' });
    const documents = options.documents ?? (options.document === undefined ? [] : [options.document]);
    const shown = { with: person, role, purpose, expires };
    const whole = wholeOf(options, documents.length > 0);
    if (whole !== null) {
      const { category, collection } = whole;
      const name = category ?? collection;
      const wanted = category === null ? { records: collection } : { category };
      return session.transact((transaction) => {
        ensureCollection(session, transaction, owned, wanted);
        const terms = { role, purpose, expires, label: name, category: name, item: null };
        const share = { ...terms, history };
        // Two devices that were offline may have founded one each: whoever reads one of them reads all of it.
        const [first] = findCollections(session, owned, wanted).map(({ collection }) => {
          if (history !== undefined) beginEpoch(session, transaction, owned, collection, history);
          return grantAccess(session, transaction, owned, collection, identity, share);
        }) as [GrantTerms];
        return { ...shown, ...whole, id: printId('grant', first.grant), documents: [] };
      });
    }
    if (role !== 'reader' || history !== undefined)
      throw new VaultError('usage/invalid', { argument: 'document' });
    return session.transact((transaction) => {
      const sources = locateDocuments(session, owned, documents);
      for (const source of sources) {
        const mask = maskOf(owned, source.item);
        const author = authorOfDocument(source);
        if (mask !== null && isMaskedFrom(session, mask, identity.person, author))
          throw new VaultError('share/masked');
      }
      linkDocuments(session, transaction, owned, identity, sources, { purpose, expires });
      const id = [person, ...documents].join(' ');
      return { ...shown, id, category: null, collection: null, documents: [...documents] };
    });
  }

  /**
   * Ends an access: nothing written from now on can be read with the keys that were given.
   *
   * A category gets a new key, which goes to everyone who stays; the server stops serving at the next sync. What the
   * person could already read, they may have kept. Ending twice is once. Throws `usage/not-found`.
   */
  async revoke(grant: Grant): Promise<void> {
    const session = this.#session;
    const owned = this.#owned;
    const person = parseId('person', grant.with);
    await session.transact((transaction) => {
      const { category, collection: records } = grant;
      const wanted = category !== null ? { category } : records !== null ? { records } : null;
      if (wanted !== null) {
        const found = findCollections(session, owned, wanted);
        const entry = found
          .flatMap(({ collection }) => collection.readers.history())
          .find((line) => printId('grant', line.grant) === grant.id);
        if (entry === undefined) throw new VaultError('usage/not-found', { id: grant.id });
        if (entry.ended !== null) return;
        for (const { collection } of found) {
          if (collection.readers.has(person))
            rotateCollection(session, transaction, owned, collection, { remove: [person] });
        }
        // What is masked was linked to them because they read this category.
        if (category !== null) endMaskLinks(session, transaction, owned, category, person);
        return;
      }
      const documents = new Set(grant.documents);
      for (const link of owned.index.list('index.link')) {
        const about = equalBytes(link.person, person) && documents.has(printId('item', link.sourceItem));
        if (about && link.ended === null) unlinkDocument(session, transaction, owned, link);
      }
    });
  }

  /**
   * The accesses in force, for showing and for revoking; each category and each document once for a person.
   *
   * Each is the same object while nothing about it changed.
   */
  grants(): Grant[] {
    this.#session.requireOpen();
    const now = this.#session.now();
    const grants: Grant[] = [];
    const shownBy = new Map<string, string>();
    for (const { line, collection } of linesOf(this.#session, this.#owned)) {
      if (line.ended !== null || (line.expires !== null && line.expires <= now)) continue;
      const id = line.grant ?? `${line.person} ${line.document ?? ''}`;
      const { person, role, purpose, expires } = line;
      const whole = line.category ?? line.collection;
      // One access may be to several collections of its category, or of its person.
      const terms = whole === null ? id : JSON.stringify([person, whole, role, purpose, expires]);
      if ((shownBy.get(terms) ?? collection) !== collection) continue;
      shownBy.set(terms, collection);
      grants.push({
        id,
        with: line.person,
        category: line.category as DocumentCategory | null,
        collection: line.collection,
        documents: line.document === null ? [] : [line.document],
        role: line.role,
        purpose: line.purpose,
        expires: line.expires,
      });
    }
    return this.#kept.all(grants);
  }

  /** As `grants`, and every list that follows; an access whose date passes leaves the list by itself. */
  liveGrants(): Live<readonly Grant[]> {
    const session = this.#session;
    const { index } = this.#owned;
    let grants: readonly Grant[] = [];
    return sessionLiveList(session, `grants ${this.id}`, {
      version: () =>
        versionOfAll([
          index.collection,
          ...index.list('index.collection').flatMap(({ collection }) => session.collection(collection) ?? []),
        ]),
      read: () => {
        grants = this.grants();
        return grants;
      },
      nextMoment: () => earliestOf(grants.map(({ expires }) => expires)),
    });
  }

  /** Every access ever given, in force or ended, oldest first: complete, since each is a signed op in a log. */
  ledger(): LedgerLine[] {
    this.#session.requireOpen();
    return ledgerOf(this.#session, this.#owned);
  }

  /**
   * The consent receipt of a grant: the terms, signed by both sides, once the other has accepted; else `null`.
   *
   * `verifyConsentReceipt` checks it anywhere, without this vault.
   */
  consent(grant: Id<'grant'>): {
    readonly receipt: Uint8Array | null;
    readonly purpose: string;
    readonly expires: number | null;
  } | null {
    this.#session.requireOpen();
    const entry = this.#owned.index.get('index.consent', parseId('grant', grant));
    if (entry === null) return null;
    const { purpose, expires } = decodeGrantTerms(entry.terms);
    return { receipt: entry.receipt, purpose, expires };
  }

  /** Proof kept of what a server did wrong, by collection; empty when it never did. */
  async evidence(): Promise<
    { readonly collection: Id<'collection'>; readonly evidence: Evidence; readonly bytes: Uint8Array }[]
  > {
    const found = [];
    for (const { id } of this.#session.collections) {
      const bytes = await this.#session.store.get(logKeys(id).evidence);
      if (bytes !== null)
        found.push({ collection: printId('collection', id), evidence: readEvidence(bytes), bytes });
    }
    return found;
  }
}

/** What is shared as a whole, or null for single documents. Throws `usage/invalid` for more than one of these, or none. */
function wholeOf({ category, collection }: ShareOptions, hasDocuments: boolean) {
  const named = [category !== undefined, collection !== undefined, hasDocuments].filter(Boolean);
  if (named.length !== 1)
    throw new VaultError('usage/invalid', { argument: named.length === 0 ? 'document' : 'category' });
  if (category !== undefined) {
    if (!isDocumentCategory(category)) throw new VaultError('usage/invalid', { argument: 'category' });
    return { category, collection: null };
  }
  if (collection === undefined) return null;
  if (!isRecordCollection(collection) || isOwnersAlone(collection))
    throw new VaultError('usage/invalid', { argument: 'collection' });
  return { category: null, collection };
}

/** Vaults as given out last: the same object while the holder is the same. */
const givenOut = /* @__PURE__ */ new WeakMap<
  OwnedVault,
  { readonly holder: string; readonly vault: Vault }
>();

/** A vault this person owns; the same object while nothing that it shows by itself changed. */
export function showVault(session: Session, owned: OwnedVault, people: People): Vault {
  const [entry] = owned.index.list('index.holder');
  const holder = JSON.stringify(entry ?? null);
  const known = givenOut.get(owned);
  if (known !== undefined && known.holder === holder) return known.vault;
  const vault = new Vault(session, owned, people);
  givenOut.set(owned, { holder, vault });
  return vault;
}

/** The vault of this id, for a person who owns it. Throws `access/not-allowed`. */
export function vaultOf(session: Session, id: Uint8Array, people: People): Vault {
  return showVault(session, requireOwnedVault(session, id), people);
}
