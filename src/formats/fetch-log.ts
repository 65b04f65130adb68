import * as z from 'zod/mini';
import { hash } from '../crypto/hash.js';
import { encode } from './codec.js';
import {
  boundedBytes,
  collectionBytes,
  decodeAs,
  deviceBytes,
  digest,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  whole,
} from './shape.js';

/** An entry or a head takes less. */
export const FETCH_BYTES_MAX = 512;

const version = z.literal('coffret/v1');
const what = z.union([
  z.tuple([z.literal('ops'), collectionBytes, whole, whole]),
  z.tuple([z.literal('blob'), shortId]),
]);
const entry = z.tuple([version, vaultBytes, whole, personBytes, deviceBytes, what, whole]);
const head = z.tuple([version, vaultBytes, whole, digest, whole, digest, whole, whole]);

/** A head as the server signed it, byte for byte. */
export const signedFetchHeadShape = z.tuple([boundedBytes(FETCH_BYTES_MAX), signatureBytes]);
export type SignedFetchHead = readonly [headBytes: Uint8Array, signature: Uint8Array];

/** What was delivered: the ops of a log from one position to another, or bytes of a blob. */
export type Delivered = z.infer<typeof what>;

/** What the server says it delivered, to which device of whom, at which time of its clock. SPEC §15. */
export interface FetchEntry {
  readonly vault: Uint8Array;
  readonly position: number;
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly what: Delivered;
  readonly time: number;
}

/** What the server says its fetch log of a vault looks like. SPEC §15. */
export interface FetchHead {
  readonly vault: Uint8Array;
  readonly position: number;
  readonly hash: Uint8Array;
  /** Up to here the entries are gone. */
  readonly cut: number;
  readonly cutHash: Uint8Array;
  /** From this time on nothing is missing, the server says. */
  readonly since: number;
  readonly time: number;
}

/** The running hash before the first entry. */
export const NO_FETCHES: Uint8Array = /* @__PURE__ */ new Uint8Array(32);

/** The running hash after an entry. */
export function nextFetchHash(before: Uint8Array, entryBytes: Uint8Array): Uint8Array {
  return hash('fetch', before, entryBytes);
}

export function encodeDelivered(value: Delivered): Uint8Array {
  return encode(value);
}

export function encodeFetchEntry(value: FetchEntry): Uint8Array {
  const { vault, position, person, device, what, time } = value;
  return encode(['coffret/v1', vault, position, person, device, what, time]);
}

/** Decodes an entry. Throws `format/malformed`. */
export function decodeFetchEntry(bytes: Uint8Array): FetchEntry {
  const [, vault, position, person, device, what, time] = decodeAs(entry, bytes, FETCH_BYTES_MAX);
  return { vault, position, person, device, what, time };
}

export function encodeFetchHead(value: FetchHead): Uint8Array {
  const { vault, position, hash, cut, cutHash, since, time } = value;
  return encode(['coffret/v1', vault, position, hash, cut, cutHash, since, time]);
}

/** Decodes head bytes, without checking a signature. Throws `format/malformed`. */
export function decodeFetchHead(bytes: Uint8Array): FetchHead {
  const [, vault, position, hash, cut, cutHash, since, time] = decodeAs(head, bytes, FETCH_BYTES_MAX);
  return { vault, position, hash, cut, cutHash, since, time };
}
