import { describe, expect, it } from 'vitest';
import {
  compareDecimals,
  decimalOf,
  divideDecimals,
  isDecimal,
  scaleDecimal,
} from '../../../src/profile/decimal.js';

describe('a decimal', () => {
  it.each([
    [72.5, '72.5'],
    ['72.50', '72.5'],
    [0, '0'],
    [-0, '0'],
    ['-0.0', '0'],
    ['-0.5', '-0.5'],
    [-12.25, '-12.25'],
    ['999999999.999999', '999999999.999999'],
  ])('%j is kept as %s', (given, kept) => {
    expect(decimalOf(given)).toBe(kept);
    expect(isDecimal(kept)).toBe(true);
  });

  it.each([
    ...[Number.NaN, Number.POSITIVE_INFINITY, 1e21, 1e-7, 0.1 + 0.2],
    ...['', ' 1', '1.', '.5', '01', '1,5', '+1', '1e3', '0x10', '1.1234567', '1234567890', null, 5n],
  ])('%s is refused', (given) => {
    expect(() => decimalOf(given as string)).toThrow('usage/invalid');
    expect(isDecimal(given)).toBe(false);
  });

  it('is not kept with zeros that say nothing', () => {
    expect(['72.50', '-0', '1.0'].map(isDecimal)).toEqual([false, false, false]);
  });

  it('is scaled, compared and divided exactly', () => {
    expect(scaleDecimal('150', '0.45359237')).toBe('68.0388555');
    expect(scaleDecimal('53', '0.09148', '2.152')).toBe('7.00044');
    expect(scaleDecimal('-1.5', '10')).toBe('-15');
    expect([
      compareDecimals('1.10', '1.1'),
      compareDecimals('-2', '1'),
      compareDecimals('10', '9.999'),
    ]).toEqual([0, -1, 1]);
    expect(divideDecimals('1', '3', 4)).toBe('0.3333');
    expect([divideDecimals('0.5', '1', 0), divideDecimals('1.49', '1', 0)]).toEqual(['1', '1']);
    expect(() => divideDecimals('1', '0', 1)).toThrow('usage/invalid');
  });
});
