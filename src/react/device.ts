import { isVaultError, type VaultError } from '../errors.js';
import type { CommonOptions, CreateOptions, OpenOptions, RecoverOptions } from '../index.js';
import type { AnyPerson } from './any-person.js';

/** Where a device's person comes from: what `openVaultInWorker` gives, or anything that does the same. */
export interface PersonSource {
  /** Whether there is nobody to open so far. */
  isEmpty(): Promise<boolean>;
  /** As of the core. */
  createPerson(options: OnDevice<CreateOptions>): Promise<AnyPerson>;
  /** As of the core. */
  openPerson(options: OnDevice<OpenOptions>): Promise<AnyPerson>;
  /** As of the core. */
  recoverPerson(options: OnDevice<RecoverOptions>): Promise<AnyPerson>;
  /** Wipes the keys; a person can be opened again. */
  lock(): Promise<void>;
  /** As `lock`, in every tab. */
  lockEverywhere(): Promise<void>;
  /** Locks, and lets go of everything. */
  close(): Promise<void>;
}

/** Options of the core without what the source knows by itself. */
export type OnDevice<Options> = Options extends unknown ? Omit<Options, keyof CommonOptions> : never;

/** How it stands with the person on this device. */
export type DeviceState = 'starting' | 'empty' | 'locked' | 'opening' | 'open' | 'failed';

/** One moment of a device; the same object until something changes. */
export interface DeviceMoment {
  readonly state: DeviceState;
  /** The person, while the state is `open`. */
  readonly person: AnyPerson | null;
  /** What the last attempt failed with. */
  readonly error: VaultError | null;
  /** A mistake in a program, for the error boundary. */
  readonly thrown: { readonly value: unknown } | null;
  /** How many persons have gone: nothing that was rendered for one of them may outlive them. */
  readonly gone: number;
}

const STARTING: DeviceMoment = { state: 'starting', person: null, error: null, thrown: null, gone: 0 };

/** Where a device has its person from. */
export type DeviceOrigin =
  | {
      readonly connect: () => PersonSource | Promise<PersonSource>;
      /** Whether to sync in the background. */
      readonly sync: boolean;
      readonly person?: undefined;
    }
  | { readonly person: AnyPerson | null; readonly connect?: undefined; readonly sync?: undefined };

/** The person on this device, through all their states: a store that components subscribe to. */
export class Device {
  /** Null for a person who was opened elsewhere, and is closed there. */
  readonly #connect: (() => PersonSource | Promise<PersonSource>) | null;
  readonly #syncs: boolean;
  readonly #listeners = new Set<() => void>();
  #moment = STARTING;
  #users = 0;
  #source: Promise<PersonSource> | null = null;
  #closing: Promise<void> = Promise.resolve();
  /** Another number for each attempt: what an attempt that is over still brings is let go. */
  #attempt = 0;
  #unwatch = () => {};
  #change: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;

  /** A device that has its person from a source, or that was given one. Does nothing so far. */
  constructor(origin: DeviceOrigin) {
    this.#connect = origin.connect ?? null;
    this.#syncs = origin.sync ?? false;
    const { person = null } = origin;
    if (person !== null) this.#moment = { ...STARTING, state: 'open', person };
  }

  readonly getSnapshot = (): DeviceMoment => this.#moment;

