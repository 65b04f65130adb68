/** What the sinks of every blob store have in common: one for an id, one call at a time, none after its end. */
import { Mutex } from 'async-mutex';
import { VaultError } from '../errors.js';
import { checkBytes } from './arguments.js';
import type { BlobSink } from './port.js';

/** The bytes of one unfinished blob, as an adapter keeps them. Calls never overlap. */
export interface Part {
  /** How many bytes were taken so far. */
  readonly offset: number;
  /** Adds bytes; when it throws, `offset` has not moved. */
  append(bytes: Uint8Array): Promise<void>;
  /** Flushes and closes: `whole` makes the blob visible, `part` keeps it for later. */
  finish(as: 'whole' | 'part'): Promise<void>;
  /** Closes and deletes. */
  discard(): Promise<void>;
}

/** The open sinks of one blob store. */
export class Sinks {
  readonly #toVaultError: (error: unknown) => VaultError;
  /** `null` while the part is being opened. */
  readonly #sinks = new Map<string, Sink | null>();
  #open = true;

  /** `toVaultError` turns whatever a part throws into an error of the SDK. */
  constructor(toVaultError: (error: unknown) => VaultError) {
    this.#toVaultError = toVaultError;
  }

  /** Opens a sink over the part that `begin` makes; throws 'store/busy' when the id has one. */
  async open(id: string, begin: () => Promise<Part>): Promise<BlobSink> {
    this.checkFree(id);
    this.#sinks.set(id, null);
    try {
      const sink = new Sink(await begin(), this.#toVaultError, () => this.#sinks.delete(id));
      this.#sinks.set(id, sink);
      if (!this.#open) {
        await sink.suspend();
        throw new VaultError('store/closed');
      }
      return sink;
    } catch (error) {
      this.#sinks.delete(id);
      throw error;
    }
  }

  /** Throws 'store/busy' while the id has an open sink. */
  checkFree(id: string): void {
    if (this.#sinks.has(id)) throw new VaultError('store/busy', { id });
  }

  /** Throws 'store/closed' once the blob store is closed. */
  checkOpen(): void {
    if (!this.#open) throw new VaultError('store/closed');
  }

  /** Suspends every open sink, or leaves its part as far as it is durable; none can be opened any more. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.allSettled([...this.#sinks.values()].map((sink) => sink?.suspend()));
  }
}

class Sink implements BlobSink {
  readonly #part: Part;
  readonly #toVaultError: (error: unknown) => VaultError;
  readonly #release: () => void;
  readonly #mutex = new Mutex();
  #open = true;

  constructor(part: Part, toVaultError: (error: unknown) => VaultError, release: () => void) {
    this.#part = part;
    this.#toVaultError = toVaultError;
    this.#release = release;
  }

  get offset(): number {
    return this.#part.offset;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#exclusive(async () => {
      checkBytes(bytes);
      await this.#part.append(bytes);
    });
  }

  commit(): Promise<void> {
    return this.#last(() => this.#part.finish('whole'));
  }

  suspend(): Promise<void> {
    return this.#last(() => this.#part.finish('part'));
  }

  abort(): Promise<void> {
    return this.#last(() => this.#part.discard());
  }

  #last(work: () => Promise<void>): Promise<void> {
    return this.#exclusive(async () => {
      this.#open = false;
      try {
        await work();
      } finally {
        this.#release();
      }
    });
  }

  #exclusive(work: () => Promise<void>): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      if (!this.#open) throw new VaultError('store/closed');
      try {
        await work();
      } catch (error) {
        throw this.#toVaultError(error);
      }
    });
  }
}
