import { decode as decodeCborg, encode as encodeCborg, rfc8949EncodeOptions } from 'cborg';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import { decode, type Encodable, encode } from '../../src/formats/codec.js';

const maxBytes = 1 << 20;

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.string({ unit: 'binary', maxLength: 80 }).filter((value) => value.isWellFormed()),
  fc.string({ unit: fc.constantFrom('é', 'a', '€', '😀', '\ufeff'), maxLength: 300 }),
);
const keyText = fc
  .oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 8 }))
  .filter((key) => key !== '__proto__' && new TextEncoder().encode(key).length <= 64);

const { value: anyValue } = fc.letrec<{ value: Encodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.integer({ min: -300, max: 70_000 }),
    fc.boolean(),
    fc.constant(null),
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(keyText, tie('value'), { maxKeys: 30, noNullPrototype: true }),
  ),
}));

it('encodes as cborg does, and decodes what it encoded', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encode(value);
      expect(bytes).toEqual(new Uint8Array(encodeCborg(value, rfc8949EncodeOptions)));
      const decoded = decode(bytes, { maxBytes });
      expect(decoded).toEqual(normal(value));
      expect(encode(decoded as Encodable)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

it('accepts no bytes but those that encode would write (R10), and never throws anything but VaultError', () => {
  fc.assert(
    fc.property(
      anyValue,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      fc.nat(4),
      (value, changes, cut) => {
        const bytes = encode(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        onlyCanonical(bytes.subarray(0, bytes.length - Math.min(cut, bytes.length)));
      },
    ),
    { numRuns: 5000 },
  );
});

it('accepts no other random bytes', () => {
  const cborLike = fc.array(
    fc.oneof(
      fc.constantFrom(0x60, 0x61, 0x62, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa2, 0xf4, 0xf6, 0x18, 0x19, 0x41),
      fc.nat(255),
    ),
    { maxLength: 24 },
  );
  fc.assert(
    fc.property(cborLike, (bytes) => onlyCanonical(Uint8Array.from(bytes))),
    { numRuns: 20_000 },
  );
});

/** Either refused as malformed, or the one encoding of what cborg reads there as well. */
function onlyCanonical(bytes: Uint8Array): void {
  let value: unknown;
  try {
    value = decode(bytes, { maxBytes });
  } catch (error) {
    if (!isVaultError(error, 'format/malformed')) throw error;
    return;
  }
  expect(encode(value as Encodable)).toEqual(new Uint8Array(bytes));
  // cborg drops a leading U+FEFF of some texts: no oracle for those.
  if (JSON.stringify(value).includes('\ufeff')) return;
  expect(decodeCborg(bytes, { strict: true, rejectDuplicateMapKeys: true })).toEqual(value);
}

/** -0 has the encoding of 0. */
function normal(value: Encodable): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, normal(inner)]));
}
