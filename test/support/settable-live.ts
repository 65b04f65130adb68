import { createLive, type Live } from '../../src/live/live.js';

/** A live value that a test sets, fails and ends. */
export function settable<T>(first?: T) {
  let value: T | undefined = first;
  let failure: unknown = null;
  let version = 0;
  const notices = new Set<(notice?: 'end') => void>();
  const live: Live<T> = createLive<T>({
    version: () => version,
    read: () => {
      if (failure !== null) throw failure;
      return value;
    },
    watch: (onNotice) => {
      notices.add(onNotice);
      return () => notices.delete(onNotice);
    },
  });
  const change = (next: T | undefined, failed: unknown, notice?: 'end') => {
    [value, failure] = [next, failed];
    version++;
    for (const each of [...notices]) each(notice);
  };
  return {
    live,
    /** How many follow it. */
    watchers: () => notices.size,
    set: (next: T) => change(next, null),
    fail: (error: unknown) => change(value, error),
    end: () => change(value, failure, 'end'),
  };
}
