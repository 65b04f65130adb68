/**
 * Blobs as files, for Node.
 *
 * A complete blob is `blobs/<id>.blob`. A part is `blobs/parts/<id>.<bytes>`, where the number is what is known to have
 * reached the disk: it grows by renaming after a flush, so neither a killed process nor a power cut leaves a part
 * that claims more than it holds.
 */
import { VaultError } from '../errors.js';
import { checkBlobId, checkSpan } from './arguments.js';
import { FilePart, syncDirectory } from './file-part.js';
import type { NodeModules } from './node.js';
import { nodeError } from './node-errors.js';
import type { BlobEntry, BlobSink, BlobStore } from './port.js';
import { Sinks } from './sinks.js';

const SUFFIX = '.blob';
const PART = /^([0-9a-z_-]{1,80})\.(\d{1,15})$/;

/** A blob store on files, with the two calls its store needs to end it. */
export interface FileBlobs extends BlobStore {
  close(): Promise<void>;
  destroy(): Promise<void>;
}

interface Part {
  readonly name: string;
  readonly id: string;
  readonly bytes: number;
}

/** Opens or creates the blobs under `directory`. */
export async function openFileBlobs(node: NodeModules, directory: string): Promise<FileBlobs> {
  await node.fs.promises.mkdir(node.path.join(directory, 'parts'), { recursive: true, mode: 0o700 });
  return new Blobs(node, directory);
}

class Blobs implements FileBlobs {
  readonly #node: NodeModules;
  readonly #directory: string;
  readonly #parts: string;
  readonly #sinks: Sinks;

  constructor(node: NodeModules, directory: string) {
    this.#node = node;
    this.#directory = directory;
    this.#parts = node.path.join(directory, 'parts');
    this.#sinks = new Sinks((error) => nodeError(error, node.fs, directory));
  }

  async write(id: string, mode: 'new' | 'resume'): Promise<BlobSink> {
    return this.#run(id, () =>
      this.#sinks.open(id, async () => {
        if ((await this.#sizeOf(id)) !== null)
          throw new VaultError('usage/invalid', { argument: 'blob id', id });
        if (mode === 'new') await this.#removePart(id);
        return FilePart.open({
          node: this.#node,
          id,
          path: this.#path(id),
          parts: this.#parts,
          durableBytes: await this.#partBytes(id),
        });
      }),
    );
  }

  async size(id: string): Promise<number | null> {
    return this.#run(id, () => this.#sizeOf(id));
  }

  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#run(id, async () => {
      checkSpan(offset, length);
      const file = await this.#node.fs.promises.open(this.#path(id), 'r').catch((error: unknown) => {
        throw isAbsent(error) ? new VaultError('store/damaged', { id }) : error;
      });
      try {
        // Bounded by what is there before anything is allocated.
        if (offset + length > (await file.stat()).size) throw new VaultError('store/damaged', { id });
        const target = new Uint8Array(length);
        for (let filled = 0; filled < length; ) {
          const { bytesRead } = await file.read(target, filled, length - filled, offset + filled);
          if (bytesRead === 0) throw new VaultError('store/damaged', { id });
          filled += bytesRead;
        }
        return target;
      } finally {
        await file.close();
      }
    });
  }

  async remove(id: string): Promise<void> {
    return this.#run(id, async () => {
      this.#sinks.checkFree(id);
      await this.#removePart(id);
      await this.#node.fs.promises.rm(this.#path(id), { force: true });
    });
  }

  async list(): Promise<BlobEntry[]> {
    return this.#run(null, async () => {
      const { promises } = this.#node.fs;
      const entries: BlobEntry[] = [];
      for (const name of await promises.readdir(this.#directory)) {
        if (!name.endsWith(SUFFIX)) continue;
        const id = name.slice(0, -SUFFIX.length);
        const bytes = await this.#sizeOf(id);
        if (bytes !== null) entries.push({ id, bytes, complete: true });
      }
      const complete = new Set(entries.map(({ id }) => id));
      for (const { id, bytes } of await this.#readParts()) {
        if (!complete.has(id)) entries.push({ id, bytes, complete: false });
      }
      return entries.sort((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  close(): Promise<void> {
    return this.#sinks.close();
  }

  async destroy(): Promise<void> {
    await this.#node.fs.promises.rm(this.#directory, { recursive: true, force: true });
  }

  #path(id: string): string {
    return this.#node.path.join(this.#directory, `${id}${SUFFIX}`);
  }

  async #sizeOf(id: string): Promise<number | null> {
    try {
      return (await this.#node.fs.promises.stat(this.#path(id))).size;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async #readParts(): Promise<Part[]> {
    const names = await this.#node.fs.promises.readdir(this.#parts);
    return names.flatMap((name) => {
      const [, id, bytes] = PART.exec(name) ?? [];
      return id === undefined ? [] : [{ name, id, bytes: Number(bytes) }];
    });
  }

  /** What a stored part is known to hold; 0 when there is none. */
  async #partBytes(id: string): Promise<number> {
    return (await this.#readParts()).find((part) => part.id === id)?.bytes ?? 0;
  }

  async #removePart(id: string): Promise<void> {
    for (const part of await this.#readParts()) {
      if (part.id !== id) continue;
      await this.#node.fs.promises.rm(this.#node.path.join(this.#parts, part.name));
      // Else a power cut could bring the old part back beside a new one.
      await syncDirectory(this.#node, this.#parts);
    }
  }

  async #run<T>(id: string | null, work: () => Promise<T>): Promise<T> {
    this.#sinks.checkOpen();
    if (id !== null) checkBlobId(id);
    try {
      return await work();
    } catch (error) {
      throw nodeError(error, this.#node.fs, this.#directory);
    }
  }
}

function isAbsent(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT';
}
