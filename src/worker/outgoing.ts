import { VaultError } from '../errors.js';
import type { ArgumentMark, Target } from './contract.js';
import { guarded } from './guarded.js';
import { pack, type Packed } from './packing.js';

/** Pieces of a file cross with at most so many bytes: a copy is made of each. */
const PIECE_BYTES_MAX = 2 ** 20;

/** What `coffret/passkey` gives: its output is taken once, here. */
interface Passkey {
  readonly credentialId: string;
  take(): Uint8Array;
}

interface Source {
  readonly size: number;
  readonly name?: unknown;
  readonly type?: unknown;
  stream(): AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
}

/** The arguments of one call on the page, and what the worker may reach of them while it lasts. */
export class Outgoing {
  readonly packed: Packed;
  readonly transferred: Transferable[] = [];
  readonly #callbacks = new Map<number, (...args: unknown[]) => void>();
  readonly #readers = new Map<number, Pieces>();
  readonly #signals: { readonly signal: AbortSignal; readonly listener: () => void }[] = [];
  readonly #onAbort: (id: number) => void;
  #last = 0;

  /** `targetOf` tells which argument is an object of the worker. Throws `usage/invalid` for what cannot cross. */
  constructor(
    args: unknown,
    targetOf: (object: object) => Target | undefined,
    onAbort: (id: number) => void,
  ) {
    this.#onAbort = onAbort;
    this.packed = pack(args, (value) => this.#mark(value, targetOf(value)));
  }

  /** Calls a callback. */
  tell(id: number, args: readonly unknown[]): void {
    guarded(() => this.#callbacks.get(id)?.(...args));
  }

  /** The next piece of a source, or `null` at its end. */
  async pull(id: number): Promise<Uint8Array | null> {
    return (await this.#readers.get(id)?.next()) ?? null;
  }

  /** The worker needs no more of a source. */
  async stop(id: number): Promise<void> {
    await this.#readers.get(id)?.stop();
  }

  /** The call is over. */
  end(): void {
    for (const { signal, listener } of this.#signals) signal.removeEventListener('abort', listener);
    for (const reader of this.#readers.values()) reader.stop().catch(() => {});
    this.#callbacks.clear();
    this.#readers.clear();
  }

  #mark(value: object, target: Target | undefined): ArgumentMark | null {
    if (target !== undefined) return { kind: 'object', target };
    if (value instanceof Blob) return null;
    const id = ++this.#last;
    if (typeof value === 'function') {
      this.#callbacks.set(id, value as () => void);
      return { kind: 'callback', id };
    }
    if (value instanceof AbortSignal) return this.#signal(id, value);
    if (value instanceof ReadableStream) {
      this.#readers.set(id, new Pieces(() => value));
      return { kind: 'bytes', id };
    }
    if (isSource(value)) {
      const { name, type, size } = value;
      this.#readers.set(id, new Pieces(() => value.stream()));
      const described = {
        ...(typeof name === 'string' && { name }),
        ...(typeof type === 'string' && { type }),
      };
      return { kind: 'source', id, ...described, size };
    }
    if (isRecordKind(value)) return { kind: 'record-kind', name: value.kind };
    return isPasskey(value) ? this.#passkey(value) : null;
  }

  #signal(id: number, signal: AbortSignal): ArgumentMark {
    if (!signal.aborted) {
      const listener = () => this.#onAbort(id);
      signal.addEventListener('abort', listener, { once: true });
      this.#signals.push({ signal, listener });
    }
    return { kind: 'signal', id, aborted: signal.aborted };
  }

  #passkey(passkey: Passkey): ArgumentMark {
    const taken = passkey.take();
    // No copy of it stays on the page.
    const output = taken.slice();
    taken.fill(0);
    this.transferred.push(output.buffer);
    return { kind: 'passkey', credentialId: passkey.credentialId, output };
  }
}

/** Reads a source of the page in pieces that may be given away. */
class Pieces {
  readonly #open: () => AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #left = new Uint8Array();

  constructor(open: () => AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>) {
    this.#open = open;
  }

  async next(): Promise<Uint8Array | null> {
    this.#pieces ??= iterate(this.#open());
    while (this.#left.length === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) return null;
      if (!(value instanceof Uint8Array)) throw new VaultError('usage/file-unreadable');
      this.#left = value as Uint8Array<ArrayBuffer>;
    }
    // A copy: the source may use its buffer again.
    const piece = this.#left.slice(0, PIECE_BYTES_MAX);
    this.#left = this.#left.subarray(piece.length);
    return piece;
  }

  async stop(): Promise<void> {
    await this.#pieces?.return?.();
  }
}

function iterate(stream: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): AsyncIterator<Uint8Array> {
  if (Symbol.asyncIterator in stream) return stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  // Safari has no async iteration of streams.
  const reader = (stream as ReadableStream<Uint8Array>).getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
    return: async () => {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

function isSource(value: object): value is Source {
  const { stream, size } = value as Partial<Source>;
  return typeof stream === 'function' && typeof size === 'number';
}

/** A kind crosses by its name: its check runs in the worker, which knows it. */
function isRecordKind(value: object): value is { readonly kind: string } {
  return (
    'parse' in value && typeof value.parse === 'function' && 'kind' in value && typeof value.kind === 'string'
  );
}

function isPasskey(value: object): value is Passkey {
  const { take, credentialId } = value as Partial<Passkey>;
  return typeof take === 'function' && typeof credentialId === 'string';
}
