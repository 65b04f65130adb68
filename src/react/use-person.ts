import { VaultError } from '../errors.js';
import type { Contact, Health, SyncState } from '../index.js';
import type { AnyPerson, AnyShare } from './any-person.js';
import { useOpenPerson } from './use-device.js';
import {
  type LiveOptions,
  type LiveReady,
  type LiveResult,
  type SuspenseOptions,
  useLive,
} from './use-live.js';

/** The person who is open. Throws `access/locked` when nobody is: render what uses it while `useDevice().state` is `open`. */
export function usePerson(): AnyPerson {
  const person = useOpenPerson();
  if (person === null) throw new VaultError('access/locked');
  return person;
}

/** The people this person knows, by name. */
export function usePeople(options: SuspenseOptions): LiveReady<readonly Contact[]>;
export function usePeople(options?: LiveOptions): LiveResult<readonly Contact[]>;
export function usePeople(options?: LiveOptions): LiveResult<readonly Contact[]> {
  return useLive(useOpenPerson()?.people.live() ?? null, options);
}

/** What others shared with this person, oldest first; `useLive(share.live())` shows the documents of one. */
export function useShares(options: SuspenseOptions): LiveReady<readonly AnyShare[]>;
export function useShares(options?: LiveOptions): LiveResult<readonly AnyShare[]>;
export function useShares(options?: LiveOptions): LiveResult<readonly AnyShare[]> {
  return useLive<readonly AnyShare[]>(useOpenPerson()?.liveShares() ?? null, options);
}

/** How what is here stands with what the server has: `synced`, `pending`, `offline`, `stale` or `forked`. */
export function useSyncState(options: SuspenseOptions): LiveReady<SyncState>;
export function useSyncState(options?: LiveOptions): LiveResult<SyncState>;
export function useSyncState(options?: LiveOptions): LiveResult<SyncState> {
  return useLive(useOpenPerson()?.liveSync() ?? null, options);
}

/** How this device stands: freshness, what is unsent, whether the 24 words exist, what is frozen or damaged. */
export function useHealth(options: SuspenseOptions): LiveReady<Health>;
export function useHealth(options?: LiveOptions): LiveResult<Health>;
export function useHealth(options?: LiveOptions): LiveResult<Health> {
  return useLive(useOpenPerson()?.liveHealth() ?? null, options);
}
