import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { decode, encode } from './codec.js';
import { signedHeadShape } from './head.js';
import { LIMITS } from './limits.js';
import {
  checkShape,
  collectionBytes,
  decodeAs,
  deviceBytes,
  digest,
  isBytes,
  isWhole,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  versioned,
  whole,
} from './shape.js';

const member = z.tuple([personBytes, z.enum(['owner', 'writer']), whole, digest]);
const members = z.array(member).check(z.minLength(1), z.maxLength(LIMITS.membersMax));
type Payload = 'roster' | 'previous-key';
/** The meaning of an op's first changes: one of these lists, no other. SPEC §6.2. */
const payloads = (...lists: readonly (readonly Payload[])[]) =>
  z.custom<Payload[]>(
    (value) =>
      Array.isArray(value) &&
      lists.some((list) => list.join() === value.join() && list.length === value.length),
  );
const notAfter = z.nullable(
  z.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) % 86_400_000 === 0,
  ),
);

const control = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('found'),
    nonce: shortId,
    server: digest,
    commitment: digest,
    notAfter,
    members,
    payloads: payloads([], ['roster']),
  }),
  z.strictObject({
    type: z.literal('rotate'),
    commitment: digest,
    notAfter,
    members,
    payloads: payloads(['roster'], ['roster', 'previous-key']),
  }),
  z.strictObject({ type: z.literal('roster'), notAfter, payloads: payloads(['roster']) }),
  z.strictObject({ type: z.literal('admit'), member }),
  z.strictObject({ type: z.literal('head'), member }),
  z.strictObject({
    type: z.literal('prune'),
    changes: z.array(shortId).check(z.maxLength(LIMITS.changesMax)),
  }),
]);

type Change = [change: Uint8Array, payloadHash: Uint8Array, length: number];

// Checked by hand: a log has one for every record, and a schema takes ten times as long.
const changes = z.custom<Change[]>(
  (value) => Array.isArray(value) && value.length <= LIMITS.changesMax && value.every(isChange),
);

function isChange(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    isBytes(value[0], 16) &&
    isBytes(value[1], 32) &&
    isWhole(value[2])
  );
}

const header = z.strictObject({
  ...versioned,
  vault: vaultBytes,
  collection: z.nullable(collectionBytes),
  epoch: whole,
  person: personBytes,
  device: deviceBytes,
  incarnation: shortId,
  seq: whole,
  skips: z.array(whole).check(z.maxLength(1024)),
  closes: z.nullable(z.tuple([shortId, whole])),
  seen: z.nullable(signedHeadShape),
  time: whole,
  onBehalfOf: z.nullable(personBytes),
  control: z.nullable(control),
  blobs: z.strictObject({
    add: z.array(z.tuple([shortId, whole])).check(z.maxLength(LIMITS.blobsPerOpMax)),
    drop: z.array(shortId).check(z.maxLength(LIMITS.blobsPerOpMax)),
  }),
  changes,
});

/** A named owner or writer and the identity head in force. SPEC §6.2. */
export type Member = z.infer<typeof member>;
/** An access change, or `null` for an op that only carries records. */
export type Control = z.infer<typeof control>;
/** What an op signs. SPEC §6.1. */
export type OpHeader = z.infer<typeof header>;

/** An op as stored and sent; a body is `null` once it has been pruned. */
export interface Op {
  readonly headerBytes: Uint8Array;
  readonly signature: Uint8Array;
  readonly bodies: readonly (Uint8Array | null)[];
}

export function encodeOpHeader(value: OpHeader): Uint8Array {
  return encode(value);
}

/** Decodes header bytes. Throws `format/malformed` or `format/unsupported`. */
export function decodeOpHeader(bytes: Uint8Array): OpHeader {
  return decodeAs(header, bytes, LIMITS.headerBytesMax);
}

export function encodeOp(value: Op): Uint8Array {
  return encode([value.headerBytes, value.signature, value.bodies as (Uint8Array | null)[]]);
}

const op = z.tuple([
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  signatureBytes,
  z.array(
    z.nullable(
      z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= LIMITS.bodyBytesMax),
    ),
  ),
]);

/**
 * Decodes an op into its parts, without checking any of them; they are views on `bytes`, since most of an op is bodies.
 *
 * Throws `format/malformed` or `format/too-large`.
 */
export function decodeOp(bytes: Uint8Array): Op {
  if (bytes.length > LIMITS.opBytesMax) throw new VaultError('format/too-large', { bytes: bytes.length });
  const [headerBytes, signature, bodies] = checkShape(
    op,
    decode(bytes, { maxBytes: LIMITS.opBytesMax, asViews: true }),
  );
  return { headerBytes, signature, bodies };
}
