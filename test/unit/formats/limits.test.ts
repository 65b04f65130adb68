import { expect, it } from 'vitest';
import { encode } from '../../../src/formats/codec.js';
import { decodeHead, encodeHead } from '../../../src/formats/head.js';
import { decodeSignedIdentityEntry } from '../../../src/formats/identity-entry.js';
import { LIMITS } from '../../../src/formats/limits.js';
import { decodeOp, decodeOpHeader, encodeOp, type OpHeader } from '../../../src/formats/op.js';
import { decodeRosterChange } from '../../../src/formats/roster.js';
import { decodeWrapped } from '../../../src/formats/wrapped.js';
import { codeOf } from '../../support/code-of.js';

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);
const header: OpHeader = {
  ...{
    v: 1,
    suite: 1,
    vault: bytes(16),
    collection: bytes(32),
    epoch: 1,
    person: bytes(32),
    device: bytes(32),
  },
  ...{
    incarnation: bytes(16),
    seq: 1,
    skips: [],
    closes: null,
    seen: null,
    time: 0,
    onBehalfOf: null,
    control: null,
  },
  ...{ blobs: { add: [], drop: [] }, changes: [] },
};
const verdict = (change: object) => codeOf(() => decodeOpHeader(encode({ ...header, ...change } as never)));
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

it('takes a header at its limits and none beyond', async () => {
  const member = [bytes(32), 'writer', 1, bytes(32)];
  const rotate = (count: number) => ({
    control: {
      type: 'rotate',
      commitment: bytes(32),
      notAfter: null,
      members: many(count, member),
      payloads: ['roster'],
    },
  });
  const pairs: [object, object][] = [
    [
      { changes: many(LIMITS.changesMax, [bytes(16), bytes(32), 1]) },
      { changes: many(LIMITS.changesMax + 1, [bytes(16), bytes(32), 1]) },
    ],
    [
      { blobs: { add: many(512, [bytes(16), 1]), drop: [] } },
      { blobs: { add: many(513, [bytes(16), 1]), drop: [] } },
    ],
    [{ blobs: { add: [], drop: many(512, bytes(16)) } }, { blobs: { add: [], drop: many(513, bytes(16)) } }],
    [{ skips: many(1024, 1) }, { skips: many(1025, 1) }],
    [rotate(LIMITS.membersMax), rotate(LIMITS.membersMax + 1)],
    [rotate(1), rotate(0)],
  ];
  for (const [within, beyond] of pairs) {
    expect.soft(await verdict(within)).toBe('ok');
    expect.soft(await verdict(beyond)).toBe('format/malformed');
  }
});

it('takes no last day that is no whole day, or before 1970', async () => {
  const roster = (notAfter: unknown) =>
    verdict({ control: { type: 'roster', notAfter, payloads: ['roster'] } });
  expect(await roster(86_400_000)).toBe('ok');
  expect(await roster(null)).toBe('ok');
  for (const wrong of [86_400_001, -86_400_000, 'tomorrow'])
    expect(await roster(wrong)).toBe('format/malformed');
});

it('looks at the size before anything else', async () => {
  const junk = bytes(LIMITS.opBytesMax + 1, 0xff);
  expect(await codeOf(() => decodeOp(junk))).toBe('format/too-large');
  expect(await codeOf(() => decodeOpHeader(junk.subarray(0, LIMITS.headerBytesMax + 1)))).toBe(
    'format/too-large',
  );
  expect(await codeOf(() => decodeSignedIdentityEntry(junk.subarray(0, 5000)))).toBe('format/too-large');
  expect(await codeOf(() => decodeWrapped(junk))).toBe('format/too-large');
  expect(await codeOf(() => decodeHead(junk.subarray(0, 257)))).toBe('format/too-large');
});

it('takes no body beyond its limit', async () => {
  const op = (length: number) =>
    encodeOp({ headerBytes: bytes(1), signature: bytes(64), bodies: [bytes(length)] });
  expect(await codeOf(() => decodeOp(op(LIMITS.bodyBytesMax)))).toBe('ok');
  expect(await codeOf(() => decodeOp(op(LIMITS.bodyBytesMax + 1)))).toBe('format/malformed');
});

it('takes no roster with more readers than there may be', async () => {
  const removal = (count: number) => encode({ add: [], remove: many(count, bytes(32)) });
  expect(await codeOf(() => decodeRosterChange(removal(LIMITS.readersMax)))).toBe('ok');
  expect(await codeOf(() => decodeRosterChange(removal(LIMITS.readersMax + 1)))).toBe('format/malformed');
});

it('gives a head back as it was', () => {
  const head = { collection: bytes(32), position: 7, hash: bytes(32, 2), time: 9 };
  expect(decodeHead(encodeHead(head))).toEqual(head);
});

it('R-SUITE-1 tells another version from a wrong shape', async () => {
  expect(await verdict({ v: 2 })).toBe('format/unsupported');
  expect(await verdict({ suite: 0, more: true })).toBe('format/unsupported');
  expect(await verdict({ more: true })).toBe('format/malformed');
});
