/** How long the page's thread was busy while something went on. */
export interface ThreadRecord {
  /** Milliseconds that were watched. */
  readonly watched: number;
  /** What Chromium calls a long task: 50 ms and more. */
  readonly longTasks: readonly { readonly start: number; readonly duration: number }[];
  /** The longest time between two turns of a timer that asks to run at once, less the 4 ms the browser waits anyway. */
  readonly longestGap: number;
  /** The longest time between two frames, and how many there were. */
  readonly longestFrame: number;
  readonly frames: number;
}

const TIMER_FLOOR_MS = 4;

/** Watches this thread while `work` runs. */
export async function watchThread(work: () => Promise<unknown>): Promise<ThreadRecord> {
  const longTasks: { start: number; duration: number }[] = [];
  const start = performance.now();
  const take = (entries: PerformanceEntryList) => {
    for (const { startTime, duration } of entries) longTasks.push({ start: startTime - start, duration });
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ type: 'longtask' });
  let watching = true;
  const timer = { last: start, longest: 0 };
  const tick = () => {
    const now = performance.now();
    timer.longest = Math.max(timer.longest, now - timer.last - TIMER_FLOOR_MS);
    timer.last = now;
    if (watching) setTimeout(tick);
  };
  const frame = { last: 0, longest: 0, count: 0 };
  const draw = () => {
    const now = performance.now();
    if (frame.last > 0) frame.longest = Math.max(frame.longest, now - frame.last);
    frame.last = now;
    frame.count++;
    if (watching) requestAnimationFrame(draw);
  };
  setTimeout(tick);
  requestAnimationFrame(draw);
  try {
    await work();
    // The last task counts as well: it ends when the next one begins.
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    watching = false;
  }
  take(observer.takeRecords());
  observer.disconnect();
  return {
    watched: performance.now() - start,
    longTasks,
    longestGap: timer.longest,
    longestFrame: frame.longest,
    frames: frame.count,
  };
}
