import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createLive } from '../../../src/live/live.js';
import { LiveCache } from '../../../src/live/live-cache.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const listeners = new Set<(notice?: 'end') => void>();
const make = () =>
  createLive<string>({
    version: () => 0,
    read: () => 'a',
    watch: (onNotice) => {
      listeners.add(onNotice);
      return () => listeners.delete(onNotice);
    },
  });

/** Lets go of what this turn still holds, then collects. */
async function forget(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
}

describe('live values by name', () => {
  it('are the same for the same name, and not for another', () => {
    const cache = new LiveCache();
    const live = cache.get('a', make);
    expect(cache.get('a', make)).toBe(live);
    expect(cache.get('b', make)).not.toBe(live);
  });

  it('stay while someone listens, even if nobody holds them', async () => {
    const cache = new LiveCache();
    const seen = new WeakRef(cache.get<string>('a', make));
    const stop = (() => seen.deref()?.subscribe(() => {}))();
    await forget();
    expect(seen.deref()).toBeDefined();
    expect(cache.get('a', make)).toBe(seen.deref());
    stop?.();
  });

  it('go when nobody holds them nor listens', async () => {
    const cache = new LiveCache();
    const seen = new WeakRef(cache.get<string>('a', make));
    await forget();
    expect(seen.deref()).toBeUndefined();
  });
});
