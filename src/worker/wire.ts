/** Comlink, between a page and its worker: matching answers to questions, in both directions over one endpoint. */
import { type Endpoint, expose, transfer, wrap } from 'comlink';
import { VaultError } from '../errors.js';
import type { Reply } from './contract.js';
import { packError } from './packed-error.js';
import type { Packed } from './packing.js';

/** A worker, a worker's own scope, or a port. */
export type WireEnd = Endpoint;

type Verbs<T> = { readonly [K in keyof T]: T[K] extends (request: never) => Promise<Reply> ? T[K] : never };

/** The other side's verbs; each call takes what is to be transferred beside the request. */
export type Asking<T> = {
  readonly [K in keyof T]: T[K] extends (request: infer Request) => Promise<Reply>
    ? (request: Request, transferred?: readonly Transferable[]) => Promise<Reply>
    : never;
};

/** Asks the other side. A promise never settles once that has ended. */
export function askOver<T extends Verbs<T>>(end: WireEnd, verbs: readonly (keyof T & string)[]): Asking<T> {
  const remote = wrap(end) as unknown as Record<string, (request: object) => Promise<Reply>>;
  // Comlink makes a proxy at every access, so once for each verb.
  const asking = verbs.map((verb) => {
    const ask = remote[verb] as (request: object) => Promise<Reply>;
    return [
      verb,
      (request: object, transferred: Transferable[] = []) =>
        ask(transfer(request, transferred)).catch(refuse),
    ];
  });
  return Object.fromEntries(asking) as Asking<T>;
}

/** The platform clones no detached buffer, for one. */
function refuse(): never {
  throw new VaultError('usage/invalid', { argument: 'crossing' });
}

/** Answers the other side: these verbs, and nothing else of the object that has them. */
export function answerOver<T extends Verbs<T>>(
  end: WireEnd,
  own: T,
  verbs: readonly (keyof T & string)[],
): void {
  const table = Object.fromEntries(verbs.map((verb) => [verb, own[verb]]));
  expose(table, onlyCalls(end, new Set(verbs)));
}

/** The reply to a request: what `work` gives, or what it throws. */
export async function replyOf(work: () => Promise<Answer> | Answer): Promise<Reply> {
  try {
    const { result = NOTHING, rest = null, transferred = [] } = await work();
    return transfer({ ok: true, result, rest }, [...transferred]);
  } catch (error) {
    return { ok: false, error: packError(error) };
  }
}

/** What a verb gives. */
export interface Answer {
  readonly result?: Packed;
  readonly rest?: number | null;
  readonly transferred?: readonly Transferable[];
}

const NOTHING: Packed = { value: undefined, marked: false };

/**
 * Lets calls of known verbs through to Comlink, and no other message.
 *
 * Comlink would also read, write and construct anything that can be reached from the object it exposes.
 */
function onlyCalls(end: WireEnd, verbs: ReadonlySet<string>): WireEnd {
  const guards = new WeakMap<object, (event: Event) => void>();
  const guardOf = (listener: EventListenerOrEventListenerObject) => (event: Event) => {
    if (!isCall((event as MessageEvent).data, verbs)) return;
    if (typeof listener === 'function') listener(event);
    else listener.handleEvent(event);
  };
  return {
    postMessage: (message, transferred) => end.postMessage(message, transferred),
    addEventListener: (type, listener) => {
      const guard = guardOf(listener);
      guards.set(listener, guard);
      end.addEventListener(type, guard);
    },
    removeEventListener: (type, listener) => {
      end.removeEventListener(type, guards.get(listener) ?? listener);
    },
    ...(end.start === undefined ? {} : { start: () => end.start?.() }),
  };
}

function isCall(message: unknown, verbs: ReadonlySet<string>): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { type, path, argumentList } = message as { type?: unknown; path?: unknown; argumentList?: unknown };
  return (
    type === 'APPLY' &&
    Array.isArray(path) &&
    path.length === 1 &&
    verbs.has(path[0]) &&
    Array.isArray(argumentList) &&
    argumentList.length === 1 &&
    argumentList[0]?.type === 'RAW'
  );
}
