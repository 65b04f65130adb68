import type { Secret } from '../../src/crypto/secret.js';
import { bytesToHex } from '../../src/formats/id.js';
import { encodeOp } from '../../src/formats/op.js';
import type { CollectionKey } from '../../src/keys/hierarchy.js';
import type { LogOp, ServedOps } from '../../src/log/collection-log.js';
import { createMemoryStore } from '../../src/store/memory.js';
import type { Store } from '../../src/store/port.js';
import { collectionLane, type Outbox, openOutbox } from '../../src/sync/outbox.js';
import { Collection, type CollectionContext } from '../../src/vault/collection.js';
import { appendRecords, foundCollection, type NewRecord } from '../../src/vault/collection-writer.js';
import { Fence } from '../../src/vault/fence.js';
import { type Transaction, Transactions } from '../../src/vault/transaction.js';
import type { LogBench } from './log-bench.js';
import { type Person, START, secretOf } from './people.js';

/** The keys of a collection, as bytes that can be given to several people. */
export interface CollectionKeys {
  readonly key: Uint8Array;
  readonly roster: Uint8Array;
}

export const keyFrom = (bytes: Uint8Array): CollectionKey => secretOf('collection-key', bytes);
const rosterKeyFrom = (bytes: Uint8Array): Secret<'roster-key'> => secretOf('roster-key', bytes);

/** One person's copy of a collection over a store of their own; the bench is the server. */
export class CollectionParty {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly context: CollectionContext;
  readonly bench: LogBench;
  readonly #transactions: Transactions;
  #collection: Collection | null = null;

  private constructor(bench: LogBench, who: Person, store: Store, outbox: Outbox, fence: Fence) {
    this.bench = bench;
    this.store = store;
    this.outbox = outbox;
    this.#transactions = new Transactions({
      ...{ store, outbox, fence },
      catchUp: () => this.#takeIn(),
      onWritten: () => {},
    });
    this.context = {
      author: { person: who.id, device: who.device, deviceKey: who.deviceKey },
      identityOf: (id) => bench.identities.get(bytesToHex(id)) ?? null,
      random: bench.random,
      now: () => START + 10_000,
    };
  }

  static async open(bench: LogBench, who: Person, store = createMemoryStore()): Promise<CollectionParty> {
    bench.meet(who);
    const fence = await Fence.open(store);
    const outbox = await openOutbox({ store, now: () => START, random: bench.random });
    return new CollectionParty(bench, who, store, outbox, fence);
  }

  get collection(): Collection {
    if (this.#collection === null) throw new Error('no collection yet');
    return this.#collection;
  }

  run<T>(change: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    return this.#transactions.run(change);
  }

  /** Founds the collection of the bench's vault and server. */
  async found({ key, roster }: CollectionKeys): Promise<void> {
    const { vault, server } = this.bench;
    const options = { vault, server: server.publicKey, key: keyFrom(key), rosterKey: rosterKeyFrom(roster) };
    this.#collection = await this.run((transaction) => foundCollection(transaction, this.context, options));
  }

  /** Takes part in the collection of the bench, with these keys; pulls nothing yet. */
  join(keys: Partial<CollectionKeys> = {}): void {
    this.#collection = new Collection(this.bench.now.collection, this.context);
    this.#prepare(this.collection, keys);
  }

  /** Opens the collection from the store, as after a restart. */
  async reopen(keys: Partial<CollectionKeys> = {}): Promise<void> {
    const { id } = this.collection;
    const collection = await Collection.load(this.store, id, this.context, (fresh) =>
      this.#prepare(fresh, keys),
    );
    for (const op of await this.#queued(id)) collection.restorePending(op);
    this.#collection = collection;
  }

  /** Takes in what another session of this store wrote. */
  catchUp(): Promise<boolean> {
    return this.#transactions.catchUp();
  }

  async #takeIn(): Promise<void> {
    const { id, log } = this.collection;
    const queued = await this.#queued(id);
    this.collection.catchUp({ stored: await log.readStored(this.store), queued, frozen: null });
  }

  async #queued(id: Uint8Array): Promise<Uint8Array[]> {
    const ops: Uint8Array[] = [];
    for (const queued of await this.outbox.list(collectionLane(id))) {
      const entry = (await this.outbox.read(queued.id))?.entry;
      if (entry?.kind === 'found') ops.push(entry.op);
      if (entry?.kind === 'append') ops.push(...entry.ops);
    }
    return ops;
  }

  add(...records: readonly NewRecord[]) {
    return this.run((transaction) => appendRecords(transaction, this.collection, records));
  }

  /** Gives all pending ops to the server; what it answered gets lost. */
  push(): void {
    for (const op of this.collection.pending) this.bench.apply(op);
  }

  /** What the server has beyond this copy. */
  served(): ServedOps {
    const ops = this.bench.ops.slice(this.collection.log.position).map(encodeOp);
    return { ops, head: this.bench.head(), more: false };
  }

  pull(): Promise<readonly LogOp[]> {
    return this.run((transaction) => this.collection.ingest(transaction, this.served()));
  }

  #prepare(collection: Collection, { key, roster }: Partial<CollectionKeys>): void {
    if (key) collection.offerKey(1, keyFrom(key));
    if (roster) collection.offerRosterKey(rosterKeyFrom(roster));
  }
}
