import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileBlobs } from '../../src/server/blobs/files.js';
import { blobBytesConformance } from './server-blob-bytes.js';

blobBytesConformance('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coffret-blobs-'));
  return {
    blobs: createFileBlobs({ directory }),
    reopen: async () => createFileBlobs({ directory }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
});
