/** An unfinished blob that is a file. */
import type { FileHandle } from 'node:fs/promises';
import { VaultError } from '../errors.js';
import type { NodeModules } from './node.js';
import type { Part } from './sinks.js';

/** A flush begins after so many bytes; at most twice as many are lost when the process or the machine stops. */
const FLUSH_BYTES = 16 * 1024 * 1024;

/** Where a part is written: `<parts>/<id>.<durableBytes>`, and `path` once it is whole. */
export interface FilePartOptions {
  readonly node: NodeModules;
  readonly id: string;
  readonly path: string;
  readonly parts: string;
  readonly durableBytes: number;
}

/** Writes one part, flushing and renaming it as it grows. */
export class FilePart implements Part {
  readonly #options: FilePartOptions;
  readonly #file: FileHandle;
  #offset: number;
  /** The number in the part's name. */
  #durableBytes: number;
  #flushing: Promise<void> | null = null;

  private constructor(options: FilePartOptions, file: FileHandle) {
    this.#options = options;
    this.#file = file;
    this.#offset = options.durableBytes;
    this.#durableBytes = options.durableBytes;
  }

  /** Opens the part at its durable length, creating it when that is zero. */
  static async open(options: FilePartOptions): Promise<FilePart> {
    const { fs, path } = options.node;
    const part = path.join(options.parts, `${options.id}.${options.durableBytes}`);
    const file = await fs.promises.open(part, options.durableBytes === 0 ? 'w' : 'r+', 0o600);
    try {
      if ((await file.stat()).size < options.durableBytes) {
        throw new VaultError('store/damaged', { id: options.id });
      }
      return new FilePart(options, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get offset(): number {
    return this.#offset;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.length; ) {
      const length = bytes.length - written;
      written += (await this.#file.write(bytes, written, length, this.#offset + written)).bytesWritten;
    }
    this.#offset += bytes.length;
    const loose = this.#offset - this.#durableBytes;
    // Flushed beside the writes that follow; should it fail, the flush of `finish` fails too and says so.
    if (this.#flushing === null && loose >= FLUSH_BYTES) {
      this.#flushing = this.#flush()
        .catch(() => {})
        .finally(() => {
          this.#flushing = null;
        });
    }
    if (loose >= 2 * FLUSH_BYTES) await this.#flushing;
  }

  async finish(as: 'whole' | 'part'): Promise<void> {
    const { node, path, parts } = this.#options;
    await this.#flushing;
    try {
      // What an append that failed, or a process that was killed, left past the offset.
      await this.#file.truncate(this.#offset);
      await this.#file.sync();
      await this.#rename(this.#offset);
    } finally {
      await this.#file.close();
    }
    if (as === 'whole') {
      await node.fs.promises.rename(this.#partPath(), path);
      await syncDirectory(node, node.path.dirname(path));
    }
    await syncDirectory(node, parts);
  }

  async discard(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
    await this.#options.node.fs.promises.rm(this.#partPath(), { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = this.#offset;
    await this.#file.datasync();
    await this.#rename(bytes);
  }

  async #rename(durableBytes: number): Promise<void> {
    if (durableBytes === this.#durableBytes) return;
    await this.#options.node.fs.promises.rename(this.#partPath(), this.#partPath(durableBytes));
    this.#durableBytes = durableBytes;
  }

  #partPath(durableBytes = this.#durableBytes): string {
    return this.#options.node.path.join(this.#options.parts, `${this.#options.id}.${durableBytes}`);
  }
}

/** Makes new, renamed and removed names durable; Windows has no such call and logs names by itself. */
export async function syncDirectory({ fs }: NodeModules, directory: string): Promise<void> {
  if (globalThis.process.platform === 'win32') return;
  const handle = await fs.promises.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
