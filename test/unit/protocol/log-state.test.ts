import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeLogState, encodeLogState, type LogState } from '../../../src/protocol/log-state.js';
import { codeOf } from '../../support/code-of.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
// Maps decode to plain objects.
const plain = { noNullPrototype: true } as const;
const state: fc.Arbitrary<LogState> = fc.record(
  {
    vault: bytes(16),
    collection: bytes(32),
    nonce: bytes(16),
    server: bytes(32),
    position: whole,
    hash: bytes(32),
    epoch: whole,
    commitments: fc.array(bytes(32), { maxLength: 4 }),
    notAfter: fc.option(whole),
    members: fc.array(
      fc.record(
        {
          person: bytes(32),
          role: fc.constantFrom('owner' as const, 'writer' as const),
          length: whole,
          hash: bytes(32),
        },
        plain,
      ),
      { maxLength: 4 },
    ),
    lines: fc.array(fc.record({ device: bytes(32), incarnation: bytes(16), seq: whole }, plain), {
      maxLength: 4,
    }),
  },
  plain,
);

it('comes back from its encoding as it was, whatever it holds', () => {
  fc.assert(
    fc.property(state, (value) => {
      expect(decodeLogState(encodeLogState(value))).toEqual(value);
    }),
  );
});

it('R-CBOR-1 refuses bytes that are no state', async () => {
  const [value] = fc.sample(state, { numRuns: 1, seed: 1 }) as [LogState];
  const encoded = encodeLogState(value);
  expect(await codeOf(() => decodeLogState(encoded.subarray(1)))).toBe('format/malformed');
  expect(await codeOf(() => decodeLogState(encodeLogState({ ...value, vault: new Uint8Array(15) })))).toBe(
    'format/malformed',
  );
});
