import { describe, expect, it } from 'vitest';
import { Kept } from '../../../src/live/kept.js';

describe('kept values', () => {
  it('are the objects of last time where they say the same', () => {
    const kept = new Kept<{ readonly id: string; readonly of: readonly string[] }>();
    const before = kept.all([
      { id: 'a', of: ['x'] },
      { id: 'b', of: [] },
    ]);
    const after = kept.all([
      { id: 'b', of: [] },
      { id: 'a', of: ['x', 'y'] },
    ]);
    expect(after[0]).toBe(before[1]);
    expect(after[1]).not.toBe(before[0]);
    expect(after).toEqual([
      { id: 'b', of: [] },
      { id: 'a', of: ['x', 'y'] },
    ]);
  });

  it('are frozen, for they are shared', () => {
    const [value] = new Kept<{ readonly of: string[] }>().all([{ of: ['x'] }]);
    expect(() => value?.of.push('y')).toThrow(TypeError);
  });

  it('are forgotten when they are not given again', () => {
    const kept = new Kept<object>();
    const before = kept.one({ a: 1 });
    kept.one({ a: 2 });
    expect(kept.one({ a: 1 })).not.toBe(before);
  });
});
