/** The program of the worker. It starts when it is loaded, and serves the page that started it. */
import type { Endpoint } from 'comlink';
import { openIndexedDbStore } from '../store/index.js';
import { stayAlive } from './alive.js';
import { serveVault } from './host.js';

serveVault({
  page: globalThis as unknown as Endpoint,
  openStore: (name) => openIndexedDbStore({ name }),
  stayAlive,
});
