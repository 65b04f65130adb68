import { createLive, isSameList, type Live } from '../live/live.js';
import { loadedSource } from '../live/live-loader.js';
import type { Collection } from './collection.js';
import type { Session } from './session.js';

const WAIT_MS_MIN = 1000;
const WAIT_MS_MAX = 2 ** 31 - 1;

/** What a live value of a session shows. */
export interface Shown<T> {
  /** Stands for all that the value depends on: equal means that nothing changed. Cheap, and throws nothing. */
  version(): string;
  /** The value now. */
  read(): T;
  /** When the value may change by itself, by the clock of the session; null when it never does. */
  nextMoment?(): number | null;
}

/** A version of several collections together. */
export function versionOfAll(collections: readonly Collection[]): string {
  return collections.map(({ version }) => version).join(' ');
}

/** The first of several moments; null when there is none. */
export function earliestOf(moments: readonly (number | null)[]): number | null {
  return moments.reduce(
    (first, moment) => (first === null || (moment !== null && moment < first) ? moment : first),
    null,
  );
}

/** The live value of this name, made when there is none; it ends when the session is locked. */
export function sessionLive<T>(
  session: Session,
  name: string,
  shown: Shown<T>,
  isSame?: (before: T, after: T) => boolean,
): Live<T> {
  return session.lives.get(name, () => {
    let moment: number | null = null;
    let passed = 0;
    const version = () => {
      if (session.locked) return 'locked';
      if (moment !== null && session.now() >= moment) {
        moment = null;
        passed++;
      }
      return `${passed} ${shown.version()}`;
    };
    const read = () => {
      session.requireOpen();
      const value = shown.read();
      moment = shown.nextMoment?.() ?? null;
      return value;
    };
    const watch = (onNotice: (notice?: 'end') => void) => watchTime(session, () => moment, onNotice);
    return createLive({ version, read, watch }, isSame);
  });
}

/** As `sessionLive`, for lists: equal when they hold the same objects. What it gives is frozen, since it is shared. */
export function sessionLiveList<T>(
  session: Session,
  name: string,
  shown: Shown<readonly T[]>,
): Live<readonly T[]> {
  const read = () => Object.freeze(shown.read());
  return sessionLive(session, name, { ...shown, read }, isSameList);
}

/**
 * As `sessionLive`, for a value that takes time to read.
 *
 * It is read again at every notice, since not all of what it depends on need be in memory: `load` finds out quickly
 * that nothing changed. What nobody listens to is read again when it is asked for, at most once a second.
 */
export function sessionLoaded<T>(
  session: Session,
  name: string,
  shown: { version(): string; load(): Promise<T> },
  isSame?: (before: T, after: T) => boolean,
): Live<T> {
  return session.lives.get(name, () => {
    let notices = 0;
    let watchers = 0;
    const source = loadedSource({
      version: () => {
        if (session.locked) return 'locked';
        const second = watchers > 0 ? '' : Math.floor(performance.now() / 1000);
        return `${notices} ${second} ${shown.version()}`;
      },
      load: async () => {
        session.requireOpen();
        return shown.load();
      },
      watch: (onNotice) => {
        watchers++;
        const unwatch = session.changes.watch((notice) => {
          notices++;
          onNotice(notice);
        });
        return () => {
          watchers--;
          unwatch();
        };
      },
    });
    return createLive(source, isSame);
  });
}

/** Calls back at changes, and when a moment has come. */
function watchTime(
  session: Session,
  moment: () => number | null,
  onNotice: (notice?: 'end') => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let armed: number | null = null;
  let isOver = false;
  const arm = (): void => {
    const next = moment();
    if (isOver || next === armed) return;
    clearTimeout(timer);
    armed = next;
    if (next === null) return;
    const waitMs = Math.min(Math.max(next - session.now(), WAIT_MS_MIN), WAIT_MS_MAX);
    timer = setTimeout(() => {
      armed = null;
      notify();
    }, waitMs);
    // A program in Node may end while it waits for this.
    (timer as { unref?: () => void }).unref?.();
  };
  const notify = (notice?: 'end'): void => {
    if (notice === 'end') stop();
    try {
      onNotice(notice);
    } finally {
      arm();
    }
  };
  const unwatch = session.changes.watch(notify);
  const stop = (): void => {
    isOver = true;
    unwatch();
    clearTimeout(timer);
  };
  // The first reading comes after this call, and knows the moment.
  queueMicrotask(arm);
  return stop;
}
