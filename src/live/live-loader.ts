import type { LiveSource } from './live.js';

/** Where a live value comes from when reading it takes time. */
export interface LoadedSource<T> {
  /** As of `LiveSource`. */
  version(): unknown;
  /** The value now. What it rejects with is kept as the error. */
  load(): Promise<T>;
  /** As of `LiveSource`. */
  watch(onNotice: (notice?: 'end') => void): () => void;
}

/**
 * Turns a source that takes time into one that does not: the value loaded last stays until the next one is here.
 *
 * One loading at a time; what changes meanwhile makes one more.
 */
export function loadedSource<T>(source: LoadedSource<T>): LiveSource<T> {
  const notices = new Set<() => void>();
  let wanted: unknown = notices; // equal to no version
  let isLoading = false;
  let loads = 0;
  let value: T | undefined;
  let failure: { readonly error: unknown } | null = null;

  const load = (): void => {
    const now = source.version();
    if (isLoading || Object.is(now, wanted)) return;
    wanted = now;
    isLoading = true;
    const settle = (loaded: T | undefined, failed: typeof failure): void => {
      value = loaded;
      failure = failed;
      isLoading = false;
      loads++;
      for (const notice of [...notices]) notice();
    };
    source.load().then(
      (loaded) => settle(loaded, null),
      (error: unknown) => settle(undefined, { error }),
    );
  };

  return {
    version: () => {
      load();
      return loads;
    },
    read: () => {
      if (failure !== null) throw failure.error;
      return value;
    },
    watch: (onNotice) => {
      const notice = () => onNotice();
      notices.add(notice);
      const unwatch = source.watch(onNotice);
      return () => {
        notices.delete(notice);
        unwatch();
      };
    },
  };
}
