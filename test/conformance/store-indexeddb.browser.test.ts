import { afterAll } from 'vitest';
import { openIndexedDbStore } from '../../src/store/index.js';
import { blobStoreConformance } from './blob-store.js';
import { createStoreWorker } from './remote-store.js';
import { storeConformance } from './store.js';

const onPage = async () => {
  const name = crypto.randomUUID();
  return { open: () => openIndexedDbStore({ name }), persistent: true };
};

storeConformance('IndexedDB on a page', onPage);
blobStoreConformance('IndexedDB on a page', onPage);

const worker = createStoreWorker();
afterAll(() => worker.terminate());

const inWorker = async () => {
  const name = crypto.randomUUID();
  return { open: () => worker.open(name), persistent: true };
};

storeConformance('IndexedDB in a dedicated worker', inWorker);
blobStoreConformance('files of the origin, in a dedicated worker', inWorker);
