import type { JournalFetch, JournalGrant, JournalReceipt } from '../index.js';
import type { LiveOptions, LiveView } from './use-live.js';
import { NO_LIST, useOfVault } from './use-vault.js';

/** Every access that was ever given to the vault, in force or ended, oldest first. */
export function useJournalGrants<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly JournalGrant[], Options> {
  return useOfVault<readonly JournalGrant[], Options>(
    (vault) => vault.journal.liveGrants(),
    NO_LIST,
    options,
  );
}

/** What readers say that they read, in the order in which it came. Nothing here says that someone did not read. */
export function useJournalReceipts<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly JournalReceipt[], Options> {
  return useOfVault<readonly JournalReceipt[], Options>(
    (vault) => vault.journal.liveReceipts(),
    NO_LIST,
    options,
  );
}

/** What the server says that it delivered, and to whom, oldest first; see `vault.journal.fetches`. */
export function useJournalFetches<Options extends LiveOptions = LiveOptions>(
  options?: Options,
): LiveView<readonly JournalFetch[], Options> {
  return useOfVault<readonly JournalFetch[], Options>(
    (vault) => vault.journal.liveFetches(),
    NO_LIST,
    options,
  );
}
