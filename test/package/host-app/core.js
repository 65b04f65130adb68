import { createPerson, openPerson } from 'coffret';
import { openIndexedDbStore } from 'coffret/store';
import { attempt, createApp, STORE } from './app.js';

// Everything in this thread: where no worker can be had, or none is wanted.
const app = createApp(async () => {
  const store = await openIndexedDbStore({ name: STORE });
  return {
    createPerson: (options) => createPerson({ store, ...options }),
    openPerson: (options) => openPerson({ store, ...options }),
  };
});

// Has a service worker do its work, and gives what it answers.
const inBackground = (file, type) =>
  attempt(async () => {
    const policy = trustedTypes.createPolicy('app', { createScriptURL: (url) => url });
    await navigator.serviceWorker.register(policy.createScriptURL(file), { type });
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    active.postMessage('work', [port2]);
    return answer;
  });

globalThis.app = { ...app, inBackground };
