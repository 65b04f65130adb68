import { Mutex } from 'async-mutex';
import { VaultError } from '../errors.js';
import type { Store, Write } from '../store/port.js';
import type { NewEntry, Outbox } from '../sync/outbox.js';
import type { Fence, Missed } from './fence.js';

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

/** So often in a row may others come first before a change gives up. */
const ATTEMPTS_MAX = 20;

/** What a session's transactions need of it. */
export interface TransactionsOptions {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly fence: Fence;
  /** Takes in what other sessions of this store wrote. */
  catchUp(missed: Missed): Promise<void>;
  /** Called after every durable change of this session; `queued` when there is something to send. */
  onWritten(queued: boolean): void;
}

/** Runs transactions one after the other over one store, which other sessions may have open too. */
export class Transactions {
  readonly #mutex = new Mutex();
  readonly #options: TransactionsOptions;

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /**
   * Runs `change`, then writes all it asked for at once. What it throws, or the store, undoes everything.
   *
   * When another session wrote first, what it wrote is taken in and `change` runs again: it must do nothing that
   * `undo` does not take back. Throws `store/busy` when others come first again and again.
   */
  async run<T>(change: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    return this.#mutex.runExclusive(async () => {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
        const transaction = new Transaction();
        try {
          const result = await change(transaction);
          if (await this.#write(transaction)) return result;
          transaction.undo();
        } catch (error) {
          transaction.undo();
          // What was missing or in the way may be what another session has written or taken away since.
          if (!(await this.#catchUp())) throw error;
          continue;
        }
        await this.#catchUp();
      }
      throw new VaultError('store/busy', { reason: 'others' });
    });
  }

  /** Takes in what other sessions wrote since; true when there was something. */
  async catchUp(): Promise<boolean> {
    return this.#mutex.runExclusive(() => this.#catchUp());
  }

  async #write(transaction: Transaction): Promise<boolean> {
    const { store, outbox, fence, onWritten } = this.#options;
    const { entries } = transaction;
    const writes = [...transaction.writes, ...outbox.put(entries)];
    if (writes.length > 0) {
      const step = fence.step(writes, outbox.lastNumber);
      if (!(await store.write([...writes, step.write], [step.expect]))) return false;
      step.commit();
      outbox.waiting.note(writes);
    }
    transaction.commit();
    if (writes.length > 0) onWritten(entries.length > 0);
    return true;
  }

  async #catchUp(): Promise<boolean> {
    const { fence, outbox, catchUp } = this.#options;
    const found = await fence.look();
    if (found === undefined) return false;
    await catchUp(found.missed);
    found.accept();
    outbox.goOnAfter(fence.lastNumber);
    return true;
  }
}
