import { createMemoryStore } from '../../src/store/index.js';
import { blobStoreConformance } from './blob-store.js';
import { storeConformance } from './store.js';

const create = async () => ({ open: async () => createMemoryStore(), persistent: false });

storeConformance('memory', create);
blobStoreConformance('memory', create);
