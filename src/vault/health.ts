import type { VaultErrorCode } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import { nameOf } from '../log/collection-log.js';
import type { SyncStatus } from '../sync/runner.js';
import type { Collection } from './collection.js';
import type { Session } from './session.js';
import { sessionLoaded } from './session-live.js';

/** How this device stands with the server and with losing it. */
export interface Health {
  /** `unverified` on a device that joined by recovery phrase and has not been confirmed by a write of its own. */
  readonly freshness: 'fresh' | 'stale' | 'unverified';
  readonly status: SyncStatus;
  /** Things kept here that the server does not have yet. */
  readonly unsent: number;
  /** Whether 24 words exist that bring everything back, and the server has what they open. */
  readonly recoverable: boolean;
  /** Collections that stopped taking writes, and why. */
  readonly frozen: readonly FrozenCollection[];
  /** Records that are here and cannot be read. */
  readonly damaged: number;
}

/** A collection that stopped taking writes, and why. */
export interface FrozenCollection {
  readonly collection: Id<'collection'>;
  readonly code: VaultErrorCode;
}

const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/** As `person.health`. */
export async function healthOf(session: Session): Promise<Health> {
  session.requireOpen();
  const { collections } = session;
  const stale = session.now() >= staleAt(session);
  const confirmed =
    !session.profile.recovered || collections.some((collection) => hasOwnLine(session, collection));
  return {
    freshness: stale ? 'stale' : confirmed ? 'fresh' : 'unverified',
    status: session.sync.state,
    unsent: (await session.outbox.list()).length,
    recoverable:
      session.index.list('index.slot').some(({ removed }) => !removed) &&
      (await session.outbox.list('slots')).length === 0,
    frozen: frozenOf(session),
    damaged: collections.reduce((sum, { damaged }) => sum + damaged.length, 0),
  };
}

/** As `healthOf`, and all that follows. */
export function liveHealth(session: Session): Live<Health> {
  const kept = new Kept<Health>();
  return sessionLoaded(session, 'health', {
    version: () => versionOfHealth(session),
    load: async () => kept.one(await healthOf(session)),
  });
}

/** When what is known here gets stale: the oldest newest verified head of a log, and a day. */
export function staleAt({ collections }: Session): number {
  // What is not served any more to this person does not get older for them.
  const served = collections.filter(({ refused }) => !refused);
  const verified = served.map(({ verifiedAt }) => verifiedAt ?? 0);
  return (verified.length === 0 ? 0 : Math.min(...verified)) + STALE_AFTER_MS + 1;
}

/** The collections that stopped taking writes. */
export function frozenOf({ collections }: Session): FrozenCollection[] {
  return collections.flatMap(({ id, frozen }) =>
    frozen === null ? [] : [{ collection: printId('collection', id), code: frozen }],
  );
}

/** What health depends on, besides the queue. */
export function versionOfHealth(session: Session): string {
  const parts = session.collections.map(
    ({ version, refused, frozen, verifiedAt, damaged }) =>
      `${version} ${refused ? 'refused' : ''} ${frozen ?? ''} ${verifiedAt ?? ''} ${damaged.length}`,
  );
  return `${session.sync.state} ${parts.join()}`;
}

function hasOwnLine(session: Session, collection: Collection): boolean {
  const { device } = session.author;
  return collection.log.state?.lines.some((line) => nameOf(line.device) === nameOf(device)) ?? false;
}
