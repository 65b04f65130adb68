import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/index.js';
import { blobStoreConformance } from './blob-store.js';
import { storeConformance } from './store.js';

const create = async () => {
  const path = await mkdtemp(join(tmpdir(), 'coffret-store-'));
  return { open: () => openSqliteStore({ path }), persistent: true };
};

storeConformance('SQLite', create);
blobStoreConformance('files', create);
