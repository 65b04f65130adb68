import { VaultError } from '../errors.js';
import type { Contact, Health, Live, SyncState } from '../index.js';
import type { AnyPerson, AnyShare } from './any-person.js';
import { useOpenPerson } from './use-device.js';
import { type LiveOptions, type LiveView, useLive } from './use-live.js';

/** The person who is open. Throws `access/locked` when nobody is: render what uses it while `useDevice().state` is `open`. */
export function usePerson(): AnyPerson {
  const person = useOpenPerson();
  if (person === null) throw new VaultError('access/locked');
  return person;
}

/** The people this person knows, by name. */
export function usePeople<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly Contact[], Options> {
  return useLive(useOpenPerson()?.people.live() ?? null, options);
}

/** What others shared with this person, oldest first; `useLive(share.live())` shows the documents of one. */
export function useShares<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly AnyShare[], Options> {
  const live: Live<readonly AnyShare[]> | undefined = useOpenPerson()?.liveShares();
  return useLive(live ?? null, options);
}

/** How what is here stands with what the server has: `synced`, `pending`, `offline`, `stale` or `forked`. */
export function useSyncState<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<SyncState, Options> {
  return useLive(useOpenPerson()?.liveSync() ?? null, options);
}

/** How this device stands: freshness, what is unsent, whether the 24 words exist, what is frozen or damaged. */
export function useHealth<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<Health, Options> {
  return useLive(useOpenPerson()?.liveHealth() ?? null, options);
}
