import { describe, expect, it } from 'vitest';
import { flattenLive } from '../../../src/live/flatten.js';
import type { Live } from '../../../src/live/live.js';
import { settable } from '../../support/settable-live.js';

describe('a changing list of live values, as one', () => {
  it('follows what is in the list, and lets go of what leaves it', () => {
    const [a, b, c] = [settable(1), settable(2), settable<number>()];
    const outer = settable<readonly Live<number>[]>([a.live, b.live]);
    const all = flattenLive(outer.live);
    const told: (readonly number[])[] = [];
    const stop = all.subscribe((value) => told.push(value));
    a.set(10);
    outer.set([a.live, c.live]);
    expect(b.watchers()).toBe(0);
    expect(all.getSnapshot()).toBeUndefined();
    c.set(3);
    b.set(99);
    outer.set([]);
    expect(told).toEqual([[1, 2], [10, 2], [10, 3], []]);
    expect([a.watchers(), c.watchers()]).toEqual([0, 0]);
    stop();
    expect(outer.watchers()).toBe(0);
  });

  it('is the same list while nothing in it changed', () => {
    const a = settable(1);
    const outer = settable<readonly Live<number>[]>([a.live]);
    const all = flattenLive(outer.live);
    const first = all.getSnapshot();
    outer.set([a.live]);
    expect(all.getSnapshot()).toBe(first);
  });

  it('has the error of one, and ends with the list', () => {
    const a = settable(1);
    const outer = settable<readonly Live<number>[]>([a.live]);
    const heard: unknown[] = [];
    flattenLive(outer.live).subscribe({
      next: (value) => heard.push(value),
      error: (error) => heard.push(error),
      complete: () => heard.push('end'),
    });
    a.fail('no');
    a.set(2);
    outer.end();
    expect(heard).toEqual([[1], 'no', [2], 'end']);
    expect(a.watchers()).toBe(0);
  });
});
