/** The worker's side: it holds the sessions, and does what the page asks of the surfaces. */
import { VaultError } from '../../errors.js';
import type { Live } from '../../live/live.js';
import type { RecordKind } from '../../records/record-kind.js';
import type { Store } from '../../store/port.js';
import { readLocalSlot } from '../../vault/local-keystore.js';
import { createPerson, openPerson, recoverPerson } from '../../vault/open-person.js';
import { passkeysOf } from '../../vault/passkeys.js';
import type { Person } from '../../vault/person.js';
import {
  CONTRACT,
  type Call,
  type Ending,
  HOST_VERBS,
  type HostVerbs,
  type Look,
  PAGE_ELEMENTS_MAX,
  PAGE_VERBS,
  type PageVerbs,
  type Reply,
  STALE,
  type Way,
} from '../contract.js';
import { Handles } from './handles.js';
import { Incoming } from './incoming.js';
import { LiveFeed } from './live-feed.js';
import { Searches, type SearchSetup } from './searches.js';
import { packError } from '../packed-error.js';
import { isSameData, pack, type Packed } from '../packing.js';
import { type Answer, type Asking, answerOver, askOver, replyOf, type WireEnd } from '../wire.js';

/** What a host is made of. */
export interface HostOptions {
  /** Where the page is. */
  readonly page: WireEnd;
  /** Opens the store of this name. */
  readonly openStore: (name: string) => Promise<Store>;
  /** Holds the Web Lock of this name from now on. */
  readonly stayAlive: (name: string) => Promise<void>;
  /** The kinds of record that the page may name. */
  readonly kinds?: readonly RecordKind<object>[];
  /** What is found in the vaults that are open here. */
  readonly search?: SearchSetup;
  /** At most so many elements of a list cross at once. */
  readonly elementsMax?: number;
}

const WAYS: Readonly<Record<Way, (options: never) => Promise<Person>>> = {
  createPerson,
  openPerson,
  recoverPerson,
};

type Method = (...args: unknown[]) => unknown;

/** Serves one page from now on. */
export function serve(options: HostOptions): void {
  answerOver<HostVerbs>(options.page, new Host(options).verbs, HOST_VERBS);
}

