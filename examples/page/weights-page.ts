// A page, and no program for Node: `test/scenarios/strict-page.node.test.ts` builds it and opens it in a browser.
import { openVaultInWorker, startTrustedWorker } from 'coffret/worker';
import { weights } from './weights.js';

const server = document.documentElement.dataset.server as string;
const passphrase = 'four words I remember';

// #region weights-page
const startOurs = () =>
  new Worker(new URL('./weights-worker.js', import.meta.url), { type: 'module', name: 'vault' });
const device = await openVaultInWorker({ name: 'weights', worker: () => startTrustedWorker(startOurs) });
// #endregion

const alice = await device.createPerson({ passphrase, server });
const vault = await alice.createVault({ holder: { birthName: 'Martel' } });
await vault.records(weights).add({ grams: 70_500 });
const [latest] = await vault.records(weights).list();
const refused = await vault
  .records(weights)
  .add({ grams: -1 })
  .catch((error: Error) => error.message);
await device.destroy();
const said = document.querySelector('output') as HTMLOutputElement;
said.value = `${latest?.value.grams} g, and then ${JSON.stringify(refused)}`;
