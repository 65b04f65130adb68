import { VaultError } from '../errors.js';
import { createLive, type Live } from '../live/live.js';
import type { CommonOptions, CreateOptions, OpenOptions, RecoverOptions } from '../vault/open-person.js';
import type { Person } from '../vault/person.js';
import type { Ending, Way } from './contract.js';
import type { InWorker } from './remote-object.js';
import { Running } from './running.js';

/** Which store, and how its worker is started. */
export interface VaultInWorkerOptions {
  /** Name of the store in this origin, as for `openIndexedDbStore`. */
  readonly name: string;
  /**
   * Starts the worker, for a program of your own (see `serveVault`), or where the bundler does not find
   * `coffret/vault-worker.js`: a dedicated worker, started anew for every unlocking. Under Trusted Types its URL needs a
   * policy; `startTrustedWorker` gives it one.
   */
  readonly worker?: () => Worker;
}

/** Options of the core as a page gives them: the worker has the store, the transport and the clock. */
export type OptionsInWorker<Options> = Options extends unknown ? Omit<Options, keyof CommonOptions> : never;

/** Whether a person is open. `locked` also before anyone was opened, and when the worker ended by itself. */
export type VaultState = 'open' | 'locked' | 'closed';

/** A person as a page has them. */
export type PersonInWorker = InWorker<Person>;

/**
 * The person of one store, with keys and cryptography in a dedicated worker that this page owns.
 *
 * Passphrases and words go in; no key comes out.
 */
export class VaultInWorker {
  readonly #options: VaultInWorkerOptions;
  readonly #listeners = new Set<() => void>();
  readonly #liveState: Live<VaultState>;
  /** The worker that runs or is about to; `#current` once it does. */
  #running: Promise<Running> | null = null;
  #current: Running | null = null;
  #ending: Promise<void> = Promise.resolve();
  #state: VaultState = 'locked';

  /** @internal */
  constructor(options: VaultInWorkerOptions) {
    this.#options = options;
    this.#liveState = createLive<VaultState>({
      version: () => this.#state,
      read: () => this.#state,
      watch: (onNotice) => {
        const listener = () => onNotice();
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    });
  }

  /** As `createPerson` of the core. */
  createPerson(options: OptionsInWorker<CreateOptions>): Promise<PersonInWorker> {
    return this.#open('createPerson', options);
  }

  /** As `openPerson` of the core. */
  openPerson(options: OptionsInWorker<OpenOptions>): Promise<PersonInWorker> {
    return this.#open('openPerson', options);
  }

  /** As `recoverPerson` of the core. */
  recoverPerson(options: OptionsInWorker<RecoverOptions>): Promise<PersonInWorker> {
    return this.#open('recoverPerson', options);
  }

  /** Whether the store holds nobody yet: `createPerson` or `recoverPerson` is next, else `openPerson`. */
  async isEmpty(): Promise<boolean> {
    const { link } = await this.start();
    return (await link.ask('look', { store: this.#options.name, at: 'isEmpty' })) as boolean;
  }

  /** As `passkeysOf` of the core: which passkeys open this store, for `askPasskey`. */
  async passkeys(): Promise<string[]> {
    const { link } = await this.start();
    return (await link.ask('look', { store: this.#options.name, at: 'passkeys' })) as string[];
  }

  /** Whether a person is open, and every change of that. */
  liveState(): Live<VaultState> {
    return this.#liveState;
  }

  /**
   * Ends the worker, and with it every key in memory: what was open rejects with `access/locked` from now on.
   *
   * As `lock` of the person, it forgets a person who was to stay unlocked. Work under way gets two seconds to come to
   * rest; what it had written is kept. Opening again starts a new worker.
   */
  async lock(): Promise<void> {
    await this.#end('lock');
  }

  /** As `lock`, and every other tab that has this store open locks at once. */
  async lockEverywhere(): Promise<void> {
    await this.#end('lockEverywhere');
  }

  /** Ends the worker for good, without forgetting who was to stay unlocked: opening again throws `usage/closed`. */
  async close(): Promise<void> {
    const closing = this.#end('close');
    this.#setState('closed');
    await closing;
  }

  /** Deletes the store with all that is in it, and closes. What the server has stays there. Throws `store/*`. */
  async destroy(): Promise<void> {
    const { link } = await this.start();
    await link.ask('destroy', { store: this.#options.name });
    await this.close();
  }

  /** @internal */
  async start(): Promise<Running> {
    if (this.#state === 'closed') throw new VaultError('usage/closed');
    this.#running ??= this.#ending.then(() => this.#startWorker());
    const running = this.#running;
    try {
      return await running;
    } catch (error) {
      if (this.#running === running) this.#running = null;
      throw error;
    }
  }

  async #open(way: Way, options: object): Promise<PersonInWorker> {
    const { link } = await this.start();
    const person = await link.open(way, this.#options.name, options);
    if (link.ended) throw new VaultError('access/locked');
    this.#setState('open');
    return person as PersonInWorker;
  }

  async #startWorker(): Promise<Running> {
    const running: Running = await Running.start({
      worker: this.#options.worker,
      onLock: (how) => this.#end(how),
      onLocked: () => {
        if (this.#current === running) void this.#end('close');
      },
      onGone: () => {
        if (this.#current === running) void this.#end('gone');
      },
    });
    this.#current = running;
    return running;
  }

  async #end(how: Ending | 'gone'): Promise<void> {
    const details = how === 'gone' ? { reason: 'worker-ended' } : {};
    const because = () => new VaultError('access/locked', details);
    const starting = this.#running;
    const current = this.#current;
    this.#running = null;
    this.#current = null;
    if (this.#state === 'open') this.#setState('locked');
    if (starting === null) return this.#ending;
    const stopping =
      current === null ? starting.then((late) => late.stop(because, how)) : current.stop(because, how);
    this.#ending = stopping.catch(() => {});
    await this.#ending;
  }

  #setState(state: VaultState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * Starts a dedicated worker that holds the keys of one store's person.
 *
 * Nobody is open yet: `isEmpty` says whether `openPerson` is next, or `createPerson`. Throws `usage/no-worker` with the
 * reason in its details: `refused` by the content security policy or for want of workers, `failed` to load, `silent`
 * or of another `version` of this package.
 */
export async function openVaultInWorker(options: VaultInWorkerOptions): Promise<VaultInWorker> {
  const vault = new VaultInWorker(options);
  await vault.start();
  return vault;
}
