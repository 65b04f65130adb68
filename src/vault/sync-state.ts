import type { Live } from '../live/live.js';
import { Kept } from '../live/kept.js';
import { type FrozenCollection, frozenOf, staleAt, versionOfHealth } from './health.js';
import type { Session } from './session.js';
import { sessionLoaded } from './session-live.js';

/** How what is here stands with what the server has. */
export interface SyncState {
  /**
   * The first of these that holds: `forked`, some collection stopped because a server's answers contradict each other
   * or what is known here (see `frozen`); `offline`, the last attempt found no server; `stale`, no fresh word from the
   * server for a day, so there may be news; `pending`, something here is not on the server; `synced`.
   */
  readonly state: 'synced' | 'pending' | 'offline' | 'stale' | 'forked';
  /** How many things wait to be sent. */
  readonly pending: number;
  /** Whether a sync is running. `state` is what the last one left, until it ends. */
  readonly syncing: boolean;
  /** Since when the oldest of the things that wait does, in milliseconds since 1970; null when nothing waits. */
  readonly unsyncedSince: number | null;
  /** When all was last in step with the server, in milliseconds since 1970; null when it was not since this was opened. */
  readonly lastSyncedAt: number | null;
  /** Collections that stopped taking writes, and why; what was verified stays readable. */
  readonly frozen: readonly FrozenCollection[];
}

/** Follows how a session stands with its server, from the moment it is opened. */
export class SyncStanding {
  readonly #session: Session;
  readonly #kept = new Kept<SyncState>();
  #isOffline = false;
  #lastSyncedAt: number | null = null;

  constructor(session: Session) {
    this.#session = session;
    session.sync.onState((status) => {
      if (status === 'offline') this.#isOffline = true;
      else if (status !== 'syncing') this.#isOffline = false;
      if (status === 'synced') this.#lastSyncedAt = session.now();
      session.changes.notify();
    });
  }

  /** The state now. */
  async load(): Promise<SyncState> {
    const session = this.#session;
    session.requireOpen();
    const queued = await session.outbox.list();
    const frozen = frozenOf(session);
    const times = queued.map(({ id }) => timeOf(id));
    const { state: status } = session.sync;
    const state =
      frozen.length > 0
        ? 'forked'
        : this.#isOffline
          ? 'offline'
          : session.now() >= staleAt(session)
            ? 'stale'
            : queued.length > 0 || status === 'pending'
              ? 'pending'
              : 'synced';
    return this.#kept.one({
      state,
      pending: queued.length,
      syncing: status === 'syncing',
      unsyncedSince: times.length === 0 ? null : Math.min(session.now(), ...times),
      lastSyncedAt: this.#lastSyncedAt,
      frozen,
    });
  }

  /** As `load`, and every state that follows. */
  live(): Live<SyncState> {
    const session = this.#session;
    return sessionLoaded(session, 'sync', {
      version: () => versionOfHealth(session),
      load: () => this.load(),
    });
  }
}

/** When an entry was queued, by its number: 16 digits of microseconds. */
function timeOf(id: string): number {
  return Math.floor(Number(id.slice(id.lastIndexOf('/') + 1, id.lastIndexOf('-'))) / 1000);
}
