import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { bytesToHex, type Id, parseId, printId } from '../formats/id.js';
import type { RecordEnvelope } from '../formats/record.js';
import type { Live } from '../live/live.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import {
  DOCUMENT_KIND,
  DOCUMENT_SCHEMA,
  type DocumentContent,
  encodeDocument,
  schemaOfDocument,
} from '../records/document.js';
import { blobName, collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { appendRecords } from './collection-writer.js';
import {
  blobOf,
  digestOf,
  type ReadOptions,
  readFile,
  storeFile,
  type WorkOptions,
} from './document-files.js';
import { documentsIn, newestFirst, shownDocument } from './document-list.js';
import { documentCollections } from './document-places.js';
import {
  bodyOfRevision,
  type Document,
  type DocumentMetadata,
  describe,
  type Version,
  versionOf,
} from './document-view.js';
import { keptHistory } from './erase.js';
import { eraseDocument } from './erase-document.js';
import { type FileSource, type OpenedSource, openSource } from './file-source.js';
import { maintainLinks } from './links.js';
import {
  audienceOf,
  authorOfDocument,
  type MaskEntry,
  type MaskOptions,
  maskDocument,
  maskNewDocument,
  maskOf,
  showMask,
  unmaskDocument,
} from './masks.js';
import { type DocumentReader, readersOfDocument } from './readers.js';
import { headChanges, type Item } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import { sessionLive, sessionLiveList, versionOfAll } from './session-live.js';
import { ensureCollection, renewEpoch } from './shares.js';
import type { Transaction } from './transaction.js';

/** Which documents to list. */
export interface DocumentFilter {
  readonly category?: DocumentCategory;
  /** True lists what was removed and can be restored. */
  readonly removed?: boolean;
}

/** How a document is added, besides what is said about it. */
export interface AddDocumentOptions {
  readonly mask?: MaskOptions;
  /** True adds nothing when the same file is here in force, masked or not. */
  readonly once?: boolean;
}

/** The documents of a vault, for its owner. */
export class Documents {
  readonly #session: Session;
  readonly #owned: OwnedVault;

  /** @internal */
  constructor(session: Session, owned: OwnedVault) {
    this.#session = session;
    this.#owned = owned;
  }

  /**
   * Encrypts a file into the vault; it is safe on this device when the promise resolves, and sent at the next sync.
   *
   * Throws `usage/invalid` for an unknown category, `usage/file-changed`, `usage/aborted`, `store/quota`,
   * `integrity/frozen`, and with `once`, `usage/duplicate` with the `id` when the same file is here. The server learns the
   * padded size, the time, and that something was added to a collection.
   */
  async add(
    file: FileSource,
    metadata: DocumentMetadata & AddDocumentOptions,
    work: WorkOptions = {},
  ): Promise<Document> {
    const { category, mask, once = false } = metadata;
    if (!isDocumentCategory(category)) throw new VaultError('usage/invalid', { argument: 'category' });
    const audience = mask === undefined ? null : audienceOf(mask);
    const session = this.#session;
    const item = session.random(16);
    const source = openSource(file);
    const described = describe({ name: source.name, mediaType: source.mediaType, ...metadata });
    return this.#write(source, work, (transaction, digest) => {
      // Here, and not before: another tab, or another call, may have added it meanwhile.
      if (once) this.#requireNew(digest);
      const wanted = audience === null ? { category } : ({ masked: true } as const);
      const collection = ensureCollection(session, transaction, this.#owned, wanted);
      return {
        ...{ collection, item, base: [], described },
        written: () => {
          if (audience !== null)
            maskNewDocument(session, transaction, this.#owned, { collection, item }, { category, audience });
        },
      };
    });
  }

  /**
   * Masks a document from all professionals, or from people by name, for real: it gets a key that none of them is given.
   *
   * Whoever could read it and still may, its author among them, goes on by a link of their own; later grants of its category do not
   * show it. What they could read before, they may have kept. Doing it again changes from whom; of two devices that do it at the
   * same time, both hold. The holder of the vault sees
   * in `masked` from whom. Throws `usage/not-found`, `usage/invalid` for nobody.
   */
  async mask(id: Id<'item'>, options: MaskOptions): Promise<Document> {
    const audience = audienceOf(options);
    await this.#session.transact((transaction) => {
      const { collection, item } = this.#require(id);
      maskDocument(this.#session, transaction, this.#owned, { collection, item }, audience);
    });
    return this.#requireDocument(id);
  }

  /** Ends a mask: whoever reads the category reads the document again. Throws `usage/not-found` when it is not masked. */
  async unmask(id: Id<'item'>): Promise<Document> {
    await this.#session.transact((transaction) => {
      const { collection, item } = this.#require(id);
      const entry = maskOf(this.#owned, item);
      if (entry === null) throw new VaultError('usage/not-found', { id });
      unmaskDocument(this.#session, transaction, this.#owned, { collection, item }, entry);
    });
    return this.#requireDocument(id);
  }

  /**
   * Adds a new version of a document's file, with the new file's name and type if it has them; the earlier versions
   * stay in the history. Throws as `add`, `usage/not-found`, `access/not-allowed` for a document that someone else wrote.
   */
  async replace(id: Id<'item'>, file: FileSource, work: WorkOptions = {}): Promise<Document> {
    const source = openSource(file);
    const describeAnew = ({ content }: { readonly content: DocumentContent }) => {
      const name = source.name === '' ? content.name : source.name;
      const mediaType = source.mediaType === '' ? content.mediaType : source.mediaType;
      return describe({ ...content, name, mediaType });
    };
    describeAnew(this.#requireOwn(id));
    return this.#write(source, work, () => {
      const found = this.#requireOwn(id);
      return { ...found, described: describeAnew(found) };
    });
  }

  /**
   * Changes what is written about a document, not its file. Throws `usage/not-found`, `usage/invalid`, `access/not-allowed` for
   * a document that someone else wrote.
   */
  async update(id: Id<'item'>, change: Partial<Omit<DocumentMetadata, 'category'>>): Promise<Document> {
    return this.#revise(id, (content) => describe({ ...content, ...change }));
  }

  /** Removes a document from view, here and for everyone it was shared with; `restore` brings it back. */
  async remove(id: Id<'item'>): Promise<void> {
    const found = this.#find(id);
    if (found === null) throw new VaultError('usage/not-found', { id });
    await this.#session.transact((transaction) => {
      const base = headChanges(found.collection.view.get(found.item.item) ?? found.item);
      this.#append(transaction, found.collection, { item: found.item.item, base, body: null });
    });
  }

  /** Brings back a removed document as it was. Throws `usage/not-found` when it was not removed. */
  async restore(id: Id<'item'>): Promise<Document> {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const found = collection.view.get(bytes);
      if (found === null || found.current.body !== null) continue;
      const last = keptHistory(collection, bytes).findLast(({ body }) => body !== null);
      if (last === undefined) continue;
      bodyOfRevision(last);
      await this.#session.transact((transaction) => {
        // The same content, so its author's proof goes with it.
        const { body, schema, authored } = last;
        this.#append(transaction, collection, {
          item: bytes,
          base: headChanges(found),
          body,
          schema,
          authored,
        });
      });
      return this.#requireDocument(id);
    }
    throw new VaultError('usage/not-found', { id });
  }

  /**
   * Deletes a document for good: every version, its file, here, on the server and on every device that syncs.
   *
   * Nothing brings it back. What someone with access kept, they keep. Throws `usage/not-found`.
   */
  async erase(id: Id<'item'>): Promise<void> {
    const session = this.#session;
    const bytes = parseId('item', id);
    const collection = this.#holding(bytes);
    if (collection === null) throw new VaultError('usage/not-found', { id });
    const source = { collection, item: bytes };
    await session.transact((transaction) => eraseDocument(session, transaction, this.#owned, source));
  }

  /** The documents in force, newest first; each is the same object while nothing about it changed. */
  list(filter: DocumentFilter = {}): Document[] {
    const { category, removed = false } = filter;
    const documents = this.#collections().flatMap((collection) => this.#shownIn(collection, removed));
    const wanted =
      category === undefined ? documents : documents.filter((shown) => shown.category === category);
    return wanted.sort(newestFirst);
  }

  /** As `list`, and every list that follows: after each change made here, and each that a sync brings. */
  live(filter: DocumentFilter = {}): Live<readonly Document[]> {
    const { category = '', removed = false } = filter;
    return sessionLiveList(this.#session, this.#liveName(`${category}/${removed}`), {
      version: () => this.#version(),
      read: () => this.list(filter),
    });
  }

  /** One document, or `null`. */
  get(id: Id<'item'>): Document | null {
    const found = this.#find(id);
    if (found === null) return null;
    const category = this.#categoryOf(found.collection);
    const shown = shownDocument(found.collection, found.item, category);
    return shown === null || category !== null ? shown : this.#withMask(shown);
  }

  /** As `get`, and all that follows: `null` while there is none, or none any more. Throws `usage/invalid` for no id. */
  liveOne(id: Id<'item'>): Live<Document | null> {
    parseId('item', id);
    return sessionLive(this.#session, this.#liveName(id), {
      version: () => this.#version(),
      read: () => this.get(id),
    });
  }

  /** Every version of a document, oldest first, removals included. Throws `usage/not-found`. */
  history(id: Id<'item'>): Version[] {
    const bytes = parseId('item', id);
    const collection = this.#holding(bytes);
    if (collection === null) throw new VaultError('usage/not-found', { id });
    const versions = keptHistory(collection, bytes).map(versionOf);
    // What a mask left where it took a document away, and brought it back to, is no version of anything.
    const first = versions.findIndex(({ removed }) => !removed);
    return first > 0 ? versions.slice(first) : versions;
  }

  /**
   * Decrypts a document's file piece by piece, or the bytes from `start` to `end`, or an earlier `version`.
   *
   * Each piece is authentic when it comes out; an error means that what follows is not to be had. Throws
   * `usage/not-found`, `integrity/blob`, `sync/*` when the file is on the server only, `usage/aborted`.
   */
  async *read(
    id: Id<'item'>,
    options: ReadOptions & { readonly version?: Id<'change'> } = {},
  ): AsyncGenerator<Uint8Array> {
    const content = this.#contentOf(id, options.version);
    yield* readFile(this.#session, this.#owned.vault, content.blob, options);
  }

  /** The whole file as a `Blob` with its media type; nothing of it is given out unless all of it is authentic. */
  async blob(id: Id<'item'>, options: ReadOptions & { readonly version?: Id<'change'> } = {}): Promise<Blob> {
    const { mediaType } = this.#contentOf(id, options.version);
    return blobOf(this.read(id, options), mediaType);
  }

  /**
   * The `digest` of a file as its document has it; nothing is stored. Throws `usage/file-changed`, `usage/aborted`,
   * `format/too-large`.
   */
  async digest(file: FileSource, work: WorkOptions = {}): Promise<string> {
    return bytesToHex(await digestOf(openSource(file), work));
  }

  /** Who can read this document now, and why: owners, readers of its category, people it was shared with alone. */
  whoCanRead(id: Id<'item'>): DocumentReader[] {
    const found = this.#find(id);
    if (found === null) throw new VaultError('usage/not-found', { id });
    return readersOfDocument(this.#session, this.#owned, found.collection, found.item.item);
  }

  async #write(
    source: OpenedSource,
    work: WorkOptions,
    place: (
      transaction: Transaction,
      digest: Uint8Array,
    ) => {
      readonly collection: Collection;
      readonly item: Uint8Array;
      readonly base: readonly Uint8Array[];
      readonly described: Omit<DocumentContent, 'added' | 'blob'>;
      /** What follows in the same write. */
      readonly written?: () => void;
    },
  ): Promise<Document> {
    const session = this.#session;
    const stored = await storeFile(session, this.#owned.vault, source, work);
    const { blob, digest } = stored;
    let item = new Uint8Array();
    try {
      await session.transact((transaction) => {
        const at = place(transaction, digest);
        item = at.item as Uint8Array<ArrayBuffer>;
        const content = { ...at.described, added: session.now(), ...stored };
        const body = encodeDocument(content);
        transaction.send(collectionLane(at.collection.id), {
          kind: 'blob',
          vault: this.#owned.vault,
          blob: blob.id,
          ticket: null,
        });
        const schema = schemaOfDocument(content);
        const added = [[blob.id, blob.stored] as const];
        this.#append(transaction, at.collection, { item: at.item, base: at.base, body, schema }, added);
        at.written?.();
      });
    } catch (error) {
      await session.store.blobs.remove(blobName(blob.id));
      throw error;
    }
    return this.#requireDocument(printId('item', item));
  }

  async #revise(
    id: Id<'item'>,
    change: (content: DocumentContent) => Omit<DocumentContent, 'added' | 'blob'>,
  ): Promise<Document> {
    await this.#session.transact((transaction) => {
      const { collection, item, base, content } = this.#requireOwn(id);
      const changed = { ...content, ...change(content) };
      const schema = schemaOfDocument(changed);
      this.#append(transaction, collection, { item, base, body: encodeDocument(changed), schema });
    });
    return this.#requireDocument(id);
  }

  #append(
    transaction: Transaction,
    collection: Collection,
    record: {
      readonly item: Uint8Array;
      readonly base: readonly Uint8Array[];
      readonly body: Uint8Array | null;
      readonly schema?: number;
      readonly authored?: RecordEnvelope['authored'];
    },
    add: readonly (readonly [Uint8Array, number])[] = [],
  ): RecordEnvelope {
    renewEpoch(this.#session, transaction, this.#owned, collection);
    const [written] = appendRecords(
      transaction,
      collection,
      [{ schema: DOCUMENT_SCHEMA, ...record, kind: DOCUMENT_KIND }],
      { add, drop: [] },
    );
    maintainLinks(this.#session, transaction, this.#owned);
    return written as RecordEnvelope;
  }

  #collections(): Collection[] {
    return documentCollections(this.#session, this.#owned);
  }

  #liveName(what: string): string {
    return `documents ${printId('vault', this.#owned.vault)} ${what}`;
  }

  #version(): string {
    return versionOfAll([this.#owned.index.collection, ...this.#collections()]);
  }

  /** Only the masked ones are in a collection of no category. */
  #shownIn(collection: Collection, removed: boolean): Document[] {
    const category = this.#categoryOf(collection);
    const shown = documentsIn(collection, category, removed);
    return category === null ? shown.map((document) => this.#withMask(document)) : shown;
  }

  /** A document of the masked ones is of the category its mask names. */
  #withMask(shown: Document): Document {
    const entry = maskOf(this.#owned, parseId('item', shown.id));
    if (entry === null) return shown;
    const known = maskedDocuments.get(shown);
    if (known?.entry === entry) return known.document;
    const { category } = entry;
    const document = Object.freeze({
      ...shown,
      category: category as DocumentCategory,
      masked: showMask(entry),
    });
    maskedDocuments.set(shown, { entry, document });
    return document;
  }

  #categoryOf({ id }: Collection): string | null {
    return this.#owned.index.get('index.collection', id)?.category ?? null;
  }

  #find(id: Id<'item'>): { collection: Collection; item: Item } | null {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const item = collection.view.get(bytes);
      if (item !== null && item.current.body !== null) return { collection, item };
    }
    return null;
  }

  /** Where a document is, removed or not: one that was masked has left a removal where it was before. */
  #holding(item: Uint8Array): Collection | null {
    const found = this.#collections().filter(({ view }) => view.get(item) !== null);
    const holds = (collection: Collection) => keptHistory(collection, item).some(({ body }) => body !== null);
    return found.find(holds) ?? found[0] ?? null;
  }

  #require(id: Id<'item'>): {
    collection: Collection;
    item: Uint8Array;
    base: readonly Uint8Array[];
    content: DocumentContent;
  } {
    const found = this.#find(id);
    if (found === null) throw new VaultError('usage/not-found', { id });
    return {
      collection: found.collection,
      item: found.item.item,
      base: headChanges(found.item),
      content: bodyOfRevision(found.item.current),
    };
  }

  /** As `#require`, of what nobody else wrote: what another signed says what they said, or nothing. */
  #requireOwn(id: Id<'item'>) {
    const found = this.#require(id);
    const own = this.#session.author.person;
    // Who names another author says so before there is a proof of it: it may be of someone not known here so far.
    const claimed = found.collection.view.get(found.item)?.current.authored?.[1] ?? own;
    if (!equalBytes(authorOfDocument(found), own) || !equalBytes(claimed, own))
      throw new VaultError('access/not-allowed', { id });
    return found;
  }

  #requireNew(digest: Uint8Array): void {
    const wanted = bytesToHex(digest);
    const same = this.list().find((document) => document.digest === wanted);
    if (same !== undefined) throw new VaultError('usage/duplicate', { id: same.id });
  }

  #requireDocument(id: Id<'item'>): Document {
    const shown = this.get(id);
    if (shown === null) throw new VaultError('usage/not-found', { id });
    return shown;
  }

  #contentOf(id: Id<'item'>, version: Id<'change'> | undefined): DocumentContent {
    if (version === undefined) return this.#require(id).content;
    const change = printId('change', parseId('change', version));
    for (const collection of this.#collections()) {
      for (const revision of keptHistory(collection, parseId('item', id))) {
        if (printId('change', revision.change) === change && revision.body !== null)
          return bodyOfRevision(revision);
      }
    }
    throw new VaultError('usage/not-found', { id: version });
  }
}

/** Masked documents as shown last: the same object while document and mask are the same. */
const maskedDocuments = /* @__PURE__ */ new WeakMap<
  Document,
  { readonly entry: MaskEntry; readonly document: Document }
>();
