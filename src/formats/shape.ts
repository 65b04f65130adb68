import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { decode } from './codec.js';

/** Whether a value is a byte string of exactly this many bytes. */
export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

/** Whether a value is a whole number from zero to 2^53-1. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Whether a value is text of at most this many UTF-16 units. */
export function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length <= lengthMax;
}

/** Whether a value, as `decode` gives it, is a map with exactly this many fields. */
export function hasFields(value: unknown, count: number): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    Object.keys(value).length === count
  );
}

/** A byte string of exactly this many bytes. */
export const fixedBytes = (length: number) => z.custom<Uint8Array>((value) => isBytes(value, length));

/** A byte string of at most this many bytes. */
export const boundedBytes = (lengthMax: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= lengthMax);

/** A whole number from zero to 2^53-1. */
export const whole = z.custom<number>(isWhole);

/** Text of at most this many UTF-16 units. */
export const boundedText = (lengthMax: number) => z.string().check(z.maxLength(lengthMax));

export const personBytes = fixedBytes(32);
export const deviceBytes = fixedBytes(32);
export const vaultBytes = fixedBytes(16);
export const collectionBytes = fixedBytes(32);
export const shortId = fixedBytes(16);
export const digest = fixedBytes(32);
export const signatureBytes = fixedBytes(64);
export const kemKeyBytes = fixedBytes(1216);
export const encapsulationBytes = fixedBytes(1120);

/** The version and suite every structure starts with. */
export const versioned = { v: z.literal(1), suite: z.literal(1) } as const;

/**
 * Decodes bytes and checks their shape, once, at the border.
 *
 * Throws `format/unsupported` for another version or suite, `format/malformed` for anything else that is wrong
 * (R-CBOR-1, R-SUITE-1).
 */
export function decodeAs<T>(schema: z.ZodMiniType<T>, bytes: Uint8Array, bytesMax: number): T {
  const value = decode(bytes, { maxBytes: bytesMax });
  return checkShape(schema, value);
}

/** Checks the shape of something already decoded; throws as `decodeAs`. */
export function checkShape<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  if (isOtherVersion(value)) throw new VaultError('format/unsupported');
  const path = result.error.issues[0]?.path.join('.') ?? '';
  throw new VaultError('format/malformed', { at: path });
}

function isOtherVersion(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { v, suite } = value as { v?: unknown; suite?: unknown };
  return (v !== undefined && v !== 1) || (suite !== undefined && suite !== 1);
}
