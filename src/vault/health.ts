import type { VaultErrorCode } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { Kept } from '../live/kept.js';
import type { Live } from '../live/live.js';
import { nameOf } from '../log/collection-log.js';
import { lanePrefix } from '../sync/outbox.js';
import type { SyncStatus } from '../sync/runner.js';
import type { Collection } from './collection.js';
import type { Session } from './session.js';
import { sessionLive } from './session-live.js';
import { hasPhrase, SLOT_LANE } from './strong-slots.js';

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
  /** Vaults whose server contradicts what it had said it delivered of them, and how; what was verified of it stays. */
  readonly journals: readonly ContradictedJournal[];
  /** Records that are here and cannot be read. */
  readonly damaged: number;
}

/** A collection that stopped taking writes, and why. */
export interface FrozenCollection {
  readonly collection: Id<'collection'>;
  readonly code: VaultErrorCode;
}

/**
 * A vault whose server does not stand by its own list of what it delivered; with `store/damaged` one whose list on this device
 * could not be read, until a sync brings it again.
 */
export interface ContradictedJournal {
  readonly vault: Id<'vault'>;
  readonly code: VaultErrorCode;
}

const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/** As `person.health`. */
export async function healthOf(session: Session): Promise<Health> {
  session.requireOpen();
  // What another process took out of the queue is not known before it is listed again.
  await session.outbox.list();
  return currentHealth(session);
}

/** As `healthOf`, and all that follows. */
export function liveHealth(session: Session): Live<Health> {
  const kept = new Kept<Health>();
  return sessionLive(session, 'health', {
    version: () => versionOfHealth(session),
    read: () => kept.one(currentHealth(session)),
    nextMoment: () => nextStale(session),
  });
}

function currentHealth(session: Session): Health {
  const { collections, outbox, profile, sync } = session;
  const confirmed = !profile.recovered || collections.some((collection) => hasOwnLine(session, collection));
  return {
    freshness: isStale(session) ? 'stale' : confirmed ? 'fresh' : 'unverified',
    status: sync.state,
    unsent: outbox.waiting.size,
    recoverable: hasPhrase(session) && !outbox.waiting.has(lanePrefix(SLOT_LANE)),
    frozen: frozenOf(session),
    journals: contradictedOf(session),
    damaged: collections.reduce((sum, { damaged }) => sum + damaged.length, 0),
  };
}

/**
 * How old what is known here may be: the oldest of the newest verified heads of all logs, in milliseconds since 1970.
 *
 * Null when some log was never seen; now, when there is none that a server could know more of.
 */
export function verifiedSince({ collections, now }: Session): number | null {
  const times = collections
    // What is not served any more to this person does not get older for them, nor what no server has so far.
    .filter(({ refused, log, pending }) => !refused && (log.position > 0 || pending.length === 0))
    .map(({ verifiedAt, log }) => verifiedAt ?? log.headContent()?.time ?? null);
  return times.includes(null) ? null : Math.min(now(), ...(times as number[]));
}

/** Whether there may be news: no fresh word from the server for a day. */
export function isStale(session: Session): boolean {
  return session.now() - (verifiedSince(session) ?? 0) > STALE_AFTER_MS;
}

/** When what is known here gets stale, or null when it is. */
export function nextStale(session: Session): number | null {
  return isStale(session) ? null : (verifiedSince(session) ?? 0) + STALE_AFTER_MS + 1;
}

/** The collections that stopped taking writes. */
export function frozenOf({ collections }: Session): FrozenCollection[] {
  return collections.flatMap(({ id, frozen }) =>
    frozen === null ? [] : [{ collection: printId('collection', id), code: frozen }],
  );
}

/** What health depends on. */
export function versionOfHealth({ collections, outbox, sync, fetchLogs }: Session): string {
  const parts = collections.map(
    ({ version, refused, frozen, verifiedAt, damaged }) =>
      `${version} ${refused ? 'refused' : ''} ${frozen ?? ''} ${verifiedAt ?? ''} ${damaged.length}`,
  );
  return `${sync.state} ${outbox.waiting.version} ${fetchLogs.version} ${parts.join()}`;
}

function contradictedOf({ vaults, fetchLogs }: Session): ContradictedJournal[] {
  return [...vaults.values()].flatMap(({ vault }) => {
    const { finding } = fetchLogs.of(vault);
    return finding === null ? [] : [{ vault: printId('vault', vault), code: finding.code }];
  });
}

function hasOwnLine(session: Session, collection: Collection): boolean {
  const { device } = session.author;
  return collection.log.state?.lines.some((line) => nameOf(line.device) === nameOf(device)) ?? false;
}
