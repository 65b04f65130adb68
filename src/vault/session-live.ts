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
    const clock = new Clock(session, shown.nextMoment);
    const version = () => (session.locked ? 'locked' : `${clock.passed()} ${shown.version()}`);
    const read = () => {
      session.requireOpen();
      const value = shown.read();
      clock.set();
      return value;
    };
    return createLive({ version, read, watch: (onNotice) => clock.watch(onNotice) }, isSame);
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
  shown: { version(): string; load(): Promise<T>; nextMoment?(): number | null },
  isSame?: (before: T, after: T) => boolean,
): Live<T> {
  return session.lives.get(name, () => {
    const clock = new Clock(session, shown.nextMoment);
    let notices = 0;
    let watchers = 0;
    const source = loadedSource({
      version: () => {
        if (session.locked) return 'locked';
        const second = watchers > 0 ? '' : Math.floor(performance.now() / 1000);
        return `${clock.passed()} ${notices} ${second} ${shown.version()}`;
      },
      load: async () => {
        session.requireOpen();
        const value = await shown.load();
        clock.set();
        return value;
      },
      watch: (onNotice) => {
        watchers++;
        const unwatch = clock.watch((notice) => {
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

/** Tells of changes, and when the moment has come at which a value changes by itself. */
class Clock {
  readonly #session: Session;
  readonly #nextMoment: () => number | null;
  #moment: number | null = null;
  #passed = 0;

  constructor(session: Session, nextMoment: () => number | null = () => null) {
    this.#session = session;
    this.#nextMoment = nextMoment;
  }

  /** To be called when the value was read: the next moment is another. */
  set(): void {
    this.#moment = this.#nextMoment();
  }

  /** How many moments have passed. */
  passed(): number {
    if (this.#moment !== null && this.#session.now() >= this.#moment) {
      this.#moment = null;
      this.#passed++;
    }
    return this.#passed;
  }

  watch(onNotice: (notice?: 'end') => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let armed: number | null = null;
    let isOver = false;
    const arm = (): void => {
      const next = this.#moment;
      if (isOver || next === armed) return;
      clearTimeout(timer);
      armed = next;
      if (next === null) return;
      const waitMs = Math.min(Math.max(next - this.#session.now(), WAIT_MS_MIN), WAIT_MS_MAX);
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
    const unwatch = this.#session.changes.watch(notify);
    const stop = (): void => {
      isOver = true;
      unwatch();
      clearTimeout(timer);
    };
    // The first reading comes after this call, and knows the moment.
    queueMicrotask(arm);
    return stop;
  }
}
