import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isVaultError } from '../../src/errors.js';
import { decodeContactCard, decodeVaultCard, parseCard } from '../../src/formats/card.js';
import { encode } from '../../src/formats/codec.js';
import {
  decodeDepositBody,
  decodeDepositHeader,
  decodeSignedDepositReceipt,
} from '../../src/formats/deposit.js';
import {
  decodeConsentReceipt,
  decodeGrantBody,
  decodeGrantHeader,
  decodeGrantTerms,
} from '../../src/formats/grant.js';
import { decodeHead } from '../../src/formats/head.js';
import { decodeIdentityEntry, decodeSignedIdentityEntry } from '../../src/formats/identity-entry.js';
import { decodeMessageHeader } from '../../src/formats/message.js';
import { decodeOp, decodeOpHeader, encodeOpHeader, type OpHeader } from '../../src/formats/op.js';
import { decodeRecord, encodeRecord, type RecordEnvelope } from '../../src/formats/record.js';
import { decodeRosterChange, encodeRosterChange, type RosterChange } from '../../src/formats/roster.js';
import { decodeKeptPasskey } from '../../src/formats/passkey.js';
import { decodeRemembered } from '../../src/formats/remembered.js';
import { decodePersonalRoot, decodeSlot, decodeSlotPublic } from '../../src/formats/slot.js';
import { decodeWrapped } from '../../src/formats/wrapped.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const whole = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const plain = { noNullPrototype: true } as const;
const text = (maxLength: number) =>
  fc
    .string({ maxLength: maxLength / 2, unit: 'grapheme' })
    .filter((value) => value.length <= maxLength && value.isWellFormed());

const record: fc.Arbitrary<RecordEnvelope> = fc.record(
  {
    item: bytes(16),
    change: bytes(16),
    base: fc.array(bytes(16), { maxLength: 16 }),
    kind: text(64),
    schema: whole,
    time: whole,
    authored: fc.option(fc.tuple(bytes(16), bytes(32), bytes(32), whole, bytes(64))),
    link: fc.option(fc.tuple(bytes(16), bytes(32), bytes(16), bytes(16))),
    body: fc.option(fc.uint8Array({ maxLength: 200 })),
  },
  plain,
);
const roster: fc.Arbitrary<RosterChange> = fc.record(
  {
    add: fc.array(
      fc.record(
        {
          ...{
            grant: bytes(16),
            person: bytes(32),
            role: fc.constantFrom('reader' as const, 'contributor' as const),
            purpose: text(64),
          },
          ...{ expires: fc.option(whole), history: fc.boolean(), time: whole, item: fc.option(bytes(16)) },
        },
        plain,
      ),
      { maxLength: 3 },
    ),
    remove: fc.array(bytes(32), { maxLength: 3 }),
  },
  plain,
);
const member = fc.tuple(bytes(32), fc.constantFrom('owner' as const, 'writer' as const), whole, bytes(32));
const control: fc.Arbitrary<OpHeader['control']> = fc.oneof(
  fc.constant(null),
  fc.record({ type: fc.constantFrom('admit' as const, 'head' as const), member }, plain),
  fc.record({ type: fc.constant('prune' as const), changes: fc.array(bytes(16), { maxLength: 3 }) }, plain),
);
const header: fc.Arbitrary<OpHeader> = fc.record(
  {
    ...{
      v: fc.constant(1 as const),
      suite: fc.constant(1 as const),
      vault: bytes(16),
      collection: fc.option(bytes(32)),
      epoch: whole,
    },
    ...{
      person: bytes(32),
      device: bytes(32),
      incarnation: bytes(16),
      seq: whole,
      skips: fc.array(whole, { maxLength: 3 }),
    },
    ...{
      closes: fc.option(fc.tuple(bytes(16), whole)),
      seen: fc.option(fc.tuple(fc.uint8Array({ maxLength: 256 }), bytes(64))),
    },
    ...{ time: whole, onBehalfOf: fc.option(bytes(32)), control },
    blobs: fc.record(
      {
        add: fc.array(fc.tuple(bytes(16), whole), { maxLength: 2 }),
        drop: fc.array(bytes(16), { maxLength: 2 }),
      },
      plain,
    ),
    changes: fc.array(fc.tuple(bytes(16), bytes(32), whole), { maxLength: 3 }),
  },
  plain,
);

it('records, rosters and op headers come back from their bytes, which are the only ones', () => {
  const sameBack = <T>(
    arbitrary: fc.Arbitrary<T>,
    encodeIt: (value: T) => Uint8Array,
    decodeIt: (value: Uint8Array) => T,
  ) =>
    fc.assert(
      fc.property(arbitrary, (value) => {
        const encoded = encodeIt(value);
        expect(decodeIt(encoded)).toEqual(value);
        expect(encodeIt(decodeIt(encoded))).toEqual(encoded);
      }),
    );
  sameBack(record, encodeRecord, decodeRecord);
  sameBack(roster, encodeRosterChange, decodeRosterChange);
  sameBack(header, encodeOpHeader, decodeOpHeader);
});

const decoders: Record<string, (value: Uint8Array) => unknown> = {
  ...{
    decodeContactCard,
    decodeVaultCard,
    decodeDepositBody,
    decodeDepositHeader,
    decodeSignedDepositReceipt,
    decodeConsentReceipt,
  },
  ...{
    decodeGrantBody,
    decodeGrantHeader,
    decodeGrantTerms,
    decodeHead,
    decodeIdentityEntry,
    decodeSignedIdentityEntry,
  },
  ...{
    decodeMessageHeader,
    decodeOp,
    decodeOpHeader,
    decodeRecord,
    decodeRosterChange,
    decodePersonalRoot,
    decodeSlot,
  },
  ...{ decodeKeptPasskey, decodeRemembered, decodeSlotPublic, decodeWrapped },
};

it.each(Object.entries(decoders))(
  'R-CBOR-1 %s throws typed errors alone, whatever it is given',
  (_, decodeIt) => {
    const refuses = (value: Uint8Array) => {
      try {
        decodeIt(value);
      } catch (error) {
        expect(isVaultError(error) && error.code.startsWith('format/')).toBe(true);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), refuses));
    const anything = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        whole,
        fc.string({ maxLength: 5 }),
        fc.uint8Array({ maxLength: 40 }),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('value'), { maxLength: 11 }),
      map: fc.dictionary(
        fc.constantFrom('v', 'suite', 'type', 'index', 'person', 'time', 'control'),
        tie('value'),
        plain,
      ),
    })).value as fc.Arbitrary<never>;
    fc.assert(fc.property(anything, (value) => refuses(encode(value))));
  },
);

it('R-CBOR-1 a record with any byte changed is refused or is another record', () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, mask) => {
      const encoded = encodeRecord(value);
      const at = place % encoded.length;
      const changed = encoded.with(at, (encoded[at] as number) ^ mask);
      let again: Uint8Array | null = null;
      try {
        again = encodeRecord(decodeRecord(changed));
      } catch (error) {
        expect(isVaultError(error)).toBe(true);
      }
      if (again !== null) expect(again).toEqual(changed);
    }),
  );
});

it('the text of a card throws typed errors alone, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.boolean(), (value, prefixed) => {
      try {
        parseCard('contact', prefixed ? `coffret:contact:${value}` : value);
      } catch (error) {
        expect(isVaultError(error) && error.code.startsWith('format/')).toBe(true);
      }
    }),
  );
});
