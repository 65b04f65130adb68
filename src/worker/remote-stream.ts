import type { Target } from './contract.js';
import type { Link } from './link.js';

/** So many pieces are asked for before they are needed. */
const AHEAD = 2;

type Step = IteratorResult<Uint8Array, void>;

interface Streamed {
  readonly target: Target;
  readonly method: string;
  readonly args: readonly unknown[];
  /** Keeps the object in the worker. */
  readonly owner: object;
}

/**
 * A stream of bytes in a worker, as an async generator.
 *
 * It begins with the first `next`. `return` and `throw` end it at once, also while a piece is awaited.
 */
export function createRemoteStream(
  link: Link,
  request: Streamed,
): AsyncGenerator<Uint8Array, void, undefined> {
  return new RemoteStream(link, request) as unknown as AsyncGenerator<Uint8Array, void, undefined>;
}

class RemoteStream {
  readonly #link: Link;
  readonly #request: Streamed;
  readonly #ahead: Promise<unknown>[] = [];
  readonly #waiting = new Set<(step: Step) => void>();
  #scope: number | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #isOver = false;

  constructor(link: Link, request: Streamed) {
    this.#link = link;
    this.#request = request;
  }

  next(): Promise<Step> {
    if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
    const answer = this.#turn();
    return new Promise<Step>((resolve, reject) => {
      this.#waiting.add(resolve);
      answer.then(resolve, reject).finally(() => this.#waiting.delete(resolve));
    });
  }

  async return(): Promise<Step> {
    this.#end(true);
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<Step> {
    this.#end(true);
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** One step after the other, in the order in which they were asked for. */
  #turn(): Promise<Step> {
    const turn = this.#last.then(() => this.#step());
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #step(): Promise<Step> {
    try {
      if (!this.#isOver && this.#scope === null) await this.#begin();
      const piece = this.#isOver ? null : await this.#take();
      if (piece !== null && !this.#isOver) return { done: false, value: piece as Uint8Array };
      this.#end(false);
      return { done: true, value: undefined };
    } catch (error) {
      const wasOver = this.#isOver;
      this.#end(false);
      if (wasOver) return { done: true, value: undefined };
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const { target, method, args } = this.#request;
    const { outgoing, scope } = this.#link.enter(args);
    this.#scope = scope;
    this.#link.stopWithout(this, scope);
    await this.#link.ask('stream', { target, method, args: outgoing.packed, scope }, outgoing.transferred);
  }

  #take(): Promise<unknown> {
    while (this.#ahead.length <= AHEAD) {
      const piece = this.#link.ask('pull', { scope: this.#scope as number });
      piece.catch(() => {});
      this.#ahead.push(piece);
    }
    return this.#ahead.shift() as Promise<unknown>;
  }

  /** Lets go of both ends; `early` when the worker still has pieces. */
  #end(early: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ahead.length = 0;
    if (early) for (const resolve of this.#waiting) resolve({ done: true, value: undefined });
    if (this.#scope === null) return;
    if (early) this.#link.stop(this.#scope);
    else this.#link.leave(this.#scope);
  }
}
