import { type DecimalText, divideDecimals, scaleDecimal } from './decimal.js';

/**
 * The body mass index in kg/m², rounded half up to one digit; null when it cannot be computed.
 *
 * Weight in kilograms, height in centimetres. It is never kept: it would go on saying what a corrected weight no longer
 * does.
 */
export function bodyMassIndex(weight: DecimalText | null, height: DecimalText | null): DecimalText | null {
  if (weight === null || height === null) return null;
  return divideDecimals(scaleDecimal(weight, '10000'), scaleDecimal(height, height), 1);
}

/**
 * The height that goes with a weight: the one measured last, not after the day of the weight; when there is none, the
 * first one after it; null when there is none at all.
 *
 * Both by UTC day. `heights` come in the order of time, `at` is `YYYY-MM-DD` or longer.
 */
export function heightFor<T extends { readonly at: string }>(at: string, heights: readonly T[]): T | null {
  const day = at.slice(0, 10);
  return heights.findLast((height) => height.at.slice(0, 10) <= day) ?? heights[0] ?? null;
}
