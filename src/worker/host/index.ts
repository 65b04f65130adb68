/** `coffret/worker/host`: the worker's side, for apps with a worker program of their own. */
import type { Endpoint } from 'comlink';
import { openIndexedDbStore } from '../../store/index.js';
import { stayAlive } from '../alive.js';
import { serve } from './host.js';

/**
 * Serves the page that started this dedicated worker, from now on: `openVaultInWorker({ worker })` on the page.
 *
 * Call it once, at once, in the worker's program.
 */
export function serveVault(): void {
  serve({
    page: globalThis as unknown as Endpoint,
    openStore: (name) => openIndexedDbStore({ name }),
    stayAlive,
  });
}
