import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import { queuedAt } from '../sync/outbox.js';
import {
  type FrozenCollection,
  frozenOf,
  isStale,
  nextStale,
  verifiedSince,
  versionOfHealth,
} from './health.js';
import type { Session } from './session.js';
import { sessionLive } from './session-live.js';

/** How what is here stands with what the server has. */
export interface SyncState {
  /**
   * The first of these that holds: `forked`, some collection takes no more writes, because what a server answered
   * contradicts itself or what is known here (see `frozen`); `offline`, the last attempt found no server; `stale`, no
   * fresh word from the server for a day, so there may be news; `pending`, something waits to be sent, or did until the
   * sync that is running; `synced`.
   */
  readonly state: 'synced' | 'pending' | 'offline' | 'stale' | 'forked';
  /** How many things wait to be sent: changes, files, messages to others. */
  readonly pending: number;
  /** Whether a sync is running; until it ends `state` shows nothing better than the last one left. */
  readonly syncing: boolean;
  /** Since when the one of them waits that waits longest, in milliseconds since 1970; null when nothing does. */
  readonly unsyncedSince: number | null;
  /** When this device last had all that the server has, and the server all that was here; null when never so far. */
  readonly lastSyncedAt: number | null;
  /** Collections that stopped taking writes, and why; what was verified stays readable. */
  readonly frozen: readonly FrozenCollection[];
}

/** Follows how a session stands with its server, from when it is opened. */
export class SyncStanding {
  readonly #session: Session;
  readonly #kept = new Kept<SyncState>();
  #isOffline = false;
  #isStale = false;
  #wasPending = false;
  #lastSyncedAt: number | null;

  constructor(session: Session) {
    this.#session = session;
    const since = verifiedSince(session);
    this.#lastSyncedAt = since === null || session.outbox.waiting.size > 0 ? null : since;
    session.sync.onState((status) => {
      if (status !== 'syncing') void this.#settle(status === 'offline', status === 'synced');
      session.changes.notify();
    });
  }

  /** The state now. */
  read(): SyncState {
    const session = this.#session;
    const { waiting } = session.outbox;
    const frozen = frozenOf(session);
    const { oldest } = waiting;
    return this.#kept.one({
      state: this.#stateOf(frozen.length > 0),
      pending: waiting.size,
      syncing: session.sync.state === 'syncing',
      // A clock that was set back must not put it in the future.
      unsyncedSince: oldest === null ? null : Math.min(session.now(), queuedAt(oldest)),
      lastSyncedAt: this.#lastSyncedAt,
      frozen,
    });
  }

  /** As `read`, and every state that follows. */
  live(): Live<SyncState> {
    const session = this.#session;
    return sessionLive(session, 'sync', {
      version: () => `${this.#isOffline} ${this.#lastSyncedAt ?? ''} ${versionOfHealth(session)}`,
      read: () => this.read(),
      nextMoment: () => nextStale(session),
    });
  }

  #stateOf(forked: boolean): SyncState['state'] {
    const { outbox, sync } = this.#session;
    const isPending = outbox.waiting.size > 0;
    // In the middle of a run a log may be known and not be here yet, and all be sent but what follows from that.
    if (sync.state !== 'syncing') {
      this.#isStale = isStale(this.#session);
      this.#wasPending = isPending;
    }
    if (forked) return 'forked';
    if (this.#isOffline) return 'offline';
    if (this.#isStale) return 'stale';
    return isPending || this.#wasPending ? 'pending' : 'synced';
  }

  async #settle(isOffline: boolean, isSynced: boolean): Promise<void> {
    // Locking stops the run, which is a change of status.
    if (this.#session.locked) return;
    const { outbox, changes, sync, now } = this.#session;
    this.#isOffline = isOffline;
    try {
      // The tab that leads takes things out of the queue of all.
      if (!sync.leads) await outbox.list();
    } catch {
      return; // closed meanwhile; else the next call that needs the store says what is wrong with it
    }
    if (this.#session.locked) return;
    if (isSynced && outbox.waiting.size === 0) this.#lastSyncedAt = now();
    // Noted here, whether anyone looks or not, for the run that comes next.
    this.#stateOf(false);
    changes.notify();
  }
}
