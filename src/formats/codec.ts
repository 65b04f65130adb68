import { VaultError } from '../errors.js';
import { CborReader } from './cbor-reader.js';
import { CborWriter } from './cbor-writer.js';

/** What the codec can write. Whole numbers stay within ±(2⁵³-1), keys within 64 bytes, nesting within 16 levels. */
export type Encodable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Encodable[]
  | { readonly [key: string]: Encodable };

/** How deep arrays and maps may nest unless a format says less. */
export const CODEC_DEPTH_MAX = 16;

/**
 * Encodes a value as deterministic CBOR (RFC 8949 §4.2.1), in the subset of SPEC §1.2.
 *
 * One value has one encoding: what `encode` writes is all that `decode` accepts. Throws `usage/invalid` for anything
 * outside the subset: fractions, `undefined`, text with lone surrogates, class instances, too deep a nesting.
 */
export function encode(value: Encodable): Uint8Array {
  const writer = new CborWriter(CODEC_DEPTH_MAX);
  writer.value(value, 0);
  return writer.finish();
}

/**
 * Decodes bytes that `encode` could have written, and nothing else.
 *
 * Floats, tags, `undefined`, indefinite lengths, numbers and lengths not in their shortest form, keys that are unsorted,
 * repeated, not text, over 64 bytes or `__proto__`, invalid UTF-8 and trailing bytes are refused. Lengths are checked
 * against what is left before anything is allocated. Maps become plain objects, byte strings are copies unless they are
 * asked for `asViews` on `bytes`, which must then stay as they are. Throws `format/too-large` above `maxBytes`, else `format/malformed` with the offset; `usage/invalid` if `bytes` are no bytes.
 */
export function decode(
  bytes: Uint8Array,
  limits: { readonly maxBytes: number; readonly depthMax?: number; readonly asViews?: true },
): unknown {
  if (!(bytes instanceof Uint8Array)) throw new VaultError('usage/invalid', { argument: 'bytes' });
  const depthMax = limits.depthMax ?? CODEC_DEPTH_MAX;
  if (!Number.isSafeInteger(limits.maxBytes) || !(depthMax >= 0 && depthMax <= CODEC_DEPTH_MAX)) {
    throw new VaultError('usage/invalid', { argument: 'limits' });
  }
  if (bytes.length > limits.maxBytes) throw new VaultError('format/too-large', { bytes: bytes.length });
  const reader = new CborReader(bytes, depthMax, limits.asViews ?? false);
  const value = reader.value(0);
  reader.end();
  return value;
}
