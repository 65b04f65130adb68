import type { Secret } from '../crypto/secret.js';
import { deriveIndexItem } from '../keys/hierarchy.js';
import {
  encodeIndexEntry,
  decodeIndexEntry,
  INDEX_SCHEMA,
  type IndexEntry,
  type IndexKind,
} from '../records/index-entry.js';
import type { Collection } from './collection.js';
import { appendRecords } from './collection-writer.js';
import { headChanges, type Revision } from './record-view.js';
import type { Transaction } from './transaction.js';

/**
 * A collection used as an index: what its owner must not forget, each thing under an item derived from its name, so
 * that two devices that write the same thing write the same item.
 */
export class IndexBook {
  readonly collection: Collection;
  readonly #rosterKey: Secret<'roster-key'>;
  /** Entries decoded once; an entry that changes is another revision. */
  readonly #decoded = new WeakMap<Revision, unknown>();

  constructor(collection: Collection, rosterKey: Secret<'roster-key'>) {
    this.collection = collection;
    this.#rosterKey = rosterKey;
  }

  /** All entries of a kind. */
  list<Kind extends IndexKind>(kind: Kind): IndexEntry<Kind>[] {
    return this.collection.view.list({ kind }).map(({ current }) => this.#decode(kind, current));
  }

  /** The entry of a kind with this name, or `null`. */
  get<Kind extends IndexKind>(kind: Kind, name: Uint8Array): IndexEntry<Kind> | null {
    const current = this.collection.view.get(deriveIndexItem(this.#rosterKey, kind, name))?.current;
    return current === undefined || current.body === null ? null : this.#decode(kind, current);
  }

  /** As `get`, followed by what other devices wrote under the name at the same time. */
  heads<Kind extends IndexKind>(kind: Kind, name: Uint8Array): IndexEntry<Kind>[] {
    const item = this.collection.view.get(deriveIndexItem(this.#rosterKey, kind, name));
    const heads = item === null ? [] : [item.current, ...item.conflicts];
    return heads.filter(({ body }) => body !== null).map((revision) => this.#decode(kind, revision));
  }

  /** Writes an entry under its name, over the former one if there is any. */
  put<Kind extends IndexKind>(
    transaction: Transaction,
    kind: Kind,
    name: Uint8Array,
    entry: IndexEntry<Kind>,
  ): void {
    this.putAll(transaction, kind, [[name, entry]]);
  }

  /** As `put`, for many entries under one signature; no name may be given twice. */
  putAll<Kind extends IndexKind>(
    transaction: Transaction,
    kind: Kind,
    entries: readonly (readonly [name: Uint8Array, entry: IndexEntry<Kind>])[],
  ): void {
    const records = entries.map(([name, entry]) => {
      const item = deriveIndexItem(this.#rosterKey, kind, name);
      const known = this.collection.view.get(item);
      const base = headChanges(known);
      return { item, base, kind, schema: INDEX_SCHEMA, body: encodeIndexEntry(kind, entry) };
    });
    appendRecords(transaction, this.collection, records);
  }

  #decode<Kind extends IndexKind>(kind: Kind, revision: Revision): IndexEntry<Kind> {
    const known = this.#decoded.get(revision) as IndexEntry<Kind> | undefined;
    if (known !== undefined) return known;
    const entry = decodeIndexEntry(kind, revision.body as Uint8Array);
    this.#decoded.set(revision, entry);
    return entry;
  }
}
