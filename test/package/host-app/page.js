import { openVaultInWorker } from 'coffret/worker';
import { createApp, STORE } from './app.js';

// Keys and cryptography in a worker: what an app is built like.
globalThis.app = createApp(async () => {
  const vault = await openVaultInWorker({ name: STORE });
  return {
    createPerson: (options) => vault.createPerson(options),
    openPerson: (options) => vault.openPerson(options),
  };
});
