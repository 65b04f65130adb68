/** `coffret/worker/host`: the worker's side, for apps with a worker program of their own. */
import type { Endpoint } from 'comlink';
import type { RecordKind } from '../../records/record-kind.js';
import { openIndexedDbStore } from '../../store/index.js';
import { stayAlive } from '../alive.js';
import { serve } from './host.js';
import { shippedKinds } from './shipped-kinds.js';

/**
 * Serves the page that started this dedicated worker, from now on: `openVaultInWorker({ worker })` on the page.
 *
 * Call it once, at once, in the worker's program. `kinds` are those of the app's own records: their checks run here, so
 * `vault.records(kind)` on the page needs them here too, or rejects with `usage/unknown-kind`. Those of this package's own modules
 * (messages, profile, agenda) are known.
 */
export function serveVault(options: { readonly kinds?: readonly RecordKind<object>[] } = {}): void {
  serve({
    kinds: [...shippedKinds(), ...(options.kinds ?? [])],
    page: globalThis as unknown as Endpoint,
    openStore: (name) => openIndexedDbStore({ name }),
    stayAlive,
  });
}
