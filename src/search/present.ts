import { createLive, type Live } from '../live/live.js';
import type { Sources } from './sources.js';

/** The ids of all that may be found, as they change: another set at every change of anything among them. */
export function livePresent(sources: Sources): Live<ReadonlySet<string>> {
  let seen: readonly unknown[] = [];
  let version = 0;
  return createLive<ReadonlySet<string>>({
    version: () => {
      const now = sources.lives().map((live) => live.getSnapshot() ?? live.getError());
      if (now.length !== seen.length || now.some((part, i) => !Object.is(part, seen[i]))) version++;
      seen = now;
      return version;
    },
    read: () => {
      const ids = new Set<string>();
      for (const live of sources.lives()) {
        const error = live.getError();
        if (error !== null) throw error;
        const list = live.getSnapshot();
        if (list === undefined) return undefined;
        for (const { id } of list) ids.add(id);
      }
      return ids;
    },
    watch: (onNotice) => {
      const watched = new Map<Live<unknown>, () => void>();
      const notice = () => onNotice();
      const cover = () => {
        for (const live of sources.lives()) {
          if (watched.has(live)) continue;
          watched.set(live, () => {});
          const end = live.subscribe({ next: notice, error: notice, complete: () => onNotice('end') });
          watched.set(live, end);
        }
      };
      cover();
      const unwatch = sources.registered.watch(() => {
        cover();
        onNotice();
      });
      return () => {
        unwatch();
        for (const end of watched.values()) end();
      };
    },
  });
}
