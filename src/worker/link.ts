/** The page's side: one life of a worker, from its first answer to its end. */
import type { VaultError } from '../errors.js';
import type { Live } from '../live/live.js';
import { LiveCache } from '../live/live-cache.js';
import {
  type Ending,
  type ErrorMark,
  HOST_VERBS,
  type HostVerbs,
  PAGE_VERBS,
  type PageVerbs,
  type Patch,
  type Reply,
  type ResultMark,
  STALE,
  type Target,
  type Way,
} from './contract.js';
import { guarded } from './guarded.js';
import { Outgoing } from './outgoing.js';
import { unpack } from './packing.js';
import { unpackError } from './packed-error.js';
import { createRemoteLive } from './remote-live.js';
import { Remotes } from './remotes.js';
import { createRemoteStream } from './remote-stream.js';
import { type Asking, answerOver, askOver, replyOf, type WireEnd } from './wire.js';

/** What a link is made of. */
export interface LinkOptions {
  readonly worker: WireEnd;
  /** The page called a method after which no key may be left. */
  readonly onLock: (how: Ending) => Promise<void>;
  /** A session was locked from within the worker. */
  readonly onLocked: () => void;
}

type Verb = keyof HostVerbs;
type Request<V extends Verb> = Parameters<HostVerbs[V]>[0];

/** How the page reaches its worker. When it has ended, every call rejects, also those under way. */
export class Link {
  readonly lives = new LiveCache();
  readonly #options: LinkOptions;
  readonly #host: Asking<HostVerbs>;
  readonly #remotes: Remotes;
  readonly #pending = new Set<(error: Error) => void>();
  readonly #scopes = new Map<number, Outgoing>();
  readonly #watches = new Map<number, (patch: Patch) => void>();
  readonly #onEnd = new Set<() => void>();
  /** Streams that were dropped unfinished, by their scope. */
  readonly #dropped = new FinalizationRegistry<number>((scope) => this.stop(scope));
  #endedBecause: (() => VaultError) | null = null;
  #last = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#host = askOver<HostVerbs>(options.worker, HOST_VERBS);
    this.#remotes = new Remotes(this);
    answerOver<PageVerbs>(options.worker, this.#verbs(), PAGE_VERBS);
  }

  get ended(): boolean {
    return this.#endedBecause !== null;
  }

