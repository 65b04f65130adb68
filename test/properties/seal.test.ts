import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { paddedLength } from '../../src/crypto/padding.js';
import { systemRandom } from '../../src/crypto/random.js';
import { loadSodium } from '../../src/crypto/sodium.js';
import { openData, sealData } from '../../src/envelope/data.js';
import { isVaultError } from '../../src/errors.js';
import type { Binding, SealType } from '../../src/formats/sealed.js';
import { secretOf } from '../support/people.js';

const TYPES: SealType[] = [
  'record',
  'previous-key',
  'roster',
  'grant',
  'deposit',
  'receipt',
  'slot-root',
  'slot-personal-root',
  'local',
];
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = bytes(32).map((value) => secretOf('collection-key', value));
const binding: fc.Arbitrary<Binding> = fc.record({
  type: fc.constantFrom(...TYPES),
  vault: fc.option(bytes(16)),
  collection: fc.option(bytes(32)),
  epoch: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  person: fc.option(bytes(32)),
  device: fc.option(bytes(32)),
  object: fc.oneof(bytes(16), bytes(32)),
});
const content = fc.uint8Array({ maxLength: 3000 });

beforeAll(loadSodium);

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (error) {
    return isVaultError(error) ? error.code : String(error);
  }
}

it('opening inverts sealing, and the size tells the class alone', () => {
  fc.assert(
    fc.property(key, binding, content, (by, at, plaintext) => {
      const sealed = sealData(by, at, plaintext, systemRandom);
      expect(openData(by, at, sealed)).toEqual(plaintext);
      expect(sealed.length).toBe(73 + paddedLength(plaintext.length));
    }),
  );
});

it('R-SEAL-3 opens under its own binding only', () => {
  fc.assert(
    fc.property(key, binding, binding, content, (by, at, other, plaintext) => {
      fc.pre(fc.stringify(at) !== fc.stringify(other));
      expect(codeOf(() => openData(by, other, sealData(by, at, plaintext, systemRandom)))).toBe(
        'integrity/open-failed',
      );
    }),
  );
});

it('R-SEAL-3 never opens after any change of its bytes (A05)', () => {
  fc.assert(
    fc.property(
      key,
      binding,
      content,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (by, at, plaintext, place, mask) => {
        const sealed = sealData(by, at, plaintext, systemRandom);
        const index = place % sealed.length;
        sealed[index] = (sealed[index] as number) ^ mask;
        expect(codeOf(() => openData(by, at, sealed))).toBe(
          index === 0 ? 'format/unsupported' : 'integrity/open-failed',
        );
      },
    ),
  );
});

it('throws nothing but a typed error, whatever the bytes', () => {
  const codes = ['format/unsupported', 'format/malformed', 'integrity/open-failed'];
  fc.assert(
    fc.property(key, binding, fc.uint8Array({ maxLength: 600 }), fc.boolean(), (by, at, junk, suite) => {
      if (suite && junk.length > 0) junk[0] = 1;
      expect(codes).toContain(codeOf(() => openData(by, at, junk)));
    }),
  );
});
