import type { Wait } from '../../src/sync/wait.js';

/** Time that a test moves: with its timers, or past them as a sleeping machine does. */
export interface ManualClock {
  readonly now: () => number;
  readonly wait: Wait;
  /** Time passes, and whoever waited long enough goes on. */
  advance(ms: number): void;
  /** Time passes, and nobody notices: timers go on where they were. */
  sleep(ms: number): void;
  /** Resolves as soon as someone waits. */
  resting(): Promise<void>;
}

/** Creates a clock that starts at `startMs`. */
export function createManualClock(startMs = 1_800_000_000_000): ManualClock {
  let time = startMs;
  /** What timers go by: it stands still while the machine sleeps. */
  let awake = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  let watchers: (() => void)[] = [];
  return {
    now: () => time,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = { until: awake + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake, { once: true });
        for (const watcher of watchers.splice(0)) watcher();
        function wake(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        }
      }),
    advance(ms) {
      time += ms;
      awake += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= awake) sleeper.wake();
    },
    sleep(ms) {
      time += ms;
    },
    resting: () => {
      if (sleepers.size > 0) return Promise.resolve();
      return new Promise((resolve) => {
        watchers = [...watchers, resolve];
      });
    },
  };
}