  /**
   * From now on nothing is asked and every call rejects with what `because` makes.
   *
   * Resolves once the sessions in the worker have come to rest: never, if it is gone.
   */
  async end(because: () => VaultError, how: Ending): Promise<void> {
    if (this.#endedBecause !== null) return;
    const rested = this.#host.close({ how });
    this.#endedBecause = because;
    for (const reject of [...this.#pending]) reject(because());
    for (const outgoing of this.#scopes.values()) outgoing.end();
    this.#scopes.clear();
    this.#watches.clear();
    const listeners = [...this.#onEnd];
    this.#onEnd.clear();
    for (const listener of listeners) guarded(listener);
    await rested;
  }

  /** Calls back once when this ends; returns what takes that back. */
  onEnd(listener: () => void): () => void {
    if (this.ended) queueMicrotask(listener);
    else this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /** Asks one thing of the worker. */
  async ask<V extends Verb>(
    verb: V,
    request: Request<V>,
    transferred: readonly Transferable[] = [],
  ): Promise<unknown> {
    if (this.#endedBecause !== null) throw this.#endedBecause();
    const ask = this.#host[verb] as (
      request: Request<V>,
      transferred: readonly Transferable[],
    ) => Promise<Reply>;
    return this.#resultOf(await this.#unlessEnded(ask(request, transferred)));
  }

  /** Asks without caring for the answer, and of nobody once this has ended. */
  say<V extends Verb>(verb: V, request: Request<V>): void {
    if (!this.ended) this.ask(verb, request).catch(() => {});
  }

  /** Opens a person in the worker. */
  open(way: Way, store: string, options: object): Promise<unknown> {
    return this.#within(options, (outgoing, scope) =>
      this.ask('open', { way, store, options: outgoing.packed, scope }, outgoing.transferred),
    );
  }

  /** Calls a method of an object in the worker. */
  call(target: Target, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#within(args, (outgoing, scope) =>
      this.ask('call', { target, method, args: outgoing.packed, scope }, outgoing.transferred),
    );
  }

  /** Calls a method with a change that was computed from a value; null when that is not the value any more. */
  async change(target: Target, method: string, args: readonly unknown[]): Promise<unknown> {
    const changing = this.#within(args, (outgoing, scope) =>
      this.ask('change', { target, method, args: outgoing.packed, scope }, outgoing.transferred),
    );
    return changing.catch((error: unknown) => {
      if (error instanceof Error && error.name === STALE) return null;
      throw error;
    });
  }

  /** Calls a method whose callback is called until the function that this gives is called. */
  async listen(target: Target, method: string, args: readonly unknown[]): Promise<() => Promise<void>> {
    const { outgoing, scope } = this.enter(args);
    try {
      await this.ask('listen', { target, method, args: outgoing.packed, scope }, outgoing.transferred);
    } catch (error) {
      this.leave(scope);
      throw error;
    }
    return async () => {
      if (this.ended || !this.#scopes.has(scope)) return;
      this.leave(scope);
      await this.ask('stop', { scope });
    };
  }

  /** A stream of an object in the worker; nothing is asked before the first piece is. */
  stream(
    target: Target,
    method: string,
    args: readonly unknown[],
    owner: object,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    return createRemoteStream(this, { target, method, args, owner });
  }

  /** A live value of an object in the worker: the same one for equal arguments. */
  live(target: Target, method: string, args: readonly unknown[], owner: object): Live<unknown> {
    return this.lives.get(JSON.stringify([target, method, args]), () =>
      createRemoteLive(this, { target, method, args, owner }),
    );
  }

  /** Follows a live value in the worker; returns what ends that. */
  watch(
    request: { readonly target: Target; readonly method: string; readonly args: readonly unknown[] },
    onPatch: (patch: Patch) => void,
  ): () => void {
    const watch = ++this.#last;
    const { target, method } = request;
    const { packed } = new Outgoing(request.args, this.#remotes.targetOf, () => {});
    this.#watches.set(watch, onPatch);
    this.say('watch', { target, method, args: packed, watch });
    return () => {
      this.#watches.delete(watch);
      this.say('unwatch', { watch });
    };
  }

  /** Puts back what stands for objects of the worker. */
  readonly revive = (mark: object): unknown => {
    const known = mark as ResultMark | ErrorMark;
    return known.kind === 'error' ? unpackError(known.error) : this.#remotes.receive(known);
  };

  /** Packs arguments under a number; until `leave`, the worker may reach what is in them. */
  enter(args: unknown): { readonly outgoing: Outgoing; readonly scope: number } {
    const scope = ++this.#last;
    const outgoing = new Outgoing(args, this.#remotes.targetOf, (id) => this.say('abort', { scope, id }));
    this.#scopes.set(scope, outgoing);
    return { outgoing, scope };
  }

  leave(scope: number): void {
    this.#scopes.get(scope)?.end();
    this.#scopes.delete(scope);
  }

  /** Ends what goes on under a number, here and in the worker. */
  stop(scope: number): void {
    if (!this.#scopes.has(scope)) return;
    this.say('stop', { scope });
    this.leave(scope);
  }

  /** Ends what goes on under a number when nothing on the page holds `stream` any more. */
  stopWithout(stream: object, scope: number): void {
    this.#dropped.register(stream, scope);
  }

  /** See `LinkOptions.onLock`. */
  lock(how: Ending): Promise<void> {
    return this.#options.onLock(how);
  }

  async #within(
    args: unknown,
    work: (outgoing: Outgoing, scope: number) => Promise<unknown>,
  ): Promise<unknown> {
    if (this.#endedBecause !== null) throw this.#endedBecause();
    const { outgoing, scope } = this.enter(args);
    try {
      return await work(outgoing, scope);
    } finally {
      this.leave(scope);
    }
  }

  async #resultOf(reply: Reply): Promise<unknown> {
    if (!reply.ok) throw unpackError(reply.error);
    const first = unpack(reply.result, this.revive);
    if (reply.rest === null) return first;
    // A long list comes in pages, so that the page is never held up for long.
    const list = [...(first as unknown[])];
    for (let rest: number | null = reply.rest; rest !== null; ) {
      const next: Reply = await this.#unlessEnded(this.#host.rest({ rest }));
      if (!next.ok) throw unpackError(next.error);
      for (const element of unpack(next.result, this.revive) as unknown[]) list.push(element);
      rest = next.rest;
    }
    return list;
  }

  #unlessEnded<T>(answer: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.add(reject);
      answer.then(resolve, reject).finally(() => this.#pending.delete(reject));
    });
  }

  #verbs(): PageVerbs {
    return {
      tell: ({ scope, id, args }) =>
        replyOf(() => {
          this.#scopes.get(scope)?.tell(id, unpack(args, this.revive) as unknown[]);
          return {};
        }),
      pull: ({ scope, id }) =>
        replyOf(async () => {
          const piece = (await this.#scopes.get(scope)?.pull(id)) ?? null;
          const transferred = piece === null ? [] : [piece.buffer as ArrayBuffer];
          return { result: { value: piece, marked: false }, transferred };
        }),
      stop: ({ scope, id }) =>
        replyOf(async () => {
          await this.#scopes.get(scope)?.stop(id);
          return {};
        }),
      patch: ({ watch, patch }) =>
        replyOf(() => {
          this.#watches.get(watch)?.(patch);
          return {};
        }),
      locked: () =>
        replyOf(() => {
          this.#options.onLocked();
          return {};
        }),
    };
  }
}
