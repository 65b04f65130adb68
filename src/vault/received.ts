import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { decodeGrantTerms, type GrantTerms } from '../formats/grant.js';
import { type Id, parseId, printId } from '../formats/id.js';
import type { Live } from '../live/live.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import {
  DOCUMENT_KIND,
  type DocumentContent,
  encodeDocument,
  schemaOfDocument,
} from '../records/document.js';
import type { RecordKind } from '../records/record-kind.js';
import { signAuthorship } from '../sharing/authorship.js';
import type { Trust } from '../sharing/contacts.js';
import { blobName, collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { appendRecords } from './collection-writer.js';
import { blobOf, type ReadOptions, readFile, storeFile, type WorkOptions } from './document-files.js';
import { documentsIn, newestFirst } from './document-list.js';
import { bodyOfRevision, type Document, type DocumentMetadata, describe } from './document-view.js';
import { type FileSource, openSource } from './file-source.js';
import { acknowledge, acknowledgeRead } from './journal-acknowledge.js';
import { LocalCache } from './local-cache.js';
import { recordsInShare } from './record-places.js';
import type { Item } from './record-view.js';
import type { Records } from './records.js';
import type { Session } from './session.js';
import { sessionLiveList, versionOfAll } from './session-live.js';

/** Something that someone shared with this person: one grant, and the documents it opens. */
export class ReceivedShare {
  readonly #session: Session;
  readonly #collection: Collection;
  readonly grant: Id<'grant'>;
  readonly from: Id<'person'>;
  readonly role: 'reader' | 'contributor';
  readonly purpose: string;
  /** The category of documents shared, or null. */
  readonly category: DocumentCategory | null;
  /** The collection of records shared, for `records`, or null; with `category` null too, documents given one by one. */
  readonly collection: string | null;
  readonly begins: number;
  readonly expires: number | null;

  /** @internal */
  constructor(session: Session, collection: Collection, termsBytes: Uint8Array) {
    this.#session = session;
    this.#collection = collection;
    const terms = decodeGrantTerms(termsBytes);
    this.grant = printId('grant', terms.grant);
    this.from = printId('person', terms.from);
    this.role = terms.role;
    this.purpose = terms.purpose;
    this.category = isDocumentCategory(terms.category) ? terms.category : null;
    this.collection = this.category === null ? terms.category : null;
    this.begins = terms.begins;
    this.expires = terms.expires;
  }

  /** How sure this person is of the sharer's keys. */
  get trust(): Trust {
    return this.#session.index.get('index.contact', parseId('person', this.from))?.trust ?? 'unknown';
  }

  /**
   * `open` while what is written now can be read; `ended` by its date or a new epoch; `refused` when the server no
   * longer serves it, which is what a revocation looks like from here. What was readable before may still be here.
   */
  get status(): 'open' | 'ended' | 'refused' {
    if (this.expires !== null && this.expires <= this.#session.now()) return 'ended';
    const { state, keyring, refused } = this.#collection;
    if (state !== null && keyring.keyOf(state.epoch, state) === null) return 'ended';
    return refused ? 'refused' : 'open';
  }

  /** The documents shared, newest first; each is the same object while nothing about it changed. */
  list(): Document[] {
    this.#session.requireOpen();
    return documentsIn(this.#collection, this.category).sort(newestFirst);
  }

  /** As `list`, and every list that follows. */
  live(): Live<readonly Document[]> {
    return sessionLiveList(this.#session, `share ${this.grant}`, {
      version: () => versionOfAll([this.#collection]),
      read: () => this.list(),
    });
  }

  /**
   * The records of a kind that were shared: to read, and for a contributor to add to.
   *
   * Throws `usage/invalid` unless the collection of the kind, or the one named, is the `collection` shared.
   */
  records<T extends object>(kind: RecordKind<T>, collection?: string): Records<T> {
    return recordsInShare(this.#session, this, this.#collection, kind, collection);
  }

  /** Decrypts a shared file piece by piece; read to its end, it may be told (`person.acknowledgeReads`). Throws `usage/not-found`, `integrity/blob`, `sync/*`, `usage/aborted`. */
  async *read(id: Id<'item'>, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const { item, current } = this.#itemOf(id);
    yield* readFile(this.#session, this.#vault, bodyOfRevision(current).blob, options);
    await acknowledgeRead(this.#session, this.#collection, parseId('person', this.from), [
      item,
      current.change,
    ]);
  }

  /** A shared file as a `Blob`, once all of it is authentic. */
  async blob(id: Id<'item'>, options: ReadOptions = {}): Promise<Blob> {
    const { mediaType } = this.#contentOf(id);
    return blobOf(this.read(id, options), mediaType);
  }

  /** As `blob`, for a program that looks for words in it: nobody has read it then, and nobody is told. @internal */
  async blobUnread(id: Id<'item'>, options: ReadOptions = {}): Promise<Blob> {
    const { blob, mediaType } = this.#contentOf(id);
    return blobOf(readFile(this.#session, this.#vault, blob, options), mediaType);
  }

  /** As `cache` of a vault, for what was computed from this share. @internal */
  cache(name: string): LocalCache {
    return new LocalCache(this.#session, this.#collection.id, name);
  }

  /**
   * Adds a document of one's own to what was shared, signed as its author.
   *
   * Throws `access/not-allowed` unless the grant is a contributor's and in force, `access/expired`, `usage/invalid` for
   * a share of records.
   */
  async add(
    file: FileSource,
    metadata: Omit<DocumentMetadata, 'category'>,
    work: WorkOptions = {},
  ): Promise<Document> {
    if (this.role !== 'contributor' || this.status !== 'open') throw new VaultError('access/not-allowed');
    if (this.collection !== null) throw new VaultError('usage/invalid', { argument: 'collection' });
    const session = this.#session;
    const collection = this.#collection;
    const source = openSource(file);
    const described = describe({
      name: source.name,
      mediaType: source.mediaType,
      ...metadata,
      category: this.category ?? 'other',
    });
    const stored = await storeFile(session, this.#vault, source, work);
    const { blob } = stored;
    const item = session.random(16);
    const written = { ...described, added: session.now(), ...stored };
    const body = encodeDocument(written);
    const content = { kind: DOCUMENT_KIND, schema: schemaOfDocument(written), body };
    try {
      await session.transact((transaction) => {
        const authored = signAuthorship(session.author, this.#vault, session.now(), content);
        transaction.send(collectionLane(collection.id), {
          kind: 'blob',
          vault: this.#vault,
          blob: blob.id,
          ticket: null,
        });
        appendRecords(transaction, collection, [{ item, base: [], ...content, authored }], {
          add: [[blob.id, blob.stored]],
          drop: [],
        });
      });
    } catch (error) {
      await session.store.blobs.remove(blobName(blob.id));
      throw error;
    }
    return this.#require(printId('item', item));
  }

  /**
   * Tells the one who shared that these documents or records were read, as they are now; each version once.
   *
   * Signed by this device and sent at the next sync; the owner can show it to others, and nothing takes it back. Throws `usage/not-found`,
   * `usage/invalid` for none or more than 256.
   */
  async acknowledge(ids: readonly Id<'item'>[]): Promise<void> {
    await acknowledge(this.#session, this.#collection, parseId('person', this.from), ids);
  }

  get #vault(): Uint8Array {
    return this.#collection.requireState().vault;
  }

  #require(id: Id<'item'>): Document {
    const found = this.list().find((document) => document.id === id);
    if (found === undefined) throw new VaultError('usage/not-found', { id });
    return found;
  }

  #contentOf(id: Id<'item'>): DocumentContent {
    return bodyOfRevision(this.#itemOf(id).current);
  }

  #itemOf(id: Id<'item'>): Item {
    this.#session.requireOpen();
    const item = this.#collection.view.get(parseId('item', id));
    if (item === null || item.current.body === null) throw new VaultError('usage/not-found', { id });
    return item;
  }
}

/** Shares as given out last, by their collections: the same object while terms, trust and status are the same. */
const givenOut = /* @__PURE__ */ new WeakMap<
  Collection,
  { readonly standing: string; readonly terms: Uint8Array; readonly share: ReceivedShare }
>();

function shareOf(session: Session, collection: Collection, terms: Uint8Array): ReceivedShare {
  const known = givenOut.get(collection);
  const isKnown = known !== undefined && equalBytes(known.terms, terms);
  const share = isKnown ? known.share : new ReceivedShare(session, collection, terms);
  const standing = `${share.trust} ${share.status}`;
  if (isKnown && known.standing === standing) return share;
  const anew = isKnown ? new ReceivedShare(session, collection, terms) : share;
  givenOut.set(collection, { standing, terms, share: anew });
  return anew;
}

/**
 * All that was shared with this person, oldest first: one for each collection, on the newest terms given for it.
 *
 * A grant counts only if the log it names is owned by its sender: nobody passes off what is another's.
 */
export function listReceived(session: Session): ReceivedShare[] {
  session.requireOpen();
  const newest = new Map<Collection, { readonly terms: GrantTerms; readonly bytes: Uint8Array }>();
  for (const { terms: bytes } of session.index.list('index.received')) {
    const terms = termsOf(bytes);
    const collection = session.collection(terms.collection);
    const state = collection?.log.state ?? null;
    if (collection === null || state === null || !equalBytes(state.vault, terms.vault)) continue;
    const byOwner = state.members.some(
      ({ person, role }) => role === 'owner' && equalBytes(person, terms.from),
    );
    if (byOwner && terms.time >= (newest.get(collection)?.terms.time ?? 0))
      newest.set(collection, { terms, bytes });
  }
  return [...newest]
    .map(([collection, { bytes }]) => shareOf(session, collection, bytes))
    .sort((a, b) => a.begins - b.begins);
}

/** What the list of shares depends on, for `liveShares`. */
export function versionOfReceived(session: Session): string {
  const { collections, index } = session;
  const refused = collections.reduce((count, collection) => count + Number(collection.refused), 0);
  // Each of these only rises, but for `refused`, and what lowers that one raises another.
  const versions = collections.reduce((sum, { version }) => sum + version, 0);
  return `${index.collection.version} ${collections.length} ${versions} ${refused}`;
}

const decodedTerms = /* @__PURE__ */ new WeakMap<Uint8Array, GrantTerms>();

/** Terms as decoded once for each entry of the index. */
function termsOf(bytes: Uint8Array): GrantTerms {
  const known = decodedTerms.get(bytes);
  if (known !== undefined) return known;
  const terms = decodeGrantTerms(bytes);
  decodedTerms.set(bytes, terms);
  return terms;
}
