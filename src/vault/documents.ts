import { VaultError } from '../errors.js';
import { type Id, parseId, printId } from '../formats/id.js';
import {
  bodyOfRevision,
  describe,
  type Document,
  documentOf,
  type DocumentMetadata,
  type Version,
  versionOf,
} from './document-view.js';
import { type DocumentContent, DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../records/document.js';
import { type DocumentCategory, isDocumentCategory } from '../records/category.js';
import { blobName, collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { appendPrune, appendRecords } from './collection-writer.js';
import { type ReadOptions, readFile, storeFile, type WorkOptions } from './document-files.js';
import { type FileSource, openSource } from './file-source.js';
import { type LinkSource, maintainLinks } from './links.js';
import type { Item, Revision } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import { ensureCollection, renewEpoch } from './shares.js';
import { readersOfDocument, type DocumentReader } from './readers.js';
import type { Transaction } from './transaction.js';
import type { RecordEnvelope } from '../formats/record.js';

/** Which documents to list. */
export interface DocumentFilter {
  readonly category?: DocumentCategory;
  /** True lists what was removed and can be restored. */
  readonly removed?: boolean;
}

/** The documents of a vault, for its owner. */
export class Documents {
  readonly #session: Session;
  readonly #owned: OwnedVault;

  constructor(session: Session, owned: OwnedVault) {
    this.#session = session;
    this.#owned = owned;
  }

  /**
   * Encrypts a file into the vault; it is safe on this device when the promise resolves, and sent at the next sync.
   *
   * Throws `usage/invalid` for an unknown category, `usage/file-changed`, `usage/aborted`, `store/quota`,
   * `integrity/frozen`. The server learns the padded size, the time, and that something was added to a collection.
   */
  async add(file: FileSource, metadata: DocumentMetadata, work: WorkOptions = {}): Promise<Document> {
    const { category } = metadata;
    if (!isDocumentCategory(category)) throw new VaultError('usage/invalid', { argument: 'category' });
    const item = this.#session.random(16);
    return this.#write(file, metadata, work, (transaction) => {
      const collection = ensureCollection(this.#session, transaction, this.#owned, { category });
      return { collection, item, base: [] };
    });
  }

  /** Adds a new version of a document's file; the earlier ones stay in its history. Throws as `add`, `usage/not-found`. */
  async replace(id: Id<'item'>, file: FileSource, work: WorkOptions = {}): Promise<Document> {
    const { content } = this.#require(id);
    return this.#write(file, content, work, () => {
      const { collection, item, base } = this.#require(id);
      return { collection, item, base };
    });
  }

  /** Changes what is written about a document, not its file. Throws `usage/not-found`, `usage/invalid`. */
  async update(id: Id<'item'>, change: Partial<Omit<DocumentMetadata, 'category'>>): Promise<Document> {
    return this.#revise(id, (content) => describe({ ...content, ...change }));
  }

  /** Removes a document from view, here and for everyone it was shared with; `restore` brings it back. */
  async remove(id: Id<'item'>): Promise<void> {
    const { collection, item, base } = this.#require(id);
    await this.#session.transact((transaction) => {
      this.#append(transaction, collection, { item, base, body: null });
    });
  }

  /** Brings back a removed document as it was. Throws `usage/not-found` when it was not removed. */
  async restore(id: Id<'item'>): Promise<Document> {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const found = collection.view.get(bytes);
      if (found === null || found.current.body !== null) continue;
      const last = collection.view.history(bytes).findLast(({ body }) => body !== null);
      if (last === undefined) break;
      await this.#session.transact((transaction) => {
        // The same content, so its author's proof goes with it.
        const { body, authored } = last;
        this.#append(transaction, collection, { item: bytes, base: [found.current.change], body, authored });
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
    const collection = this.#collections().find(({ view }) => view.get(bytes) !== null);
    if (collection === undefined) throw new VaultError('usage/not-found', { id });
    const revisions = collection.view.history(bytes);
    const blobs = revisions.flatMap((revision) =>
      revision.body === null ? [] : [bodyOfRevision(revision).blob.id],
    );
    const drop = [...new Map(blobs.map((blob) => [blobName(blob), blob])).values()];
    await session.transact((transaction) => {
      const current = collection.view.get(bytes)?.current;
      if (current !== undefined && current.body !== null) {
        this.#append(transaction, collection, { item: bytes, base: [current.change], body: null });
      }
      const changes = revisions.filter(({ body }) => body !== null).map(({ change }) => change);
      appendPrune(transaction, collection, changes, { add: [], drop });
    });
  }

  /** The documents in force, newest first. */
  list(filter: DocumentFilter = {}): Document[] {
    const documents: Document[] = [];
    for (const collection of this.#collections()) {
      for (const item of collection.view.list({ kind: DOCUMENT_KIND, removed: filter.removed ?? false })) {
        const shown = documentOf(item, collection.view.history(item.item), this.#categoryOf(collection));
        if (shown !== null && (filter.category === undefined || shown.category === filter.category))
          documents.push(shown);
      }
    }
    return documents.sort((a, b) => b.added - a.added || (a.id < b.id ? 1 : -1));
  }

  /** One document, or `null`. */
  get(id: Id<'item'>): Document | null {
    const found = this.#find(id);
    return found === null
      ? null
      : documentOf(
          found.item,
          found.collection.view.history(found.item.item),
          this.#categoryOf(found.collection),
        );
  }

  /** Every version of a document, oldest first, removals included. Throws `usage/not-found`. */
  history(id: Id<'item'>): Version[] {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const revisions = collection.view.history(bytes);
      if (revisions.length > 0) return revisions.map(versionOf);
    }
    throw new VaultError('usage/not-found', { id });
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
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of this.read(id, options)) pieces.push(piece.slice());
    return new Blob(pieces, { type: mediaType });
  }

  /** Who can read this document now, and why: owners, readers of its category, people it was shared with alone. */
  whoCanRead(id: Id<'item'>): DocumentReader[] {
    const { collection, item } = this.#require(id);
    return readersOfDocument(this.#session, this.#owned, collection, item);
  }

  /** Where documents are, for sharing them; each is named once. Throws `usage/not-found`. */
  locate(ids: readonly Id<'item'>[]): LinkSource[] {
    const collections = this.#collections();
    return [...new Set(ids)].map((id) => {
      const item = parseId('item', id);
      const collection = collections.find(({ view }) => (view.get(item)?.current.body ?? null) !== null);
      if (collection === undefined) throw new VaultError('usage/not-found', { id });
      return { collection, item };
    });
  }

  async #write(
    file: FileSource,
    metadata: DocumentMetadata | DocumentContent,
    work: WorkOptions,
    place: (transaction: Transaction) => {
      collection: Collection;
      item: Uint8Array;
      base: readonly Uint8Array[];
    },
  ): Promise<Document> {
    const session = this.#session;
    const source = openSource(file);
    const described = describe({ name: source.name, mediaType: source.mediaType, ...metadata });
    const blob = await storeFile(session, this.#owned.vault, source, work);
    const body = encodeDocument({ ...described, added: session.now(), blob });
    let item = new Uint8Array();
    try {
      await session.transact((transaction) => {
        const at = place(transaction);
        item = at.item as Uint8Array<ArrayBuffer>;
        transaction.send(collectionLane(at.collection.id), {
          kind: 'blob',
          vault: this.#owned.vault,
          blob: blob.id,
          ticket: null,
        });
        this.#append(transaction, at.collection, { item: at.item, base: at.base, body }, [
          [blob.id, blob.stored],
        ]);
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
      const { collection, item, base, content } = this.#require(id);
      const body = encodeDocument({ ...content, ...change(content) });
      this.#append(transaction, collection, { item, base, body });
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
      readonly authored?: RecordEnvelope['authored'];
    },
    add: readonly (readonly [Uint8Array, number])[] = [],
  ): RecordEnvelope {
    renewEpoch(this.#session, transaction, this.#owned, collection);
    const [written] = appendRecords(
      transaction,
      collection,
      [{ ...record, kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA }],
      { add, drop: [] },
    );
    maintainLinks(this.#session, transaction, this.#owned);
    return written as RecordEnvelope;
  }

  #collections(): Collection[] {
    this.#session.requireOpen();
    return this.#owned.index
      .list('index.collection')
      .filter(({ purpose }) => purpose === 'category')
      .flatMap(({ collection }) => this.#session.collection(collection) ?? []);
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

  #require(id: Id<'item'>): {
    collection: Collection;
    item: Uint8Array;
    base: readonly Uint8Array[];
    content: DocumentContent;
    current: Revision;
  } {
    const found = this.#find(id);
    if (found === null) throw new VaultError('usage/not-found', { id });
    const { current, conflicts, item } = found.item;
    return {
      collection: found.collection,
      item,
      base: [current, ...conflicts].map(({ change }) => change),
      content: bodyOfRevision(current),
      current,
    };
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
      for (const revision of collection.view.history(parseId('item', id))) {
        if (printId('change', revision.change) === change && revision.body !== null)
          return bodyOfRevision(revision);
      }
    }
    throw new VaultError('usage/not-found', { id: version });
  }
}
