import { createLive, type Live } from './live.js';

type Values<Sources extends readonly Live<unknown>[]> = {
  readonly [Index in keyof Sources]: Sources[Index] extends Live<infer Value> ? Value : never;
};

/**
 * A live value computed from others: it has a value once each of them has, and their error or end as its own.
 *
 * `compute` is called again only when one of them changed; two results that `isSame` holds for one are one.
 */
export function deriveLive<const Sources extends readonly Live<unknown>[], T>(
  sources: Sources,
  compute: (...values: Values<Sources>) => T,
  isSame?: (before: T, after: T) => boolean,
): Live<T> {
  let seen: readonly unknown[] = [];
  let version = 0;
  const look = () =>
    sources.map((source) => {
      const value = source.getSnapshot();
      return value === undefined ? (source.getError() ?? undefined) : value;
    });
  return createLive(
    {
      version: () => {
        const now = look();
        if (now.length !== seen.length || now.some((part, i) => !Object.is(part, seen[i]))) version++;
        seen = now;
        return version;
      },
      read: () => {
        const failed = sources.find((source) => source.getError() !== null);
        if (failed !== undefined) throw failed.getError();
        const values = sources.map((source) => source.getSnapshot());
        return values.includes(undefined) ? undefined : compute(...(values as unknown as Values<Sources>));
      },
      watch: (onNotice) => {
        // What they tell at once is no news: whoever watches reads all of them after this.
        let isWatching = false;
        const tell = () => {
          if (isWatching) onNotice();
        };
        const subscriptions = sources.map((source) =>
          source.subscribe({ next: tell, error: tell, complete: () => onNotice('end') }),
        );
        isWatching = true;
        return () => {
          for (const unsubscribe of subscriptions) unsubscribe();
        };
      },
    },
    isSame,
  );
}
