import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pad, paddedLength, unpad } from '../../src/crypto/padding.js';

const content = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc.array(fc.constantFrom(0, 0x80), { maxLength: 600 }).map((bytes) => Uint8Array.from(bytes)),
);

it('unpad inverts pad, also for content that looks like padding', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      const padded = pad(bytes);
      expect(padded).toHaveLength(paddedLength(bytes.length));
      expect(unpad(padded)).toEqual(bytes);
    }),
  );
});

it('accepts one padding only: what unpads was made by pad', () => {
  fc.assert(
    fc.property(content, fc.constantFrom(256, 512, 1024, 1000), (bytes, length) => {
      const padded = new Uint8Array(length);
      padded.set(bytes.subarray(0, length));
      const found = unpad(padded);
      if (found !== null) expect(pad(found)).toEqual(padded);
    }),
  );
});

it('never shrinks as the content grows, and a class is its own fixed point', () => {
  fc.assert(
    fc.property(
      fc.nat(2 ** 31 - 1),
      fc.maxSafeInteger().map((n) => Math.abs(n) % 2 ** 40),
      (step, n) => {
        expect(paddedLength(n + (step % 5000))).toBeGreaterThanOrEqual(paddedLength(n));
        expect(paddedLength(paddedLength(n) - 1)).toBe(paddedLength(n));
      },
    ),
  );
});
