import { VaultError } from '../errors.js';
import { type Id, parseId, printId } from '../formats/id.js';
import type { RecordEnvelope } from '../formats/record.js';
import { Kept } from '../live/kept.js';
import { isSameList, type Live } from '../live/live.js';
import { nameOf } from '../log/collection-log.js';
import { encodeFiles, FILES_FIELD, filesOf, type SealedFile, withoutFiles } from '../records/record-files.js';
import { checkFields, encodeFields, type Fields, type RecordKind } from '../records/record-kind.js';
import { collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { appendPrune, appendRecords } from './collection-writer.js';
import { blobOf, type ReadOptions, readFile, type WorkOptions } from './document-files.js';
import { blobsOnlyIn, keptHistory, pendingPrunes } from './erase.js';
import {
  type FilePlace,
  prepareFiles,
  type RecordFileSource,
  referencesTo,
  requireFile,
  type SaveOptions,
} from './record-files.js';
import {
  attempt,
  headsOf,
  mergedOf,
  type RecordItem,
  type RecordVersion,
  recordOf,
  recordVersionOf,
} from './record-item.js';
import type { Item, Revision } from './record-view.js';
import type { Session } from './session.js';
import { sessionLive, sessionLiveList, versionOfAll } from './session-live.js';
import type { Transaction } from './transaction.js';

const BASES_MAX = 16;

/** Which records to list. */
export interface RecordFilter<T> {
  /** Only those whose fields are these: `null`, booleans, whole numbers or text. */
  readonly where?: Partial<T>;
}

/** What is written over a record: a field left out stays, one that is `undefined` goes. */
export type RecordChange<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** What goes with a new record. */
export interface AddOptions extends WorkOptions {
  /** At most 64 files of any size: they are sealed, shared, synced and erased with the record. */
  readonly files?: readonly RecordFileSource[];
}

/** Someone who may write where records are: by the log that everyone there verifies. */
export interface RecordMember {
  readonly person: Id<'person'>;
  readonly role: 'owner' | 'contributor';
}

/** Where records are, and what this person may do there. @internal */
export interface RecordPlace extends Pick<FilePlace, 'prove' | 'locate'> {
  /** Tells one place from another. */
  readonly name: string;
  /** The collections that hold them; two devices that needed the first while offline have founded one each. */
  collections(): readonly Collection[];
  /** What `collections` depends on, besides these. */
  version(): string;
  /** The collection that new ones go to. Throws `access/not-allowed`. */
  open(transaction: Transaction): Collection;
  /** Makes ready for another revision of an item. Throws `access/not-allowed`. */
  prepare(transaction: Transaction, collection: Collection, history: readonly Revision[]): void;
  /** The vault whose blobs the files of these records are. */
  vault(): Uint8Array;
  /** Files a file as a document of the vault. Throws `access/not-allowed`. */
  file(transaction: Transaction, file: SealedFile, category: string): Uint8Array;
}

interface Shown<T> {
  readonly history: readonly Revision[];
  /** Null when there is none or it cannot be read. */
  readonly record: RecordItem<T> | null;
  readonly damaged: boolean;
}

/**
 * The records of one kind in a vault, or in what was shared of one: typed, followed, merged, shared.
 *
 * What is written is on disk when the promise resolves; the server learns sizes by class, counts and times. Writing
 * throws `access/not-allowed` to who may only read, `integrity/frozen`, `store/quota`.
 */
export class Records<T extends object> {
  readonly kind: RecordKind<T>;
  readonly #session: Session;
  readonly #place: RecordPlace;
  readonly #shown: WeakMap<Item, Shown<T>>;
  readonly #keptMembers = new Kept<RecordMember>();

  /** @internal */
  constructor(session: Session, place: RecordPlace, kind: RecordKind<T>) {
    this.#session = session;
    this.#place = place;
    this.kind = kind;
    this.#shown = kept(shownItems, kind, () => new WeakMap()) as WeakMap<Item, Shown<T>>;
  }

  /**
   * Adds a record, and files with it: one op, so that neither is ever there without the other.
   *
   * A file given as the id of a document of the vault is not copied; it stays as it is now, with its author's proof.
   * Throws what the kind's `parse` throws, `usage/invalid` and `format/too-large` as `RecordKind` says; for files
   * `usage/not-found`, `share/masked` for a document masked from someone who reads these records, `usage/file-changed`,
   * `usage/aborted`, `store/quota`.
   */
  async add(value: T, options: AddOptions = {}): Promise<RecordItem<T>> {
    const { files: sources = [], ...work } = options;
    if (sources.length === 0) {
      const [added] = await this.addAll([value]);
      return added as RecordItem<T>;
    }
    const session = this.#session;
    const { kind, schema } = this.kind;
    checkFields(value as Fields);
    this.#encode(value as Fields);
    // Founded first, in a write of its own, so that no file is encrypted for a place that may not be written to.
    await session.transact((transaction) => void this.#place.open(transaction));
    const { prove, locate } = this.#place;
    const place = { vault: this.#place.vault(), prove, locate };
    const prepared = await prepareFiles(session, place, sources, work);
    const item = session.random(16);
    try {
      const body = this.#encode({ ...value, [FILES_FIELD]: encodeFiles(prepared.files) });
      await session.transact((transaction) => {
        const collection = this.#place.open(transaction);
        for (const blob of prepared.fresh)
          transaction.send(collectionLane(collection.id), {
            ...{ kind: 'blob', vault: place.vault, blob, ticket: null },
          });
        const authored = this.#place.prove({ kind, schema, body });
        const blobs = { add: referencesTo(prepared.files), drop: [] };
        appendRecords(transaction, collection, [{ item, base: [], kind, schema, body, authored }], blobs);
      });
    } catch (error) {
      await prepared.discard();
      throw error;
    }
    return this.#require(printId('item', item));
  }

  /** Adds many records under one signature for about a hundred. Throws as `add`, and then adds none. */
  async addAll(values: readonly T[]): Promise<RecordItem<T>[]> {
    const session = this.#session;
    const { kind, schema } = this.kind;
    const records = values.map((value) => {
      checkFields(value as Fields);
      return { item: session.random(16), body: this.#encode(value as Fields) };
    });
    if (records.length === 0) return [];
    await session.transact((transaction) => {
      const collection = this.#place.open(transaction);
      const written = records.map(({ item, body }) => {
        return { item, base: [], kind, schema, body, authored: this.#place.prove({ kind, schema, body }) };
      });
      appendRecords(transaction, collection, written);
    });
    return records.map(({ item }) => this.#require(printId('item', item)));
  }

  /**
   * Changes fields of a record; the others stay as they are, also those that this version of the kind does not know.
   *
   * Two devices that change one record at once change it both: of one field the later is shown, and the other is in
   * `conflicts` until that field is written again. Throws `usage/not-found`, `format/unsupported` for a record of a
   * later schema, and as `add`. Who may only contribute changes records that nobody else has touched.
   */
  async update(
    id: Id<'item'>,
    change: RecordChange<T> | ((value: T) => RecordChange<T>),
  ): Promise<RecordItem<T>> {
    await this.#session.transact((transaction) => {
      const { collection, item, history } = this.#find(id);
      this.#place.prepare(transaction, collection, history);
      const merged = mergedOf(item, history);
      if (merged.fields === null) throw new VaultError('usage/not-found', { id });
      const { kind, schema } = this.kind;
      if (merged.schema > schema) throw new VaultError('format/unsupported', { kind, schema: merged.schema });
      const shown = this.#showItem(collection, item);
      if (shown.record === null) throw new VaultError('format/malformed', { id });
      const changed = typeof change === 'function' ? change(shown.record.value) : change;
      checkFields(changed as Fields);
      const body = this.#encode({ ...merged.fields, ...changed });
      // What is in conflict and not written now stays so: its revision is not built on.
      const open = new Set(
        merged.conflicts.flatMap(({ field, by }) =>
          field !== null && !Object.hasOwn(changed, field) ? [nameOf(by.change)] : [],
        ),
      );
      const base = headsOf(item).filter((head) => !open.has(nameOf(head.change)));
      this.#append(transaction, collection, item.item, { base, body });
    });
    return this.#require(id);
  }

  /** Removes a record from view, here and for everyone it is shared with; `restore` brings it back. */
  async remove(id: Id<'item'>): Promise<void> {
    await this.#session.transact((transaction) => {
      const { collection, item, history } = this.#find(id);
      if (headsOf(item).every(({ body }) => body === null)) throw new VaultError('usage/not-found', { id });
      this.#place.prepare(transaction, collection, history);
      this.#append(transaction, collection, item.item, { base: headsOf(item), body: null });
    });
  }

  /** Brings back a removed record as it was. Throws `usage/not-found` when it was not removed. */
  async restore(id: Id<'item'>): Promise<RecordItem<T>> {
    await this.#session.transact((transaction) => {
      const { collection, item, history } = this.#find(id);
      const last = history.findLast(({ body }) => body !== null);
      if (last === undefined || headsOf(item).some(({ body }) => body !== null))
        throw new VaultError('usage/not-found', { id });
      this.#place.prepare(transaction, collection, history);
      const { body, schema, authored } = last;
      this.#append(transaction, collection, item.item, { base: headsOf(item), body, schema, authored });
    });
    return this.#require(id);
  }

  /**
   * Deletes a record for good: every version, here, on the server and on every device that syncs.
   *
   * Only an owner may. Nothing brings it back; what someone with access kept, they keep. Throws `usage/not-found`.
   */
  async erase(id: Id<'item'>): Promise<void> {
    await this.#session.transact((transaction) => {
      const { collection, item, history } = this.#find(id);
      const revisions = history.filter(({ body }) => body !== null);
      if (revisions.length === 0) throw new VaultError('usage/not-found', { id });
      this.#place.prepare(transaction, collection, history);
      if (headsOf(item).some(({ body }) => body !== null))
        this.#append(transaction, collection, item.item, { base: headsOf(item), body: null });
      const changes = revisions.map(({ change }) => change);
      const drop = blobsOnlyIn(collection, item.item, revisions);
      appendPrune(transaction, collection, changes, { add: [], drop });
    });
  }

  /**
   * Decrypts a file of a record piece by piece; each piece is authentic when it comes out.
   *
   * Throws `usage/not-found`, `integrity/blob`, `sync/*` when the file is on the server only, `usage/aborted`.
   */
  async *read(id: Id<'item'>, file: Id<'blob'>, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    const { content } = this.#requireFile(id, file);
    yield* readFile(this.#session, this.#place.vault(), content.blob, options);
  }

  /** A whole file of a record as a `Blob` with its media type, once all of it is authentic. Throws as `read`. */
  async blob(id: Id<'item'>, file: Id<'blob'>, options: ReadOptions = {}): Promise<Blob> {
    const { content } = this.#requireFile(id, file);
    return blobOf(this.read(id, file, options), content.mediaType);
  }

  /**
   * Files a file of a record as a document of the vault, with its author's proof; nothing is copied. Returns its id.
   *
   * Filing it twice is one document. Only an owner may. Throws `usage/not-found`, `access/not-allowed`.
   */
  async saveFile(id: Id<'item'>, file: Id<'blob'>, { category }: SaveOptions): Promise<Id<'item'>> {
    const saved = await this.#session.transact((transaction) => {
      const sealed = this.#requireFile(id, file);
      const { collection, item } = this.#find(id);
      const { vault } = collection.requireState();
      const link = sealed.link ?? [vault, collection.id, item.item, item.current.change];
      return this.#place.file(transaction, { ...sealed, link }, category);
    });
    return printId('item', saved);
  }

  /** One record, or `null` when there is none, it was removed, or it cannot be read. Throws `usage/invalid` for no id. */
  get(id: Id<'item'>): RecordItem<T> | null {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const item = collection.view.get(bytes);
      if (item?.current.kind === this.kind.kind) return this.#showItem(collection, item).record;
    }
    return null;
  }

  /** The records in force, newest first; each is the same object while nothing about it changed. */
  list(filter: RecordFilter<T> = {}): RecordItem<T>[] {
    const wanted = Object.entries(filter.where ?? {});
    const records: RecordItem<T>[] = [];
    for (const { record } of this.#all())
      if (record !== null && wanted.every(([field, is]) => record.value[field as keyof T] === is))
        records.push(record);
    return records.sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  }

  /** Every version of a record, oldest first, removals included. Throws `usage/not-found`. */
  history(id: Id<'item'>): RecordVersion<T>[] {
    return this.#find(id).history.map((revision) => recordVersionOf(this.kind, revision));
  }

  /**
   * How many records of this kind are here and not shown: made by a later version, or refused by `parse`.
   *
   * They are kept as they are (R-REC-5).
   */
  get damaged(): number {
    return this.#all().filter(({ damaged }) => damaged).length;
  }

  /** Who may write here, owners first; none before the first record. What each may do, the log says to everyone. */
  members(): RecordMember[] {
    const members = new Map<string, RecordMember>();
    for (const { state } of this.#collections())
      for (const { person, role } of state?.members ?? []) {
        const id = printId('person', person);
        if (members.get(id)?.role !== 'owner')
          members.set(id, { person: id, role: role === 'owner' ? 'owner' : 'contributor' });
      }
    return this.#keptMembers.all(
      [...members.values()].sort((a, b) => (a.role === b.role ? 0 : a.role === 'owner' ? -1 : 1)),
    );
  }

  /** As `members`, and every list that follows. */
  liveMembers(): Live<readonly RecordMember[]> {
    return sessionLiveList(this.#session, this.#liveName('members'), {
      version: () => this.#version(),
      read: () => this.members(),
    });
  }

  /** As `list`, and every list that follows: after each change made here, and each that a sync brings. */
  live(filter: RecordFilter<T> = {}): Live<readonly RecordItem<T>[]> {
    const where = Object.entries(filter.where ?? {}).map(([field, is]) =>
      JSON.stringify([field, typeof is, is]),
    );
    return sessionLiveList(this.#session, this.#liveName(where.sort().join()), {
      version: () => this.#version(),
      read: () => this.list(filter),
    });
  }

  /** As `get`, and all that follows. Throws `usage/invalid` for no id. */
  liveOne(id: Id<'item'>): Live<RecordItem<T> | null> {
    parseId('item', id);
    return sessionLive(this.#session, this.#liveName(id), {
      version: () => this.#version(),
      read: () => this.get(id),
    });
  }

  #append(
    transaction: Transaction,
    collection: Collection,
    item: Uint8Array,
    record: {
      readonly base: readonly Revision[];
      readonly body: Uint8Array | null;
      readonly schema?: number;
      readonly authored?: RecordEnvelope['authored'];
    },
  ): void {
    const { kind } = this.kind;
    const { body, schema = this.kind.schema } = record;
    const authored = record.authored ?? (body === null ? null : this.#place.prove({ kind, schema, body }));
    const base = record.base.slice(-BASES_MAX).map(({ change }) => change);
    appendRecords(transaction, collection, [{ item, base, kind, schema, body, authored }]);
  }

  #encode(fields: Fields): Uint8Array {
    const { parse, schema } = this.kind;
    const body = encodeFields(fields);
    const given = Object.entries(withoutFiles(fields)).filter(([, value]) => value !== undefined);
    parse(Object.fromEntries(given), schema);
    return body;
  }

  #collections(): readonly Collection[] {
    this.#session.requireOpen();
    return this.#place.collections();
  }

  #find(id: Id<'item'>): {
    readonly collection: Collection;
    readonly item: Item;
    readonly history: readonly Revision[];
  } {
    const bytes = parseId('item', id);
    for (const collection of this.#collections()) {
      const item = collection.view.get(bytes);
      if (item?.current.kind !== this.kind.kind) continue;
      const history = keptHistory(collection, bytes);
      if (history.length > 0) return { collection, item, history };
    }
    throw new VaultError('usage/not-found', { id });
  }

  #requireFile(id: Id<'item'>, file: Id<'blob'>): SealedFile {
    const { item, history } = this.#find(id);
    const { fields } = mergedOf(item, history);
    if (fields === null) throw new VaultError('usage/not-found', { id });
    return requireFile(filesOf(fields), file);
  }

  #require(id: Id<'item'>): RecordItem<T> {
    const record = this.get(id);
    if (record === null) throw new VaultError('usage/not-found', { id });
    return record;
  }

  #all(): Shown<T>[] {
    const { kind } = this.kind;
    return this.#collections().flatMap((collection) => {
      const pruned = pendingPrunes(collection);
      // Among the removed ones may be one that another device has written to at the same time.
      const removed = collection.view
        .list({ kind, removed: true })
        .filter(({ conflicts }) => conflicts.length > 0);
      return [...collection.view.list({ kind }), ...removed].map((item) =>
        this.#showItem(collection, item, pruned),
      );
    });
  }

  #showItem(collection: Collection, item: Item, pruned = pendingPrunes(collection)): Shown<T> {
    const known = this.#shown.get(item);
    if (known !== undefined && pruned.size === 0 && known.history.length === item.revisions) return known;
    const history = keptHistory(collection, item.item, pruned);
    if (known !== undefined && isSameList(known.history, history)) return known;
    // One that cannot be read stays where it is, and in nobody's way (R-REC-5).
    const { identityOf } = collection.context;
    const place = { vault: this.#place.vault(), identityOf };
    const record = attempt(() => ({ shown: recordOf(this.kind, item, history, place) }));
    const shown = { history, record: record?.shown ?? null, damaged: record === null };
    this.#shown.set(item, shown);
    return shown;
  }

  #version(): string {
    return `${this.#place.version()} ${versionOfAll(this.#place.collections())}`;
  }

  #liveName(what: string): string {
    return `records ${this.#place.name} ${numberOf(this.kind)} ${what}`;
  }
}

/** Records as shown last, by kind and item: an item is another object as soon as one of its revisions changes. */
const shownItems = /* @__PURE__ */ new WeakMap<object, WeakMap<Item, Shown<object>>>();

/** Kinds by number: two that bear one name may read records differently. */
const numbers = /* @__PURE__ */ new WeakMap<object, number>();
let lastNumber = 0;

function numberOf(kind: object): number {
  return kept(numbers, kind, () => ++lastNumber);
}

/** What is kept for an object, made when there is nothing. @internal */
export function kept<Value>(values: WeakMap<object, Value>, owner: object, make: () => Value): Value {
  const known = values.get(owner);
  if (known !== undefined) return known;
  const made = make();
  values.set(owner, made);
  return made;
}
