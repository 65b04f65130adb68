import { createLive, isSameList, type Live } from './live.js';

/**
 * The values of a changing list of live values, as one live list: it has a value once each of them has.
 *
 * The error of one is the error of all; it ends when `outer` does. While one inside has no value, or none any more, it has none.
 */
export function flattenLive<T>(outer: Live<readonly Live<T>[]>): Live<readonly T[]> {
  let seen: readonly unknown[] = [];
  let version = 0;
  const inside = (): readonly Live<T>[] => outer.getSnapshot() ?? [];
  const look = (): readonly unknown[] => [
    outer.getSnapshot(),
    outer.getError(),
    ...inside().flatMap((live) => [live.getSnapshot(), live.getError()]),
  ];
  return createLive<readonly T[]>(
    {
      version: () => {
        const now = look();
        if (!isSameList(seen, now)) version++;
        seen = now;
        return version;
      },
      read: () => {
        if (outer.getError() !== null) throw outer.getError();
        if (outer.getSnapshot() === undefined) return undefined;
        const all = inside();
        const failed = all.find((live) => live.getError() !== null);
        if (failed !== undefined) throw failed.getError();
        const values = all.map((live) => live.getSnapshot());
        return values.includes(undefined) ? undefined : (values as T[]);
      },
      watch: (onNotice) => {
        const followed = new Map<Live<T>, () => void>();
        let isOver = false;
        // What those inside tell at once is no news: it is read after this, once for all of them.
        let isWatching = false;
        const tell = () => {
          if (isWatching) onNotice();
        };
        const follow = () => {
          if (isOver) return;
          isWatching = false;
          const wanted = new Set(inside());
          for (const [live, stop] of [...followed])
            if (!wanted.has(live)) {
              followed.delete(live);
              stop();
            }
          for (const live of wanted) {
            if (followed.has(live)) continue;
            followed.set(live, () => {});
            followed.set(live, live.subscribe({ next: tell, error: tell, complete: tell }));
          }
          isWatching = true;
        };
        let isFirst = true;
        const stopOuter = outer.subscribe({
          next: () => {
            follow();
            if (!isFirst) onNotice();
          },
          error: () => onNotice(),
          complete: () => onNotice('end'),
        });
        isFirst = false;
        return () => {
          isOver = true;
          stopOuter();
          for (const stop of followed.values()) stop();
        };
      },
    },
    isSameList,
  );
}
