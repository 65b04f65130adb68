import type { Live } from '../live/live.js';
import { createLive } from '../live/live.js';

/** A part of the package that a page loads when something of it is shown first. */
export interface LatePart<Part> {
  /** Null until it is loaded. */
  now(): Part | null;
  /** Loads it, once. Rejects with `usage/not-loaded`, and then a later call tries again. */
  load(): Promise<Part>;
}

/** Loads once what `start` loads. */
export function latePart<Part>(start: () => Promise<Part>): LatePart<Part> {
  let part: Part | null = null;
  let loading: Promise<Part> | null = null;
  return {
    now: () => part,
    load: () => {
      loading ??= start().then(
        (loaded) => {
          part = loaded;
          return loaded;
        },
        (error: unknown) => {
          loading = null;
          throw error;
        },
      );
      return loading;
    },
  };
}

const NOTHING = Symbol('nothing so far');

/** The live value that a part makes, which has no value until the part is loaded, and its end and errors after. */
export function lateLive<Part, T>(part: LatePart<Part>, make: (part: Part) => Live<T>): Live<T> {
  let inner: Live<T> | null = null;
  let failure: { readonly error: unknown } | null = null;
  const ready = (): Live<T> | null => {
    const loaded = part.now();
    if (inner === null && loaded !== null) inner = make(loaded);
    return inner;
  };
  return createLive<T>({
    version: () => {
      const live = ready();
      if (live === null) return failure ?? NOTHING;
      const value = live.getSnapshot();
      return value === undefined ? (live.getError() ?? NOTHING) : value;
    },
    read: () => {
      const live = ready();
      if (live === null && failure !== null) throw failure.error;
      const error = live?.getError() ?? null;
      if (error !== null) throw error;
      return live?.getSnapshot();
    },
    watch: (onNotice) => {
      let isOver = false;
      let unsubscribe = () => {};
      const notice = () => onNotice();
      const follow = () => {
        if (isOver) return;
        unsubscribe =
          ready()?.subscribe({ next: notice, error: notice, complete: () => onNotice('end') }) ?? unsubscribe;
      };
      if (part.now() !== null) follow();
      else {
        failure = null;
        part.load().then(
          () => {
            follow();
            onNotice();
          },
          (error: unknown) => {
            failure = { error };
            onNotice();
          },
        );
      }
      return () => {
        isOver = true;
        unsubscribe();
      };
    },
  });
}
