import { openPerson } from 'coffret';
import { openIndexedDbStore } from 'coffret/store';
import { createApp, STORE } from './app.js';

// The person whom the page has made, in a thread that has no worker, no `import()` and no file to write to.
const app = createApp(async () => {
  const store = await openIndexedDbStore({ name: STORE });
  return { openPerson: (options) => openPerson({ store, ...options }) };
});

async function workInBackground() {
  const steps = [
    await app.open(),
    await app.read(),
    await app.add('Background', 'noted meanwhile'),
    await app.sync(),
  ];
  return [...steps, await app.read(), await app.close()];
}

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', (event) => {
  event.waitUntil(workInBackground().then((answers) => event.ports[0].postMessage(answers)));
});
