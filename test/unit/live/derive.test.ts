import { describe, expect, it } from 'vitest';
import { deriveLive } from '../../../src/live/derive.js';
import { settable } from '../../support/settable-live.js';

describe('a live value computed from others', () => {
  it('has a value once each of them has, and follows both', () => {
    const a = settable<number>(1);
    const b = settable<number>();
    const sum = deriveLive([a.live, b.live], (x, y) => x + y);
    const told: number[] = [];
    const stop = sum.subscribe((value) => told.push(value));
    expect([sum.getSnapshot(), told]).toEqual([undefined, []]);
    b.set(2);
    a.set(10);
    expect([sum.getSnapshot(), told]).toEqual([12, [3, 12]]);
    stop();
    expect([a.watchers(), b.watchers()]).toEqual([0, 0]);
    b.set(5);
    expect(sum.getSnapshot()).toBe(15);
  });

  it('computes only when one of them changed, and keeps a result that is the same', () => {
    const a = settable(1);
    let calls = 0;
    const parity = deriveLive(
      [a.live],
      (x) => {
        calls++;
        return [x % 2];
      },
      ([before], [after]) => before === after,
    );
    const first = parity.getSnapshot();
    expect([parity.getSnapshot() === first, calls]).toEqual([true, 1]);
    a.set(3);
    expect([parity.getSnapshot() === first, calls]).toEqual([true, 2]);
    a.set(4);
    expect(parity.getSnapshot()).toEqual([0]);
  });

  it('has the error of one as its own, until that is over, and their end', () => {
    const a = settable(1);
    const b = settable(2);
    const sum = deriveLive([a.live, b.live], (x, y) => x + y);
    const heard: unknown[] = [];
    sum.subscribe({
      next: (value) => heard.push(value),
      error: (error) => heard.push(error),
      complete: () => heard.push('end'),
    });
    const failure = new Error('no');
    a.fail(failure);
    expect(sum.getError()).toBe(failure);
    a.set(5);
    b.end();
    expect(heard).toEqual([3, failure, 7, 'end']);
    expect(sum.getSnapshot()).toBeUndefined();
  });
});
