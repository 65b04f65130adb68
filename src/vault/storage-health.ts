import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import {
  nextStorageWarning,
  type StorageState,
  type StorageWarning,
  storageState,
  storageWarnings,
} from '../store/persistence.js';
import { queuedAt } from '../sync/outbox.js';
import type { Session } from './session.js';
import { earliestOf, sessionLoaded } from './session-live.js';

/** The browser is asked again so often: its answers are rough, and not free. */
const ASK_MS = 60_000;

/** How the storage of this device stands, and what to tell the person about it. */
export interface StorageHealth extends StorageState {
  /**
   * `may-be-evicted`: the browser has not promised to keep what is here, and something has waited for an hour to be sent;
   * or it has, and something has waited for five days. `nearly-full`: nine tenths of what the origin may use are used.
   * `explainStorage` of `coffret/store` gives the sentences.
   */
  readonly warnings: readonly StorageWarning[];
}

/** As `person.storage`. */
export async function storageOf(session: Session): Promise<StorageHealth> {
  session.requireOpen();
  return withWarnings(session, await storageState());
}

/** As `storageOf`, and all that follows. */
export function liveStorage(session: Session): Live<StorageHealth> {
  const kept = new Kept<StorageHealth>();
  let asked: { readonly at: number; readonly state: StorageState } | null = null;
  const load = async (): Promise<StorageHealth> => {
    const now = session.now();
    if (asked === null || now < asked.at || now - asked.at >= ASK_MS)
      asked = { at: now, state: await storageState() };
    return kept.one(withWarnings(session, asked.state));
  };
  return sessionLoaded(session, 'storage', {
    version: () => String(session.outbox.waiting.version),
    load,
    nextMoment: () =>
      earliestOf([
        (asked?.at ?? session.now()) + ASK_MS,
        nextStorageWarning(unsyncedSince(session), session.now()),
      ]),
  });
}

function withWarnings(session: Session, state: StorageState): StorageHealth {
  return { ...state, warnings: storageWarnings(state, unsyncedSince(session), session.now()) };
}

function unsyncedSince({ outbox }: Session): number | null {
  const { oldest } = outbox.waiting;
  return oldest === null ? null : queuedAt(oldest);
}
