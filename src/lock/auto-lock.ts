import { isVaultError, VaultError } from '../errors.js';
import { systemWait, type Wait } from '../sync/wait.js';
import { joinNeighbours, type Neighbours, watchPage } from './activity.js';

/** What can be locked: a `Person`, or the same person in a worker. */
export interface Lockable {
  readonly id: string;
  lock(): Promise<void>;
  lockEverywhere(): Promise<void>;
  /** Throws `access/locked` once the person is locked here. */
  lockedElsewhere(): Promise<boolean>;
}

/** What `createAutoLock` needs. */
export interface AutoLockOptions {
  readonly person: Lockable;
  /** How long nobody may be active, in any tab of this person, before every tab is locked. */
  readonly afterMs: number;
  /** A shorter time while no tab can be seen. */
  readonly hiddenAfterMs?: number;
  /** How long before the lock `onWarning` is called; a minute unless given, half of `afterMs` at most. */
  readonly warnMs?: number;
  /** Time is running out; called again after each time that someone was active in between. */
  readonly onWarning?: (leftMs: number) => void;
  /** Someone was active after a warning. */
  readonly onActive?: () => void;
  /** Milliseconds of a clock that goes on while the machine sleeps; the system's unless given. */
  readonly now?: () => number;
  /** Resolves after `ms` or when the signal aborts; the timers of the platform unless given. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A running timer. */
export interface AutoLock {
  /** How long until the lock, if nobody does anything; never below zero. */
  readonly leftMs: number;
  /** Counts as activity: for an app whose people watch, listen or dictate. */
  touch(): void;
  /** Ends the timer without locking. */
  stop(): void;
  /** Why it ended; rejects with what locking threw. */
  readonly ended: Promise<AutoLockEnd>;
}

/** Nobody was active; it was locked by someone else, here or in another tab; `stop` was called. */
export type AutoLockEnd = 'idle' | 'elsewhere' | 'stopped';

/** Timers stand still while the machine sleeps; a look at the clock this often finds out soon after. */
const LOOK_MS = 15_000;
/** Activity is told to other tabs at most this often. */
const TELL_MS = 5_000;
/** How long other tabs have to say that someone is active there. */
const ANSWER_MS = 500;

/**
 * Locks a person when nobody has been active for a while: pointer, keys and touch in this page and in its other tabs.
 *
 * It goes by the clock and not by timers, so it also locks a machine that slept, and a page that was hidden or frozen,
 * as soon as they wake and before anything done then counts as activity. A tab that was not told that everything was
 * locked elsewhere finds out at its next look. Belongs to a page; elsewhere only `touch` is activity. Throws
 * `usage/invalid`.
 */
export function createAutoLock(options: AutoLockOptions): AutoLock {
  const { afterMs, hiddenAfterMs = afterMs, warnMs = 60_000 } = options;
  for (const [argument, ms] of Object.entries({ afterMs, hiddenAfterMs, warnMs }))
    if (!Number.isFinite(ms) || ms < 0 || (ms === 0 && argument !== 'warnMs'))
      throw new VaultError('usage/invalid', { argument });
  return new IdleTimer({ ...options, hiddenAfterMs, warnMs: Math.min(warnMs, afterMs / 2) });
}

type Settings = AutoLockOptions & { readonly hiddenAfterMs: number; readonly warnMs: number };

class IdleTimer implements AutoLock {
  readonly ended: Promise<AutoLockEnd>;
  readonly #options: Settings;
  readonly #now: () => number;
  readonly #wait: Wait;
  readonly #neighbours: Neighbours;
  readonly #unwatch: () => void;
  #activeAt: number;
  #hiddenSince: number | null = null;
  #toldAt = -Infinity;
  #warned = false;
  #stopped = false;
  /** Rings to cut a wait short. */
  #bell = new AbortController();

