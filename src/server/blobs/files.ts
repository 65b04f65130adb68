import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BlobBytes, BlobName } from './port.js';

const HEX = /^[0-9a-f]{32}$/;

/** Blobs as files, one folder a vault. `directory` is made when it is not there. */
export function createFileBlobs(options: { readonly directory: string }): BlobBytes {
  const { directory } = options;
  const folderOf = ({ vault }: BlobName) => {
    if (!HEX.test(vault)) throw new Error('not a vault id');
    return join(directory, vault);
  };
  const fileOf = (name: BlobName) => {
    if (!HEX.test(name.blob)) throw new Error('not a blob id');
    return join(folderOf(name), name.blob);
  };
  return {
    async write(name, offset, bytes) {
      const path = fileOf(name);
      const made = await mkdir(folderOf(name), { recursive: true });
      const file = await open(path, offset === 0 ? 'w' : 'r+');
      try {
        if (offset > 0) await file.truncate(offset);
        for (let done = 0; done < bytes.length; ) {
          done += (await file.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
        }
        await file.sync();
      } finally {
        await file.close();
      }
      if (offset === 0) await syncFolder(folderOf(name));
      if (made !== undefined) await syncFolder(directory);
    },
    read(name, start, end) {
      const stream = createReadStream(fileOf(name), { start, end: end - 1, highWaterMark: 256 * 1024 });
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    },
    async size(name) {
      return (await stat(fileOf(name)).catch(nothing))?.size ?? null;
    },
    async remove(name) {
      await rm(fileOf(name), { force: true });
    },
    async *list() {
      for (const vault of await readdir(directory).catch(() => [])) {
        if (!HEX.test(vault)) continue;
        for (const blob of await readdir(join(directory, vault))) if (HEX.test(blob)) yield { vault, blob };
      }
    },
  };
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function nothing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
