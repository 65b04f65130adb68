/** The writing end of a blob that is a file. */
import type { FileHandle } from 'node:fs/promises';
import { Mutex } from 'async-mutex';
import { isVaultError, VaultError } from '../errors.js';
import { checkBytes } from './arguments.js';
import type { NodeModules } from './node.js';
import { nodeError } from './node-errors.js';
import type { BlobSink } from './port.js';

/** How much may be lost when the machine stops before `commit` or `suspend`. */
const FLUSH_BYTES = 16 * 1024 * 1024;

/** Where a sink writes: the part `<parts>/<id>.<durableBytes>`, and `path` once it is complete. */
export interface FileSinkOptions {
  readonly node: NodeModules;
  readonly id: string;
  readonly path: string;
  readonly parts: string;
  readonly durableBytes: number;
  /** Called once, when the sink is closed. */
  readonly release: () => void;
}

/** Writes one part, flushing and renaming it as it grows. */
export class FileSink implements BlobSink {
  readonly #options: FileSinkOptions;
  readonly #file: FileHandle;
  readonly #mutex = new Mutex();
  #offset: number;
  /** The number in the part's name. */
  #durableBytes: number;
  #flushing: Promise<void> | null = null;
  #open = true;

  private constructor(options: FileSinkOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
    this.#offset = options.durableBytes;
    this.#durableBytes = options.durableBytes;
  }

  /** Opens the part at its durable length, creating it when that is zero. */
  static async open(options: FileSinkOptions): Promise<FileSink> {
    const { fs, path } = options.node;
    const part = path.join(options.parts, `${options.id}.${options.durableBytes}`);
    const file = await fs.promises.open(part, options.durableBytes === 0 ? 'w' : 'r+', 0o600);
    try {
      if ((await file.stat()).size < options.durableBytes) {
        throw new VaultError('store/damaged', { id: options.id });
      }
      await file.truncate(options.durableBytes);
      return new FileSink(options, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get offset(): number {
    return this.#offset;
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#exclusive(async () => {
      checkBytes(bytes);
      for (let written = 0; written < bytes.length; ) {
        const length = bytes.length - written;
        written += (await this.#file.write(bytes, written, length, this.#offset + written)).bytesWritten;
      }
      this.#offset += bytes.length;
      // Flushed beside the writes that follow; a failure shows in the flush that commit or suspend waits for.
      if (this.#flushing === null && this.#offset - this.#durableBytes >= FLUSH_BYTES) {
        this.#flushing = this.#flush()
          .catch(() => {})
          .finally(() => {
            this.#flushing = null;
          });
      }
    });
  }

  commit(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#finish();
      const { node, path, parts } = this.#options;
      await node.fs.promises.rename(this.#partPath(), path);
      await syncDirectory(node, node.path.dirname(path));
      await syncDirectory(node, parts);
    });
  }

  suspend(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#finish();
      await syncDirectory(this.#options.node, this.#options.parts);
    });
  }

  abort(): Promise<void> {
    return this.#exclusive(async () => {
      await this.#flushing;
      await this.#close();
      await this.#options.node.fs.promises.rm(this.#partPath(), { force: true });
    });
  }

  /** Suspends the sink unless a call made earlier has ended it. */
  end(): Promise<void> {
    return this.suspend().catch((error: unknown) => {
      if (!isVaultError(error, 'store/closed')) throw error;
    });
  }

  async #finish(): Promise<void> {
    await this.#flushing;
    try {
      // Bytes of an append that failed half way lie past the offset.
      await this.#file.truncate(this.#offset);
      await this.#file.sync();
      await this.#rename(this.#offset);
    } finally {
      await this.#close();
    }
  }

  async #flush(): Promise<void> {
    const bytes = this.#offset;
    await this.#file.datasync();
    await this.#rename(bytes);
  }

  async #rename(durableBytes: number): Promise<void> {
    const from = this.#partPath();
    if (durableBytes === this.#durableBytes) return;
    await this.#options.node.fs.promises.rename(from, this.#partPath(durableBytes));
    this.#durableBytes = durableBytes;
  }

  async #close(): Promise<void> {
    this.#open = false;
    this.#options.release();
    await this.#file.close();
  }

  #partPath(durableBytes = this.#durableBytes): string {
    return this.#options.node.path.join(this.#options.parts, `${this.#options.id}.${durableBytes}`);
  }

  #exclusive(work: () => Promise<void>): Promise<void> {
    return this.#mutex.runExclusive(async () => {
      if (!this.#open) throw new VaultError('store/closed');
      try {
        await work();
      } catch (error) {
        throw nodeError(error, this.#options.node.fs, this.#options.parts);
      }
    });
  }
}

/** Makes new and renamed names durable. Windows has no such call, and its file system logs names by itself. */
export async function syncDirectory({ fs }: NodeModules, directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.promises.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
