/** Resolves after `ms`, or as soon as the signal aborts. Never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** What timers take at most; longer waits are made of several. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Waits with the timers of the platform. */
export const systemWait: Wait = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(end, Math.min(ms, TIMER_MS_MAX));
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
