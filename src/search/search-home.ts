import type { Id } from '../formats/id.js';
import type { Live } from '../live/live.js';
import type { RecordKind } from '../records/record-kind.js';
import type { Document } from '../vault/document-view.js';
import type { Given, RecordHome, RecordsAnywhere } from '../vault/record-home.js';

/** The documents of a vault, as far as searching needs them. */
export interface SearchedDocuments {
  list(): Given<readonly Document[]>;
  live(): Live<readonly Document[]>;
  blob(id: Id<'item'>, options?: { readonly signal?: AbortSignal | undefined }): Promise<Blob>;
}

/** Where an index is kept sealed; `vault.cache('search')` is one. */
export interface IndexCache {
  read(): Promise<Uint8Array[] | null>;
  replace(value: Uint8Array): Promise<void>;
  append(value: Uint8Array): Promise<boolean>;
}

/** What is searched: a vault, or what has as much. */
export interface SearchHome extends RecordHome {
  readonly documents: SearchedDocuments;
  /** Without one the index is made anew each time. */
  cache?(name: string): IndexCache;
}

/** What someone shared, which is searched as a vault is: its documents, or its records. */
export interface SharedHome extends RecordHome, SearchedDocuments {
  /** The collection of records shared; null for documents. */
  readonly collection: string | null;
  /** As `blob`, without telling anyone that it was read. */
  blobUnread?(id: Id<'item'>, options?: { readonly signal?: AbortSignal | undefined }): Promise<Blob>;
  cache?(name: string): IndexCache;
}

/** Where records and documents are, in a vault or in what was shared. @internal */
export class Place {
  readonly documents: SearchedDocuments;
  readonly cache: IndexCache | null;
  readonly #home: RecordHome;
  readonly #collection: string | null | undefined;

  constructor(home: SearchHome | SharedHome) {
    this.#home = home;
    this.documents = 'documents' in home ? home.documents : unread(home);
    this.#collection = 'documents' in home ? undefined : home.collection;
    this.cache = home.cache?.('search') ?? null;
  }

  /** The records of a kind; null where there can be none. */
  records<T extends object>(kind: RecordKind<T>): RecordsAnywhere<T> | null {
    const isHere = this.#collection === undefined || this.#collection === kind.collection;
    return isHere ? this.#home.records(kind) : null;
  }
}

/** The documents of a share, of which nobody has read what is only looked through for words. */
function unread(home: SharedHome): SearchedDocuments {
  return {
    list: () => home.list(),
    live: () => home.live(),
    blob: (id, options) =>
      home.blobUnread === undefined ? home.blob(id, options) : home.blobUnread(id, options),
  };
}
