import * as z from 'zod/mini';
import { encode } from '../formats/codec.js';
import {
  decodeAs,
  collectionBytes,
  digest,
  personBytes,
  deviceBytes,
  shortId,
  vaultBytes,
  whole,
} from '../formats/shape.js';

const member = z.strictObject({
  person: personBytes,
  role: z.enum(['owner', 'writer']),
  length: whole,
  hash: digest,
});
const line = z.strictObject({ device: deviceBytes, incarnation: shortId, seq: whole });

const logState = z.strictObject({
  vault: vaultBytes,
  collection: collectionBytes,
  nonce: shortId,
  server: digest,
  position: whole,
  hash: digest,
  epoch: whole,
  /** The key commitment of epoch n at index n - 1. */
  commitments: z.array(digest),
  notAfter: z.nullable(z.number()),
  members: z.array(member),
  lines: z.array(line),
});

/**
 * All that the public part of a collection log has established at one position; no secret is in it.
 *
 * Client and server compute it by the same rules (`applyHeader`), so they cannot disagree.
 */
export type LogState = z.infer<typeof logState>;
export type LogMember = LogState['members'][number];

/** Encodes a state for the local store or the server's database. */
export function encodeLogState(state: LogState): Uint8Array {
  return encode(state);
}

/** Decodes a stored state. Throws `format/malformed`. */
export function decodeLogState(bytes: Uint8Array): LogState {
  return decodeAs(logState, bytes, 16 * 1024 * 1024);
}
