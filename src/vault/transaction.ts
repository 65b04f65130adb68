import { Mutex } from 'async-mutex';
import { VaultError } from '../errors.js';
import type { Store, Write } from '../store/port.js';
import type { NewEntry, Outbox } from '../sync/outbox.js';

/**
 * One change to a store: everything in it is written together, or nothing is.
 *
 * What a step changes in memory ahead of the write is taken back by its `undo` when the write fails.
 */
export class Transaction {
  readonly writes: Write[] = [];
  readonly entries: NewEntry[] = [];
  readonly #commits: (() => void)[] = [];
  readonly #undos: (() => void)[] = [];

  put(key: string, value: Uint8Array): void {
    this.writes.push({ type: 'put', key, value });
  }

  delete(key: string): void {
    this.writes.push({ type: 'delete', key });
  }

  /** Queues something to send once the transaction is durable. */
  send(lane: string, entry: NewEntry['entry']): void {
    this.entries.push({ lane, entry });
  }

  onCommit(commit: () => void): void {
    this.#commits.push(commit);
  }

  onUndo(undo: () => void): void {
    this.#undos.push(undo);
  }

  commit(): void {
    for (const commit of this.#commits) commit();
  }

  undo(): void {
    for (const undo of this.#undos.toReversed()) undo();
  }
}

/** Runs transactions one after the other over one store. */
export class Transactions {
  readonly #mutex = new Mutex();
  readonly #store: Store;
  readonly #outbox: Outbox;

  constructor(store: Store, outbox: Outbox) {
    this.#store = store;
    this.#outbox = outbox;
  }

  /** Runs `change`, then writes all it asked for at once. What it throws, or the store, undoes everything. */
  async run<T>(change: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    return this.#mutex.runExclusive(async () => {
      const transaction = new Transaction();
      try {
        const result = await change(transaction);
        const writes = [...transaction.writes, ...this.#outbox.put(transaction.entries)];
        if (writes.length > 0 && !(await this.#store.write(writes))) throw new VaultError('store/busy');
        transaction.commit();
        return result;
      } catch (error) {
        transaction.undo();
        throw error;
      }
    });
  }
}
