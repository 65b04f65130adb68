/**
 * Blob bytes in the origin's private file system (OPFS).
 *
 * Only a dedicated worker can write there; every context of the origin can read and remove.
 */
import { VaultError } from '../errors.js';
import type { Part } from './sinks.js';

/** How much may be lost when the browser stops before `commit` or `suspend`. */
const FLUSH_BYTES = 16 * 1024 * 1024;

/** Tells whether blobs can be written here as files: in a dedicated worker of a browser that has them. */
export function canWriteFiles(): boolean {
  return (
    typeof FileSystemFileHandle !== 'undefined' && 'createSyncAccessHandle' in FileSystemFileHandle.prototype
  );
}

/** The files of one store. */
export class BlobFiles {
  readonly #name: string;
  /** The file read last: a blob is read chunk by chunk, and finding the file costs more than reading one. */
  #last: { readonly id: string; readonly file: File } | null = null;

  /** `name` is the directory; it is made when first written to. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Opens a file for one writer; throws 'store/damaged' when it holds less than `durableBytes`. */
  async open(id: string, durableBytes: number): Promise<FileSystemSyncAccessHandle> {
    const directory = await this.#directory({ create: true });
    const file = await directory.getFileHandle(id, { create: true });
    const handle = await file.createSyncAccessHandle();
    if (handle.getSize() < durableBytes) {
      handle.close();
      throw new VaultError('store/damaged', { id });
    }
    return handle;
  }

  /** The bytes of a finished file, or fewer when it does not hold as many. */
  async read(id: string, offset: number, length: number): Promise<Uint8Array> {
    if (this.#last?.id !== id) {
      const directory = await this.#directory({ create: false });
      this.#last = { id, file: await (await directory.getFileHandle(id)).getFile() };
    }
    return new Uint8Array(await this.#last.file.slice(offset, offset + length).arrayBuffer());
  }

  /** Deletes a file; silent when there is none. */
  async remove(id: string): Promise<void> {
    this.#last = null;
    await unlessAbsent(async () => (await this.#directory({ create: false })).removeEntry(id));
  }

  /** Deletes the directory; silent when there is none. */
  async destroy(): Promise<void> {
    this.#last = null;
    await unlessAbsent(async () => {
      const root = await navigator.storage.getDirectory();
      await root.removeEntry(this.#name, { recursive: true });
    });
  }

  /** The names of all files. */
  async list(): Promise<string[]> {
    const names: string[] = [];
    await unlessAbsent(async () => {
      const directory = await this.#directory({ create: false });
      for await (const name of directory.keys()) names.push(name);
    });
    return names;
  }

  async #directory(options: { readonly create: boolean }): Promise<FileSystemDirectoryHandle> {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(this.#name, options);
  }
}

/** What a part does besides writing. */
export interface FilePartOptions {
  readonly handle: FileSystemSyncAccessHandle;
  readonly durableBytes: number;
  /** Records that so many bytes reached the disk. */
  readonly note: (durableBytes: number, complete: boolean) => Promise<void>;
  /** Deletes file and record. */
  readonly remove: () => Promise<void>;
}

/** An unfinished blob that is a file. */
export class OpfsPart implements Part {
  readonly #options: FilePartOptions;
  #offset: number;
  #durableBytes: number;

  constructor(options: FilePartOptions) {
    this.#options = options;
    this.#offset = options.durableBytes;
    this.#durableBytes = options.durableBytes;
  }

  get offset(): number {
    return this.#offset;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const { handle, note } = this.#options;
    const written = handle.write(bytes as Uint8Array<ArrayBuffer>, { at: this.#offset });
    if (written !== bytes.length) throw new VaultError('store/quota', { reason: 'short-write' });
    const offset = this.#offset + bytes.length;
    if (offset - this.#durableBytes >= FLUSH_BYTES) {
      handle.flush();
      await note(offset, false);
      this.#durableBytes = offset;
    }
    this.#offset = offset;
  }

  async finish(as: 'whole' | 'part'): Promise<void> {
    const { handle, note } = this.#options;
    try {
      // What an append that failed, or a worker that ended, left past the offset.
      handle.truncate(this.#offset);
      handle.flush();
    } finally {
      handle.close();
    }
    await note(this.#offset, as === 'whole');
  }

  async discard(): Promise<void> {
    this.#options.handle.close();
    await this.#options.remove();
  }
}

async function unlessAbsent(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  }
}
