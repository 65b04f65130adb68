/**
 * Values that change, in the shape that frameworks take as it is: Svelte stores, RxJS, React's `useSyncExternalStore`,
 * Solid's `from`, and a plain `for await`.
 */

/** What a subscriber may be: a function that takes each value, or an observer. */
export type LiveListener<T> = ((value: T) => void) | LiveObserver<T>;

/** The parts of an observer; each may be missing. */
export interface LiveObserver<T> {
  /** Takes the value at once when there is one, then at every change. */
  next?(value: T): void;
  /** Takes what reading the value threw; a value may follow. */
  error?(error: unknown): void;
  /** Called once when no value follows: the person was locked or closed. */
  complete?(): void;
}

/** Ends a subscription; callable, and also an object for those who expect one. */
export interface Unsubscribe {
  (): void;
  unsubscribe(): void;
}

/** A value that changes, without having to ask for it again. All its functions may be passed on without the object. */
export interface Live<T> {
  /** The value now: the same object until it changes; `undefined` before the first value, on an error and after the end. */
  readonly getSnapshot: () => T | undefined;
  /** What reading the value threw last, or `null`. */
  readonly getError: () => unknown;
  /** Hears of the value at once when there is one, and of every change; of several at once, of the last. */
  readonly subscribe: (listener: LiveListener<T>) => Unsubscribe;
  /** The value now and each that follows; a slow reader misses those in between. Throws what reading threw. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
}

/** Where a live value comes from. */
export interface LiveSource<T> {
  /** Differs, by `Object.is`, when the value may have changed. Has to be cheap: it is asked at every notice. */
  version(): unknown;
  /** The value now; `undefined` when there is none so far. What it throws is kept as the error. */
  read(): T | undefined;
  /** Calls back when `version` may differ, and once with `'end'` when it never will again; returns what ends that. */
  watch(onNotice: (notice?: 'end') => void): () => void;
}

const NEVER_READ = Symbol('never read');

/** Makes a live value; two values that `isSame` holds for one are one, and the earlier object stays. */
export function createLive<T>(
  source: LiveSource<T>,
  isSame: (before: T, after: T) => boolean = Object.is,
): Live<T> {
  /** Who listens, and which state they were told last: one reading may serve another's call before the notice comes. */
  const observers = new Map<LiveObserver<T>, number>();
  let version: unknown = NEVER_READ;
  let state = 0;
  let value: T | undefined;
  let error: unknown = null;
  let unwatch: (() => void) | null = null;
  let ended = false;

  /** Reads again if it may be worth it. */
  const refresh = (): void => {
    if (ended) return;
    const now = source.version();
    if (Object.is(now, version)) return;
    version = now;
    const before = value;
    const failedBefore = error;
    try {
      const next = source.read();
      const isOld = before !== undefined && next !== undefined && isSame(before, next);
      if (!isOld) value = next;
      error = null;
    } catch (thrown) {
      value = undefined;
      error = thrown ?? new Error('unknown');
    }
    if (!Object.is(value, before) || error !== failedBefore) state++;
  };

  const end = (): void => {
    if (ended) return;
    ended = true;
    value = undefined;
    error = null;
    unwatch?.();
    unwatch = null;
    const told = [...observers.keys()];
    observers.clear();
    eachInTurn(told, (observer) => observer.complete?.());
  };

  const tell = (observer: LiveObserver<T>): void => {
    if (observers.get(observer) === state) return;
    observers.set(observer, state);
    if (error !== null) observer.error?.(error);
    else if (value !== undefined) observer.next?.(value);
  };

  const onNotice = (notice?: 'end'): void => {
    if (notice === 'end') end();
    refresh();
    // Whoever was taken off meanwhile, by another's callback, hears nothing any more.
    eachInTurn([...observers.keys()], (observer) => {
      if (observers.has(observer)) tell(observer);
    });
  };

  const subscribe = (listener: LiveListener<T>): Unsubscribe => {
    // An object of its own for each call: the same function may subscribe twice.
    const observer: LiveObserver<T> =
      typeof listener === 'function'
        ? { next: (next) => listener(next) }
        : {
            next: (next) => listener.next?.(next),
            error: (thrown) => listener.error?.(thrown),
            complete: () => listener.complete?.(),
          };
    const unsubscribe = (): void => {
      if (!observers.delete(observer) || observers.size > 0) return;
      unwatch?.();
      unwatch = null;
    };
    if (ended) observer.complete?.();
    else {
      observers.set(observer, -1);
      try {
        unwatch ??= source.watch(onNotice);
        refresh();
        if (observers.has(observer)) tell(observer);
      } catch (thrown) {
        // Whoever called gets no handle: nothing of it may stay.
        unsubscribe();
        throw thrown;
      }
    }
    return Object.assign(unsubscribe, { unsubscribe });
  };

  const live: Live<T> = {
    getSnapshot: () => {
      refresh();
      return value;
    },
    getError: () => {
      refresh();
      return error;
    },
    subscribe,
    [Symbol.asyncIterator]: () => iterate(subscribe),
  };
  // What RxJS and others look for; TypeScript does not know the symbol, and not every host has it.
  const observable = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
  Object.defineProperty(live, observable, { value: () => live });
  return live;
}

/** Calls `act` for each, whatever one of them throws; the first error is thrown at the end. */
export function eachInTurn<T>(all: Iterable<T>, act: (one: T) => void): void {
  let failure: { readonly thrown: unknown } | null = null;
  for (const one of all) {
    try {
      act(one);
    } catch (thrown) {
      failure ??= { thrown };
    }
  }
  if (failure !== null) throw failure.thrown;
}

/** Whether two lists hold the same elements in the same order. */
export function isSameList(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((element, i) => Object.is(element, after[i]));
}

function iterate<T>(subscribe: Live<T>['subscribe']): AsyncIterator<T, undefined> {
  type Step = IteratorResult<T, undefined>;
  const over: Step = { done: true, value: undefined };
  const waiting: ((step: Step | Promise<Step>) => void)[] = [];
  /** The newest word that nobody has taken, be it a value or an error. */
  let latest: { readonly value: T } | { readonly error: unknown } | null = null;
  let done = false;

  const settle = (): void => {
    while (waiting.length > 0 && (latest !== null || done)) {
      const resolve = waiting.shift() as (step: Step | Promise<Step>) => void;
      const word = latest;
      latest = null;
      if (word === null) resolve(over);
      else if ('value' in word) resolve({ done: false, value: word.value });
      else {
        stop();
        resolve(Promise.reject(word.error));
      }
    }
  };
  const hear = (word: typeof latest): void => {
    latest = word;
    settle();
  };
  const stop = (): void => {
    done = true;
    latest = null;
    unsubscribe();
  };
  const unsubscribe = subscribe({
    next: (value) => hear({ value }),
    error: (error) => hear({ error }),
    complete: () => {
      done = true;
      settle();
    },
  });
  return {
    next: () =>
      new Promise<Step>((resolve) => {
        waiting.push(resolve);
        settle();
      }),
    return: async () => {
      stop();
      settle();
      return over;
    },
  };
}