  constructor(options: Settings) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#wait = options.wait ?? systemWait;
    this.#activeAt = this.#now();
    this.#neighbours = joinNeighbours(options.person.id, {
      onTold: ({ idleMs, isSeen }) => {
        if (isSeen && this.#hiddenSince !== null) this.#hiddenSince = this.#now();
        this.#learn(this.#now() - idleMs);
      },
      onAsked: () => {
        if (this.leftMs > 0) this.#tell();
      },
    });
    this.#unwatch = watchPage({
      onActivity: () => this.touch(),
      onWake: () => this.#bell.abort(),
      onHidden: (isHidden) => this.#hide(isHidden),
    });
    this.ended = this.#run().finally(() => this.#end());
  }

  get leftMs(): number {
    const { afterMs, hiddenAfterMs } = this.#options;
    const idle = this.#idleMs();
    const left = afterMs - idle;
    if (this.#hiddenSince === null) return Math.max(0, left);
    const hidden = Math.min(idle, this.#now() - this.#hiddenSince);
    return Math.max(0, Math.min(left, hiddenAfterMs - hidden));
  }

  touch(): void {
    const now = this.#now();
    // What wakes a machine that slept too long does not unlock it.
    if (this.#stopped || this.leftMs === 0) {
      this.#bell.abort();
      return;
    }
    this.#learn(now);
    if (now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
    this.#tell();
  }

  stop(): void {
    this.#end();
  }

  async #run(): Promise<AutoLockEnd> {
    const { person, warnMs, onWarning } = this.#options;
    while (!this.#stopped) {
      if (await isLockedElsewhere(person)) {
        // Here alone: others may have opened it again since.
        await person.lock();
        return 'elsewhere';
      }
      if (this.#stopped) break;
      if (this.leftMs === 0 && (await this.#isIdleEverywhere())) {
        await person.lockEverywhere();
        return 'idle';
      }
      const left = this.leftMs;
      if (left > 0 && left <= warnMs && !this.#warned) {
        this.#warned = true;
        onWarning?.(left);
      }
      await this.#rest(left > warnMs ? left - warnMs : left);
    }
    return 'stopped';
  }

  /** Asks the other tabs: this one may have slept while someone was active there. */
  async #isIdleEverywhere(): Promise<boolean> {
    this.#neighbours.ask();
    const until = this.#now() + ANSWER_MS;
    while (this.leftMs === 0 && this.#now() < until && !this.#stopped)
      await this.#rest(Math.max(1, until - this.#now()));
    return this.leftMs === 0 && !this.#stopped;
  }

  async #rest(ms: number): Promise<void> {
    this.#bell = new AbortController();
    if (!this.#stopped && ms > 0) await this.#wait(Math.min(ms, LOOK_MS), this.#bell.signal);
  }

  #idleMs(): number {
    const now = this.#now();
    // A clock that was set back must not add to the time.
    this.#activeAt = Math.min(this.#activeAt, now);
    return now - this.#activeAt;
  }

  #learn(activeAt: number): void {
    if (activeAt <= this.#activeAt) return;
    this.#activeAt = Math.min(activeAt, this.#now());
    if (this.#warned && this.leftMs > this.#options.warnMs) {
      this.#warned = false;
      this.#options.onActive?.();
    }
  }

  #tell(): void {
    this.#neighbours.tell({ idleMs: this.#idleMs(), isSeen: this.#hiddenSince === null });
  }

  #hide(isHidden: boolean): void {
    if (!isHidden && this.leftMs > 0) this.#hiddenSince = null;
    if (isHidden) this.#hiddenSince ??= this.#now();
    this.#bell.abort();
  }

  #end(): void {
    this.#stopped = true;
    this.#unwatch();
    this.#neighbours.close();
    this.#bell.abort();
  }
}

/** A look that fails says nothing; the clock goes on. */
async function isLockedElsewhere(person: Lockable): Promise<boolean> {
  try {
    return await person.lockedElsewhere();
  } catch (error) {
    return isVaultError(error, 'access/locked');
  }
}
