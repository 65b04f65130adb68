import { describe, expect, it, vi } from 'vitest';
import { createLive, isSameList, type Live } from '../../../src/live/live.js';

/** A value that tests change, and tell of or not. */
function source<T>(first: T) {
  const listeners = new Set<(notice?: 'end') => void>();
  let content: { readonly value: T } | { readonly error: unknown } = { value: first };
  let version = 0;
  let reads = 0;
  const tell = (notice?: 'end') => {
    for (const listener of [...listeners]) listener(notice);
  };
  return {
    listeners,
    get reads() {
      return reads;
    },
    tell,
    put(value: T): void {
      content = { value };
      version++;
    },
    fail(error: unknown): void {
      content = { error };
      version++;
    },
    live: (isSame?: (a: T, b: T) => boolean): Live<T> =>
      createLive<T>(
        {
          version: () => version,
          read: () => {
            reads++;
            if ('error' in content) throw content.error;
            return content.value;
          },
          watch: (onNotice) => {
            listeners.add(onNotice);
            return () => listeners.delete(onNotice);
          },
        },
        isSame,
      ),
  };
}

/** Everything an observer hears. */
function hearing<T>(live: Live<T>) {
  const heard: unknown[] = [];
  const subscription = live.subscribe({
    next: (value) => heard.push(value),
    error: (error) => heard.push(['error', error]),
    complete: () => heard.push('end'),
  });
  return { heard, subscription };
}