  /** A server holds nobody's keys. */
  readonly getServerSnapshot = (): DeviceMoment => STARTING;

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  };

  /** Resolves at the next change; the same promise until then. */
  changed(): Promise<void> {
    this.#change ??= promiseToResolve();
    return this.#change.promise;
  }

  /**
   * A provider came. Returns what it calls when it goes.
   *
   * The last to go closes what was opened here, unless one comes back at once, as they do in `StrictMode`.
   */
  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) {
      const { state, person } = this.#moment;
      if (person !== null) this.#watch(person);
      else if (state === 'starting' && this.#source === null) void this.start();
    }
    return () => {
      this.#users -= 1;
      setTimeout(() => {
        if (this.#users > 0) return;
        if (this.#connect === null) this.#unwatch();
        else void this.#leave('starting', 'close');
      });
    };
  }

  /** Looks whether there is someone to open, and opens whom the device remembers; also the way out of `failed`. */
  readonly start = async (): Promise<void> => {
    const { state } = this.#moment;
    if (this.#connect === null || (state !== 'starting' && state !== 'failed')) return;
    const attempt = this.#begin('starting');
    try {
      const found = await this.#look();
      if (found === 'locked') await this.#admit(attempt, (source) => source.openPerson({ remembered: true }));
      else if (attempt === this.#attempt) this.#set({ state: found });
    } catch (error) {
      this.#fail(attempt, 'failed', error);
    }
  };

  readonly create = (options: OnDevice<CreateOptions>): Promise<AnyPerson | null> =>
    this.#enter((source) => source.createPerson(options));

  readonly open = (options: OnDevice<OpenOptions>): Promise<AnyPerson | null> =>
    this.#enter((source) => source.openPerson(options));

  readonly recover = (options: OnDevice<RecoverOptions>): Promise<AnyPerson | null> =>
    this.#enter((source) => source.recoverPerson(options));

  /** Shows nothing of the person from now on, then wipes the keys. */
  readonly lock = async (): Promise<void> => {
    if (this.#moment.person !== null) await this.#leave('locked', 'lock');
  };

  readonly lockEverywhere = async (): Promise<void> => {
    if (this.#moment.person !== null) await this.#leave('locked', 'lockEverywhere');
  };

  async #enter(begin: (source: PersonSource) => Promise<AnyPerson>): Promise<AnyPerson | null> {
    const { state } = this.#moment;
    if (this.#connect === null || (state !== 'empty' && state !== 'locked')) return null;
    return this.#admit(this.#begin('opening'), begin);
  }

  async #admit(
    attempt: number,
    begin: (source: PersonSource) => Promise<AnyPerson>,
  ): Promise<AnyPerson | null> {
    try {
      const person = await begin(await this.#connected());
      if (attempt === this.#attempt) {
        this.#set({ state: 'open', person });
        this.#watch(person);
        // An array: what it gives is a promise in a worker, and something else here.
        if (this.#syncs) void quietly(Promise.all([person.startSync()]));
        return person;
      }
      await person.close();
    } catch (error) {
      if (attempt !== this.#attempt) return null;
      // It may have got half way, and another tab may have been at it: what is there is looked at again.
      const found = await this.#look().catch(() => 'failed' as const);
      this.#fail(attempt, found, error);
    }
    return null;
  }

  /** Notices when the person is locked by others: another tab, a timer, the app. */
  #watch(person: AnyPerson): void {
    this.#unwatch();
    const complete = () => {
      if (this.#moment.person === person) void this.#leave('locked', null);
    };
    this.#unwatch = person.liveVaults().subscribe({ complete });
  }

  /** Empties the page, then ends what is open in this way; `null` when it has ended by itself. */
  #leave(state: 'starting' | 'locked', how: 'lock' | 'lockEverywhere' | 'close' | null): Promise<void> {
    const { person, gone } = this.#moment;
    const source = this.#source;
    this.#attempt += 1;
    this.#unwatch();
    // First the page, then the keys: in between, nobody can read what is on it.
    this.#set({ state, person: null, error: null, thrown: null, gone: person === null ? gone : gone + 1 });
    if (how === null) return Promise.resolve();
    if (this.#connect === null) return quietly(person?.[how]());
    const ended = quietly(source?.then((connected) => connected[how]()));
    if (how !== 'close') return ended;
    this.#source = null;
    this.#closing = ended;
    return ended;
  }

  #begin(state: 'starting' | 'opening'): number {
    this.#attempt += 1;
    this.#set({ state, error: null });
    return this.#attempt;
  }

  #fail(attempt: number, state: DeviceState, error: unknown): void {
    if (attempt !== this.#attempt) return;
    // Nothing is wrong with a device that remembers nobody.
    if (isVaultError(error, 'access/not-remembered')) this.#set({ state });
    else this.#set(isVaultError(error) ? { state, error } : { state, thrown: { value: error } });
  }

  async #look(): Promise<'locked' | 'empty'> {
    const source = await this.#connected();
    return (await source.isEmpty()) ? 'empty' : 'locked';
  }

  /** The source, connected once what was open before is closed. */
  #connected(): Promise<PersonSource> {
    if (this.#source === null) {
      const source = this.#closing.then(() => (this.#connect as DeviceOrigin['connect'] & {})());
      this.#source = source;
      source.catch(() => {
        if (this.#source === source) this.#source = null;
      });
    }
    return this.#source;
  }

  #set(change: Partial<DeviceMoment>): void {
    this.#moment = { ...this.#moment, ...change };
    for (const listener of [...this.#listeners]) listener();
    this.#change?.resolve();
    this.#change = null;
  }
}

/** What is closed may have been closed before, and nobody can do anything about what fails here. */
async function quietly(work: Promise<unknown> | undefined): Promise<void> {
  await work?.catch(() => {});
}

function promiseToResolve(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
