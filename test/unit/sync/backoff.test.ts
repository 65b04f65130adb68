import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, PAUSE_MS_MAX, PAUSE_MS_MIN, randomFraction } from '../../../src/sync/backoff.js';

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('stays within its bounds and never falls below what the server asked for', () => {
    fc.assert(
      fc.property(fc.nat(2000), fraction, fc.nat(10_000_000), (failures, drawn, askedMs) => {
        const ms = backoffMs(failures, drawn, askedMs);
        expect(ms).toBeGreaterThanOrEqual(Math.max(PAUSE_MS_MIN, askedMs));
        expect(ms).toBeLessThanOrEqual(Math.max(PAUSE_MS_MAX, askedMs));
      }),
    );
    expect(backoffMs(1, 0)).toBe(PAUSE_MS_MIN);
  });

  it('doubles with each failure, until it is a minute', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => backoffMs(failures, 0.999_999));
    expect(ceilings).toEqual([999, 1999, 3999, 7999, 15_999, 31_999, 59_999, 59_999]);
  });

  it('draws fractions from the whole of [0, 1)', () => {
    expect(randomFraction(() => Uint8Array.of(0, 0, 0, 0))).toBe(0);
    expect(randomFraction(() => Uint8Array.of(128, 0, 0, 0))).toBe(0.5);
    expect(randomFraction(() => Uint8Array.of(255, 255, 255, 255))).toBeLessThan(1);
  });
});
