import type { Wait } from '../../src/sync/wait.js';

/** Time that passes only when everyone waits: each turn of the event loop ends the wait that is due first. */
export interface VirtualClock {
  readonly now: () => number;
  readonly wait: Wait;
  /** How many waits ended by time. */
  readonly waits: number;
}

/** Creates a clock that starts at `startMs`. */
export function createVirtualClock(startMs = 1_800_000_000_000): VirtualClock {
  let time = startMs;
  let waits = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const turn = (): void => {
    const due = [...sleepers].sort((a, b) => a.until - b.until)[0];
    if (due === undefined) return;
    time = Math.max(time, due.until);
    waits += 1;
    due.wake();
  };
  return {
    now: () => time,
    get waits() {
      return waits;
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = { until: time + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake, { once: true });
        const timer = setTimeout(turn, 0);
        function wake(): void {
          clearTimeout(timer);
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        }
      }),
  };
}
