import { VaultError } from '../errors.js';

/**
 * Exact decimals, kept as text: `72.5`. Sealed records hold no fractions, and 72.1 in binary is not 72.1.
 *
 * At most nine digits before the point and six after it; no exponent, no sign but `-`, no zeros that say nothing.
 */
export type DecimalText = string;

const ENTERED = /^-?(0|[1-9]\d{0,8})(\.\d{1,6})?$/;

interface Scaled {
  readonly digits: bigint;
  /** How many of them are behind the point. */
  readonly scale: number;
}

/**
 * A number or a text as exact decimal.
 *
 * Throws `usage/invalid` for what is no finite decimal within the limits: 0.1 + 0.2 has seventeen digits and is refused.
 */
export function decimalOf(value: number | string, argument = 'value'): DecimalText {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !ENTERED.test(text)) throw new VaultError('usage/invalid', { argument });
  return print(scaledOf(text));
}

/** Whether a text is a decimal as `decimalOf` gives it. @internal */
export function isDecimal(text: unknown): text is DecimalText {
  return typeof text === 'string' && ENTERED.test(text) && print(scaledOf(text)) === text;
}

/** `value * factor + offset`, exactly. @internal */
export function scaleDecimal(
  value: DecimalText,
  factor: DecimalText,
  offset: DecimalText = '0',
): DecimalText {
  const [a, b] = [scaledOf(value), scaledOf(factor)];
  const product = { digits: a.digits * b.digits, scale: a.scale + b.scale };
  const [x, y] = aligned(product, scaledOf(offset));
  return print({ digits: x.digits + y.digits, scale: x.scale });
}

/** Below zero, zero or above it, as the first is less than, equal to or more than the second. @internal */
export function compareDecimals(first: DecimalText, second: DecimalText): number {
  const [a, b] = aligned(scaledOf(first), scaledOf(second));
  return a.digits < b.digits ? -1 : Number(a.digits > b.digits);
}

/** How many digits are behind the point. @internal */
export function placesOf(value: DecimalText): number {
  return scaledOf(value).scale;
}

/** A quotient of numbers that are not below zero, rounded half up to `places`. @internal */
export function divideDecimals(dividend: DecimalText, divisor: DecimalText, places: number): DecimalText {
  const [a, b] = aligned(scaledOf(dividend), scaledOf(divisor));
  if (a.digits < 0n || b.digits <= 0n) throw new VaultError('usage/invalid', { argument: 'divisor' });
  const twice = 2n * a.digits * 10n ** BigInt(places);
  return print({ digits: (twice + b.digits) / (2n * b.digits), scale: places });
}

function scaledOf(text: DecimalText): Scaled {
  const [units = '0', fraction = ''] = text.split('.');
  return { digits: BigInt(units + fraction), scale: fraction.length };
}

function aligned(a: Scaled, b: Scaled): readonly [Scaled, Scaled] {
  const scale = Math.max(a.scale, b.scale);
  const at = ({ digits, scale: own }: Scaled) => ({ digits: digits * 10n ** BigInt(scale - own), scale });
  return [at(a), at(b)];
}

function print({ digits, scale }: Scaled): DecimalText {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  const units = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  return sign + units + (fraction === '' ? '' : `.${fraction}`);
}
