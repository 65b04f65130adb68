import { VaultError } from '../../errors.js';
import type { ArgumentMark, ErrorMark, PageVerbs, Reply } from '../contract.js';
import type { Handles } from './handles.js';
import { pack, type Packed, unpack } from '../packing.js';
import { packError, unpackError } from '../packed-error.js';
import type { Asking } from '../wire.js';

/** The arguments of one call in the worker, and what of them reaches back to the page. */
export class Incoming {
  readonly #scope: number;
  readonly #page: Asking<PageVerbs>;
  readonly #handles: Handles;
  readonly #signals = new Map<number, AbortController>();
  readonly #callbacks: Callback[] = [];

  constructor(scope: number, page: Asking<PageVerbs>, handles: Handles) {
    this.#scope = scope;
    this.#page = page;
    this.#handles = handles;
  }

  /** The arguments as the core takes them. */
  unpack(packed: Packed): unknown {
    return unpack(packed, (mark) => this.#revive(mark as ArgumentMark));
  }

  /** The page's signal was aborted. */
  abort(id: number): void {
    this.#signals.get(id)?.abort();
  }

  /** Sends what callbacks were told last and the page has not heard: before the result, so that it comes first. */
  flush(): void {
    for (const callback of this.#callbacks) callback.flush();
  }

  #revive(mark: ArgumentMark): unknown {
    switch (mark.kind) {
      case 'callback':
        return this.#callback(mark.id);
      case 'signal':
        return this.#signal(mark);
      case 'source': {
        const { kind, id, ...described } = mark;
        return { ...described, stream: () => this.#pieces(id) };
      }
      case 'bytes':
        return streamOf(this.#pieces(mark.id));
      case 'passkey':
        return passkeyOf(mark);
      case 'object':
        return this.#handles.reach(mark.target).object;
      case 'record-kind':
        return this.#handles.kindNamed(mark.name);
    }
  }

  #callback(id: number): (...args: unknown[]) => void {
    const callback = new Callback((args) =>
      this.#page.tell({ scope: this.#scope, id, args: pack(args, errorMark) }),
    );
    this.#callbacks.push(callback);
    return (...args) => callback.call(args);
  }

  #signal({ id, aborted }: Extract<ArgumentMark, { kind: 'signal' }>): AbortSignal {
    const controller = new AbortController();
    if (aborted) controller.abort();
    this.#signals.set(id, controller);
    return controller.signal;
  }

  /** A file that only the page can read, piece by piece; the next one is on its way while one is used. */
  async *#pieces(id: number): AsyncGenerator<Uint8Array> {
    const request = { scope: this.#scope, id };
    const ask = () => {
      const reply = this.#page.pull(request).then(bytesOf);
      reply.catch(() => {});
      return reply;
    };
    let isOver = false;
    try {
      for (let next = ask(); ; ) {
        const piece = await next;
        if (piece === null) {
          isOver = true;
          return;
        }
        next = ask();
        yield piece;
      }
    } finally {
      if (!isOver) void this.#page.stop(request);
    }
  }
}

/** A callback of the page: one message at a time, and of those that come meanwhile the last. */
class Callback {
  readonly #post: (args: unknown[]) => Promise<unknown>;
  #waiting: unknown[] | null = null;
  #isBusy = false;

  constructor(post: (args: unknown[]) => Promise<unknown>) {
    this.#post = post;
  }

  call(args: unknown[]): void {
    this.#waiting = args;
    if (!this.#isBusy) void this.#send();
  }

  flush(): void {
    if (this.#waiting === null) return;
    const args = this.#waiting;
    this.#waiting = null;
    void this.#post(args);
  }

  async #send(): Promise<void> {
    this.#isBusy = true;
    try {
      while (this.#waiting !== null) {
        const args = this.#waiting;
        this.#waiting = null;
        await this.#post(args);
      }
    } finally {
      this.#isBusy = false;
    }
  }
}

function errorMark(value: object): ErrorMark | null {
  return value instanceof Error ? { kind: 'error', error: packError(value) } : null;
}

function bytesOf(reply: Reply): Uint8Array | null {
  if (!reply.ok) throw unpackError(reply.error);
  return reply.result.value as Uint8Array | null;
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

function passkeyOf({ credentialId, output }: Extract<ArgumentMark, { kind: 'passkey' }>): object {
  let left: Uint8Array | null = output;
  return {
    credentialId,
    take: () => {
      if (left === null) throw new VaultError('usage/closed');
      const taken = left;
      left = null;
      return taken;
    },
  };
}
