import { isVaultError, VaultError } from '../errors.js';
import type { PersonalRoot } from '../keys/hierarchy.js';
import { openRememberedRoot, rememberRoot } from '../keys/remembered.js';
import { countLock, findKey, forgetKey, keepKey, readLockCount } from '../store/device-keystore.js';
import type { Store } from '../store/port.js';
import { readSlotPerson } from './local-keystore.js';
import type { Session } from './session.js';

const FOR_MS_MAX = 90 * 24 * 60 * 60 * 1000;

/** What a device remembered: the personal root, and how often its store had been locked. */
export interface RememberedOpening {
  readonly personalRoot: PersonalRoot;
  readonly locks: number;
}

/** As `person.stayUnlocked`. `locks` is how often the store had been locked when this session was opened. */
export async function stayUnlocked(session: Session, locks: number | null, forMs: number): Promise<void> {
  session.requireOpen();
  if (!Number.isSafeInteger(forMs) || forMs < 1 || forMs > FOR_MS_MAX)
    throw new VaultError('usage/invalid', { argument: 'forMs', forMsMax: FOR_MS_MAX });
  const { store, personalRoot, author, random } = session;
  const { scope } = store;
  if (scope === undefined || locks === null)
    throw new VaultError('store/unavailable', { reason: 'no-keystore' });
  const since = session.now();
  const place = { person: author.person, store: scope };
  const root = { root: personalRoot, place, since, expires: since + forMs, random };
  const kept = await keepKey(scope, await rememberRoot(root), locks);
  if (kept && !session.locked) return;
  // Locked meanwhile; or another tab locked everything, and this one was not told.
  if (kept) await forgetKey(scope);
  await session.lock();
  throw new VaultError('access/locked');
}

/** As `person.forgetUnlock`. */
export async function forgetUnlock({ scope }: Store): Promise<void> {
  if (scope !== undefined) await orNothing(() => forgetKey(scope));
}

/** Forgets what is remembered of a store, and lets every tab that has it open find out that it was locked. */
export async function noteLock({ scope }: Store): Promise<void> {
  if (scope !== undefined) await orNothing(() => countLock(scope));
}

/** How often a store was locked on purpose on this device; null where nobody counts. */
export async function countedLocks({ scope }: Store): Promise<number | null> {
  return scope === undefined ? null : orNothing(() => readLockCount(scope));
}

/**
 * Opens what this device remembers for the person of a store.
 *
 * Throws `access/not-remembered`; what is over or does not fit is forgotten first (R-REM-2). Throws `store/*`.
 */
export async function openRemembered(store: Store, now: number): Promise<RememberedOpening> {
  const { scope } = store;
  const found = scope === undefined ? null : await orNothing(() => findKey(scope));
  if (scope === undefined || found === null || found.kept === null)
    throw new VaultError('access/not-remembered', { reason: 'nothing' });
  const { kept, locks } = found;
  try {
    const place = { person: await readSlotPerson(store), store: scope };
    return { personalRoot: await openRememberedRoot(kept, place, now), locks };
  } catch (error) {
    if (!isVaultError(error)) throw error;
    await forgetKey(scope);
    const reason = isVaultError(error, 'access/not-remembered') ? 'over' : 'damaged';
    throw new VaultError('access/not-remembered', { reason });
  }
}

/** Null where the platform has no keystore: nothing can be remembered there, and nothing is. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isVaultError(error, 'store/unavailable')) return null;
    throw error;
  }
}
