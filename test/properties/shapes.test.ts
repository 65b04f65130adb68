import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Encodable, encode } from '../../src/formats/codec.js';
import { LIMITS } from '../../src/formats/limits.js';
import { decodeOpHeader } from '../../src/formats/op.js';
import { decodeRecord } from '../../src/formats/record.js';
import {
  boundedBytes,
  boundedText,
  collectionBytes,
  decodeAs,
  deviceBytes,
  digest,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  whole,
} from '../../src/formats/shape.js';

// SPEC §7 and the `changes` of SPEC §6.1 as schemas: the yardstick of the checks that the sources do by hand.
const authored = z.tuple([vaultBytes, personBytes, deviceBytes, whole, signatureBytes]);
const link = z.tuple([vaultBytes, collectionBytes, shortId, shortId]);
const record = z.tuple([
  shortId,
  shortId,
  z.array(shortId).check(z.maxLength(16)),
  boundedText(64),
  whole,
  whole,
  z.nullable(authored),
  z.nullable(link),
  z.nullable(boundedBytes(LIMITS.bodyBytesMax)),
]);
const changes = z.array(z.tuple([shortId, digest, whole])).check(z.maxLength(LIMITS.changesMax));

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const number = fc.maxSafeNat();
const proof = fc.tuple(bytes(16), bytes(32), bytes(32), number, bytes(64));
const source = fc.tuple(bytes(16), bytes(32), bytes(16), bytes(16));
const validRecord: fc.Arbitrary<readonly Encodable[]> = fc.tuple(
  ...[
    bytes(16),
    bytes(16),
    fc.array(bytes(16), { maxLength: 16 }),
    fc.string({ maxLength: 64 }),
    number,
    number,
  ],
  ...[fc.option(proof), fc.option(source), fc.option(fc.uint8Array())],
);
const validChanges: fc.Arbitrary<readonly Encodable[]> = fc.array(fc.tuple(bytes(16), bytes(32), number), {
  maxLength: 5,
});
const anything: fc.Arbitrary<Encodable> = fc.oneof(
  fc.constantFrom<Encodable>(null, true, -1, 'x', [], {}, 'x'.repeat(64), 'x'.repeat(65)),
  fc.constantFrom(15, 16, 17, 31, 32, 33).map((length) => new Uint8Array(length)),
  fc.array(bytes(16), { minLength: 15, maxLength: 18 }),
);

/** A valid list, or one in which a part is replaced, missing or added; at the top or one level down. */
function spoilt(valid: fc.Arbitrary<readonly Encodable[]>): fc.Arbitrary<Encodable> {
  const how = fc.constantFrom('keep', 'replace', 'remove', 'add');
  return fc.tuple(valid, how, fc.nat(), fc.boolean(), anything).map(([list, change, at, below, other]) => {
    const spoil = (parts: readonly Encodable[]): Encodable[] => {
      const spoiled = [...parts];
      const place = at % Math.max(1, parts.length);
      const inside = parts[place];
      if (below && Array.isArray(inside)) spoiled[place] = spoilPart(inside);
      else if (change === 'replace') spoiled[place] = other;
      else if (change === 'remove') spoiled.splice(place, 1);
      else if (change === 'add') spoiled.splice(place, 0, other);
      return spoiled;
    };
    const spoilPart = (parts: readonly Encodable[]): Encodable[] =>
      change === 'remove' ? parts.slice(1) : change === 'keep' ? [...parts] : [...parts, other];
    return spoil(list);
  });
}

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

describe('checks done by hand accept what the schema accepts, and nothing else', () => {
  it('of a record', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(spoilt(validRecord), (value) => {
        const encoded = encode(value);
        const expected = accepts(() => decodeAs(record, encoded, LIMITS.bodyBytesMax));
        seen.add(expected);
        expect(accepts(() => decodeRecord(encoded))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).toEqual([false, true]);
  });

  it('of the changes in an op header', () => {
    const seen = new Set<boolean>();
    const header = {
      ...{
        v: 1,
        suite: 1,
        vault: new Uint8Array(16),
        collection: null,
        epoch: 1,
        person: new Uint8Array(32),
      },
      ...{
        device: new Uint8Array(32),
        incarnation: new Uint8Array(16),
        seq: 1,
        skips: [],
        closes: null,
        seen: null,
      },
      ...{ time: 1, onBehalfOf: null, control: null, blobs: { add: [], drop: [] } },
    };
    fc.assert(
      fc.property(spoilt(validChanges), (value) => {
        const expected = accepts(() => decodeAs(changes, encode(value), LIMITS.headerBytesMax));
        seen.add(expected);
        expect(accepts(() => decodeOpHeader(encode({ ...header, changes: value })))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).toEqual([false, true]);
  });

  it('and an op may carry as many changes as SPEC allows, not one more', () => {
    const change = [new Uint8Array(16), new Uint8Array(32), 1] as const;
    const headerWith = (count: number) =>
      encode({
        ...{
          v: 1,
          suite: 1,
          vault: new Uint8Array(16),
          collection: null,
          epoch: 1,
          person: new Uint8Array(32),
        },
        ...{
          device: new Uint8Array(32),
          incarnation: new Uint8Array(16),
          seq: 1,
          skips: [],
          closes: null,
          seen: null,
        },
        ...{
          time: 1,
          onBehalfOf: null,
          control: null,
          blobs: { add: [], drop: [] },
          changes: Array(count).fill(change),
        },
      });
    expect(accepts(() => decodeOpHeader(headerWith(LIMITS.changesMax)))).toBe(true);
    expect(accepts(() => decodeOpHeader(headerWith(LIMITS.changesMax + 1)))).toBe(false);
  });
});
