/** Allows so many calls a minute for each key, in bursts of at most a minute's worth. */
export interface RateLimit {
  /** 0 when the call is allowed, else how many milliseconds until it would be. */
  take(key: string): number;
}

const KEYS_MAX = 50_000;
const MINUTE_MS = 60_000;

/**
 * A token bucket for each key, in memory.
 *
 * Past 50 000 keys the one not used for longest is forgotten.
 */
export function createRateLimit(options: {
  readonly perMinute: number;
  readonly now: () => number;
}): RateLimit {
  const { perMinute, now } = options;
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key) {
      const time = now();
      const before = buckets.get(key);
      const refilled = before
        ? before.tokens + (Math.max(0, time - before.at) * perMinute) / MINUTE_MS
        : perMinute;
      const tokens = Math.min(perMinute, refilled);
      const allowed = tokens >= 1;
      buckets.delete(key); // The map keeps the order of use.
      buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: time });
      if (buckets.size > KEYS_MAX) buckets.delete(buckets.keys().next().value as string);
      return allowed ? 0 : ((1 - tokens) * MINUTE_MS) / perMinute;
    },
  };
}
