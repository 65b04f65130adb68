import { describe, expect, it } from 'vitest';
import { createLive } from '../../../src/live/live.js';
import { loadedSource } from '../../../src/live/live-loader.js';

/** A source that loads when the test lets it. */
function slow() {
  const listeners = new Set<(notice?: 'end') => void>();
  const loading: { resolve(value: string): void; reject(error: unknown): void }[] = [];
  let version = 0;
  const live = createLive(
    loadedSource<string>({
      version: () => version,
      load: () => new Promise((resolve, reject) => loading.push({ resolve, reject })),
      watch: (onNotice) => {
        listeners.add(onNotice);
        return () => listeners.delete(onNotice);
      },
    }),
  );
  return {
    live,
    loading,
    change(): void {
      version++;
      for (const listener of [...listeners]) listener();
    },
  };
}

/** The values that follow, one at a time. */
const valuesOf = (live: ReturnType<typeof slow>['live']) => live[Symbol.asyncIterator]();

describe('a value that takes time to read', () => {
  it('is not there at first, and told when it is', async () => {
    const { live, loading } = slow();
    const values = valuesOf(live);
    expect(live.getSnapshot()).toBeUndefined();
    loading[0]?.resolve('a');
    expect(await values.next()).toEqual({ done: false, value: 'a' });
    expect(live.getSnapshot()).toBe('a');
    expect(loading).toHaveLength(1);
  });

  it('stays until the next one is here', async () => {
    const { live, loading, change } = slow();
    const values = valuesOf(live);
    loading[0]?.resolve('a');
    await values.next();
    change();
    expect(live.getSnapshot()).toBe('a');
    loading[1]?.resolve('b');
    expect(await values.next()).toEqual({ done: false, value: 'b' });
  });

  it('is loaded once more for all that changed while it was', async () => {
    const { live, loading, change } = slow();
    const values = valuesOf(live);
    change();
    change();
    expect(loading).toHaveLength(1);
    loading[0]?.resolve('a');
    await values.next();
    expect(loading).toHaveLength(2);
    loading[1]?.resolve('b');
    expect((await values.next()).value).toBe('b');
    expect(loading).toHaveLength(2);
  });

  it('gives way to the error when loading fails, and comes back', async () => {
    const { live, loading, change } = slow();
    const heard: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      live.subscribe({
        next: (value) => heard.push(value),
        error: (error) => {
          heard.push(error);
          resolve();
        },
      });
    });
    const error = new Error('no');
    loading[0]?.reject(error);
    await told;
    expect([live.getSnapshot(), live.getError()]).toEqual([undefined, error]);
    const values = valuesOf(live);
    change();
    loading[1]?.resolve('b');
    await expect(values.next()).rejects.toBe(error);
    for await (const value of live) {
      expect(value).toBe('b');
      break;
    }
    expect(heard).toEqual([error, 'b']);
  });
});