describe('a live value', () => {
  it('calls at once, then at every change, until the subscription ends', () => {
    const from = source('a');
    const live = from.live();
    const { heard, subscription } = hearing(live);
    from.put('b');
    from.tell();
    subscription();
    from.put('c');
    from.tell();
    expect(heard).toEqual(['a', 'b']);
    expect(from.listeners.size).toBe(0);
    expect(live.getSnapshot()).toBe('c');
  });

  it('says nothing and reads nothing when nothing changed', () => {
    const from = source('a');
    const live = from.live();
    const { heard } = hearing(live);
    for (let i = 0; i < 10; i++) from.tell();
    live.getSnapshot();
    expect([heard, from.reads]).toEqual([['a'], 1]);
  });

  it('keeps the earlier object when the new one says the same', () => {
    const first = { id: 1 };
    const from = source<readonly object[]>([first]);
    const live = from.live(isSameList);
    const { heard } = hearing(live);
    const before = live.getSnapshot();
    from.put([first]);
    from.tell();
    expect(live.getSnapshot()).toBe(before);
    from.put([{ id: 1 }]);
    from.tell();
    expect(live.getSnapshot()).not.toBe(before);
    expect(heard).toHaveLength(2);
  });

  it('tells every observer, also when a snapshot or a new observer was quicker than the notice', () => {
    const from = source('a');
    const live = from.live();
    const { heard } = hearing(live);
    from.put('b');
    expect(live.getSnapshot()).toBe('b');
    const { heard: late } = hearing(live);
    from.tell();
    expect([heard, late]).toEqual([['a', 'b'], ['b']]);
  });

  it('reads for a snapshot without any observer, the same object until it changes', () => {
    const from = source({ n: 1 });
    const { getSnapshot } = from.live();
    const first = getSnapshot();
    expect(getSnapshot()).toBe(first);
    from.put({ n: 2 });
    expect(getSnapshot()).toEqual({ n: 2 });
    expect(from.listeners.size).toBe(0);
  });

  it('watches its source once, whatever the number of observers, and only while there are some', () => {
    const from = source('a');
    const live = from.live();
    const first = live.subscribe(() => {});
    const second = live.subscribe(() => {});
    expect(from.listeners.size).toBe(1);
    first();
    first();
    expect(from.listeners.size).toBe(1);
    second.unsubscribe();
    expect(from.listeners.size).toBe(0);
    live.subscribe(() => {});
    expect(from.listeners.size).toBe(1);
  });

  it('lets one function subscribe twice, and end once', () => {
    const from = source('a');
    const listener = vi.fn();
    const live = from.live();
    const first = live.subscribe(listener);
    live.subscribe(listener);
    first();
    from.put('b');
    from.tell();
    expect(listener.mock.calls).toEqual([['a'], ['a'], ['b']]);
  });

  it('lets observers come and go while they are told', () => {
    const from = source(0);
    const live = from.live();
    const heard: string[] = [];
    let second: (() => void) | null = null;
    live.subscribe((value) => {
      heard.push(`first ${String(value)}`);
      if (value === 1) second?.();
      if (value === 1) live.subscribe((late) => heard.push(`late ${String(late)}`));
    });
    second = live.subscribe((value) => heard.push(`second ${String(value)}`));
    from.put(1);
    from.tell();
    from.put(2);
    from.tell();
    expect(heard).toEqual(['first 0', 'second 0', 'first 1', 'late 1', 'first 2', 'late 2']);
  });

  it('lets an observer end itself at the first call', () => {
    const from = source('a');
    const live = from.live();
    let calls = 0;
    const stop = live.subscribe(() => {
      calls++;
      queueMicrotask(() => stop());
    });
    expect(calls).toBe(1);
  });

  it('tells of a change made by an observer, to all, the last one last', () => {
    const from = source(0);
    const live = from.live();
    const one: number[] = [];
    const other: number[] = [];
    live.subscribe((value) => {
      one.push(value);
      if (value === 1) {
        from.put(2);
        from.tell();
      }
    });
    live.subscribe((value) => other.push(value));
    from.put(1);
    from.tell();
    expect(one).toEqual([0, 1, 2]);
    expect(other.at(-1)).toBe(2);
    expect(other).toEqual([...other].sort());
  });

  it('goes on telling the others when an observer throws', () => {
    const from = source(0);
    const live = from.live();
    live.subscribe((value) => {
      if (value === 1) throw new Error('mine');
    });
    const { heard } = hearing(live);
    from.put(1);
    expect(() => from.tell()).toThrow('mine');
    from.put(2);
    from.tell();
    expect(heard).toEqual([0, 1, 2]);
  });

  it('leaves nothing behind when the first call to an observer throws', () => {
    const from = source(0);
    const live = from.live();
    expect(() =>
      live.subscribe(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(from.listeners.size).toBe(0);
  });

  it('has no snapshot while reading throws, and the value again afterwards', () => {
    const from = source('a');
    const live = from.live();
    const { heard } = hearing(live);
    const error = new Error('unreadable');
    from.fail(error);
    from.tell();
    expect([live.getSnapshot(), live.getError()]).toEqual([undefined, error]);
    from.put('b');
    from.tell();
    expect([live.getSnapshot(), live.getError()]).toEqual(['b', null]);
    expect(heard).toEqual(['a', ['error', error], 'b']);
  });

  it('ends: everyone is told once, nothing is shown any more', () => {
    const from = source('a');
    const live = from.live();
    const { heard } = hearing(live);
    from.tell('end');
    from.put('b');
    from.tell();
    expect(heard).toEqual(['a', 'end']);
    expect(live.getSnapshot()).toBeUndefined();
    expect(hearing(live).heard).toEqual(['end']);
    expect(from.listeners.size).toBe(0);
  });

  it('is what observable libraries look for', () => {
    const live = source('a').live() as unknown as Record<PropertyKey, () => unknown>;
    const key = (Symbol as { readonly observable?: symbol }).observable ?? '@@observable';
    expect(live[key]?.()).toBe(live);
  });
});

describe('a live value in a loop', () => {
  it('gives the value now and the newest of those that follow; a slow reader misses some', async () => {
    const from = source(0);
    const iterator = from.live()[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 0 });
    for (const n of [1, 2, 3]) {
      from.put(n);
      from.tell();
    }
    expect(await iterator.next()).toEqual({ done: false, value: 3 });
    const waiting = iterator.next();
    from.put(4);
    from.tell();
    expect(await waiting).toEqual({ done: false, value: 4 });
  });

  it('gives nothing more once it is left, also to who was waiting', async () => {
    const from = source(0);
    const iterator = from.live()[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = [iterator.next(), iterator.next()];
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(from.listeners.size).toBe(0);
  });

  it('lets go of its source when the loop is left', async () => {
    const from = source(0);
    for await (const value of from.live()) {
      expect(value).toBe(0);
      expect(from.listeners.size).toBe(1);
      break;
    }
    expect(from.listeners.size).toBe(0);
  });

  it('throws what reading threw, then is over', async () => {
    const from = source(0);
    const iterator = from.live()[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    from.fail(new Error('unreadable'));
    from.tell();
    await expect(waiting).rejects.toThrow('unreadable');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(from.listeners.size).toBe(0);
  });

  it('throws an error that came while nobody was waiting, and not the value before it', async () => {
    const from = source(0);
    const iterator = from.live()[Symbol.asyncIterator]();
    from.fail(new Error('unreadable'));
    from.tell();
    await expect(iterator.next()).rejects.toThrow('unreadable');
  });

  it('goes on with the value that followed an error nobody waited for', async () => {
    const from = source(0);
    const iterator = from.live()[Symbol.asyncIterator]();
    from.fail(new Error('unreadable'));
    from.tell();
    from.put(2);
    from.tell();
    expect(await iterator.next()).toEqual({ done: false, value: 2 });
  });

  it('is over at the end, after the last value', async () => {
    const from = source(0);
    const values: number[] = [];
    const looping = (async () => {
      for await (const value of from.live()) {
        values.push(value);
        if (value === 0) {
          from.put(1);
          from.tell();
          from.tell('end');
        }
      }
    })();
    await looping;
    expect(values).toEqual([0, 1]);
  });
});