class Host {
  readonly #options: HostOptions;
  readonly #page: Asking<PageVerbs>;
  readonly #elementsMax: number;
  readonly #handles: Handles;
  readonly #people = new Set<Person>();
  readonly #scopes = new Map<number, Incoming>();
  /** What ends a stream or what listens, by scope. */
  readonly #streams = new Map<number, AsyncGenerator<unknown>>();
  readonly #listening = new Map<number, () => void>();
  readonly #watches = new Map<number, LiveFeed>();
  readonly #rests = new Map<number, readonly unknown[]>();
  #lastRest = 0;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#handles = new Handles(options.kinds ?? [], new Searches(options.search ?? {}));
    this.#elementsMax = options.elementsMax ?? PAGE_ELEMENTS_MAX;
    this.#page = askOver<PageVerbs>(options.page, PAGE_VERBS);
  }

  get verbs(): HostVerbs {
    return {
      hello: ({ alive }) => this.#hello(alive),
      look: ({ store, at }) => replyOf(() => this.#look(store, at)),
      destroy: ({ store }) => replyOf(() => this.#destroy(store)),
      close: ({ how }) => replyOf(() => this.#close(how)),
      open: (request) => replyOf(() => this.#open(request)),
      call: (call) => replyOf(() => this.#call(call)),
      change: (call) => replyOf(() => this.#change(call)),
      listen: (call) => replyOf(() => this.#listen(call)),
      stream: (call) => replyOf(() => this.#stream(call)),
      pull: ({ scope }) => replyOf(() => this.#pull(scope)),
      stop: ({ scope }) => replyOf(() => this.#stop(scope)),
      abort: ({ scope, id }) => replyOf(() => this.#abort(scope, id)),
      rest: ({ rest }) => replyOf(() => this.#rest(rest)),
      watch: (request) => replyOf(() => this.#watch(request)),
      unwatch: ({ watch }) => replyOf(() => this.#unwatch(watch)),
      release: ({ handle, count }) => replyOf(() => this.#release(handle, count)),
      held: () => replyOf(() => this.#held()),
    };
  }

  #hello(alive: string): Promise<Reply> {
    return replyOf(async () => {
      await this.#options.stayAlive(alive);
      return { result: data(CONTRACT) };
    });
  }

  async #look(name: string, at: Look): Promise<Answer> {
    const store = await this.#options.openStore(name);
    try {
      if (at === 'passkeys') return { result: data(await passkeysOf({ store })) };
      return { result: data((await readLocalSlot(store)) === null) };
    } finally {
      await store.close();
    }
  }

  async #destroy(name: string): Promise<Answer> {
    await this.#close('close');
    await (await this.#options.openStore(name)).destroy();
    return {};
  }

  /** Ends every session as the page wishes, and lets go of the stores, whatever goes wrong on the way. */
  async #close(how: Ending): Promise<Answer> {
    const people = [...this.#people];
    this.#people.clear();
    const ends = people.map(async (person) => {
      try {
        await person[how]();
      } finally {
        await person.close();
      }
    });
    for (const outcome of await Promise.allSettled(ends))
      if (outcome.status === 'rejected') throw outcome.reason;
    return {};
  }

  async #open({ way, store: name, options, scope }: Parameters<HostVerbs['open']>[0]): Promise<Answer> {
    if (!Object.hasOwn(WAYS, way)) throw new VaultError('usage/invalid', { argument: 'way' });
    return this.#within(scope, async (incoming) => {
      const store = await this.#options.openStore(name);
      try {
        const given = incoming.unpack(options) as object;
        const person = await WAYS[way]({ ...given, store } as never);
        this.#keep(person);
        return this.#answer(person);
      } catch (error) {
        await store.close();
        throw error;
      }
    });
  }

  /** Holds a person, and tells the page when they are locked from within: by a timer, or by another tab. */
  #keep(person: Person): void {
    this.#people.add(person);
    person.liveVaults().subscribe({
      complete: () => {
        if (this.#people.has(person)) void this.#page.locked({});
      },
    });
  }

  async #call(call: Call): Promise<Answer> {
    return this.#within(call.scope, async (incoming) => {
      const { object, surface } = this.#handles.reach(call.target);
      const args = incoming.unpack(call.args) as unknown[];
      const result = surface.asks?.includes(call.method)
        ? object[call.method]
        : await this.#methodOf(call, surface.changes?.includes(call.method) ? 'changes' : 'calls')(...args);
      incoming.flush();
      return this.#answer(result);
    });
  }

  async #change(call: Call): Promise<Answer> {
    return this.#within(call.scope, async (incoming) => {
      const method = this.#methodOf(call, 'changes');
      const [id, change, from] = incoming.unpack(call.args) as unknown[];
      const computed = (value: unknown) => {
        if (!isSameData(value, from)) throw Object.assign(new Error(), { name: STALE });
        return change;
      };
      return this.#answer(await method(id, computed));
    });
  }

  async #listen(call: Call): Promise<Answer> {
    return this.#stay(call.scope, async (incoming) => {
      const method = this.#methodOf(call, 'listens');
      const stop = (await method(...(incoming.unpack(call.args) as unknown[]))) as () => void;
      this.#listening.set(call.scope, stop);
    });
  }

  async #stream(call: Call): Promise<Answer> {
    return this.#stay(call.scope, async (incoming) => {
      const method = this.#methodOf(call, 'streams');
      const pieces = method(...(incoming.unpack(call.args) as unknown[])) as AsyncGenerator<unknown>;
      this.#streams.set(call.scope, pieces);
    });
  }

  async #pull(scope: number): Promise<Answer> {
    const pieces = this.#streams.get(scope);
    if (pieces === undefined) return { result: data(null) };
    try {
      const { done, value } = await pieces.next();
      this.#scopes.get(scope)?.flush();
      if (done) this.#leave(scope);
      if (done || !(value instanceof Uint8Array)) return { result: data(null) };
      // A copy, because what is behind a piece may not be its own; the copy goes for good.
      const piece = value.slice();
      return { result: data(piece), transferred: [piece.buffer] };
    } catch (error) {
      this.#leave(scope);
      throw error;
    }
  }

  async #stop(scope: number): Promise<Answer> {
    const pieces = this.#streams.get(scope);
    this.#listening.get(scope)?.();
    this.#leave(scope);
    await pieces?.return(undefined);
    return {};
  }

  #abort(scope: number, id: number): Answer {
    this.#scopes.get(scope)?.abort(id);
    return {};
  }

  #rest(rest: number): Answer {
    const list = this.#rests.get(rest);
    this.#rests.delete(rest);
    if (list === undefined) throw new VaultError('usage/closed');
    return this.#listPage(list);
  }

  #watch({ target, method, args, watch }: Parameters<HostVerbs['watch']>[0]): Answer {
    const send = (patch: Parameters<PageVerbs['patch']>[0]['patch']) => this.#page.patch({ watch, patch });
    try {
      const live = this.#methodOf({ target, method }, 'lives');
      const given = new Incoming(0, this.#page, this.#handles).unpack(args) as unknown[];
      const feed = new LiveFeed(live(...given) as Live<unknown>, {
        ...{ send, pack: (value) => this.#pack(value), elementsMax: this.#elementsMax },
      });
      this.#watches.set(watch, feed);
    } catch (error) {
      // The page has its live value already: there the error is shown.
      void send({ kind: 'error', error: packError(error) });
    }
    return {};
  }

  #unwatch(watch: number): Answer {
    this.#watches.get(watch)?.stop();
    this.#watches.delete(watch);
    return {};
  }

  #release(handle: number, count: number): Answer {
    this.#handles.release(handle, count);
    return {};
  }

  #held(): Answer {
    const { size: objects } = this.#handles;
    const [scopes, watches, rests] = [this.#scopes, this.#watches, this.#rests].map(({ size }) => size);
    return { result: data({ objects, scopes, watches, rests }) };
  }

  #methodOf(
    { target, method }: Pick<Call, 'target' | 'method'>,
    kind: 'calls' | 'changes' | 'listens' | 'streams' | 'lives',
  ): Method {
    const { object, surface } = this.#handles.reach(target);
    if (surface[kind]?.includes(method) !== true) {
      throw new VaultError('usage/invalid', { argument: 'method', method });
    }
    return (object[method] as Method).bind(object);
  }

  #enter(scope: number): Incoming {
    const incoming = new Incoming(scope, this.#page, this.#handles);
    this.#scopes.set(scope, incoming);
    return incoming;
  }

  #leave(scope: number): void {
    this.#scopes.delete(scope);
    this.#streams.delete(scope);
    this.#listening.delete(scope);
  }

  /** Enters a scope that stays, unless this fails. */
  async #stay(scope: number, work: (incoming: Incoming) => Promise<void>): Promise<Answer> {
    const incoming = this.#enter(scope);
    try {
      await work(incoming);
      return {};
    } catch (error) {
      this.#leave(scope);
      throw error;
    }
  }

  async #within(scope: number, work: (incoming: Incoming) => Promise<Answer>): Promise<Answer> {
    const incoming = this.#enter(scope);
    try {
      return await work(incoming);
    } finally {
      this.#leave(scope);
    }
  }

  #answer(value: unknown): Answer {
    return Array.isArray(value) ? this.#listPage(value) : { result: this.#pack(value) };
  }

  #listPage(list: readonly unknown[]): Answer {
    const most = this.#elementsMax;
    if (list.length <= most) return { result: this.#pack(list) };
    const rest = ++this.#lastRest;
    this.#rests.set(rest, list.slice(most));
    return { result: this.#pack(list.slice(0, most)), rest };
  }

  #pack(value: unknown): Packed {
    return pack(value, (inner) => this.#handles.give(inner));
  }
}

function data(value: unknown): Packed {
  return { value, marked: false };
}
