import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import { boundedText, decodeAs, personBytes, shortId, whole } from './shape.js';

const reader = z.strictObject({
  grant: shortId,
  person: personBytes,
  role: z.enum(['reader', 'contributor']),
  purpose: boundedText(64),
  expires: z.nullable(whole),
  history: z.boolean(),
  time: whole,
  item: z.nullable(shortId),
});
const rosterChange = z.strictObject({
  add: z.array(reader).check(z.maxLength(LIMITS.readersMax)),
  remove: z.array(personBytes).check(z.maxLength(LIMITS.readersMax)),
});

/** One person who may read, and on what terms. Only owners can open rosters. SPEC §6.5. */
export type RosterReader = z.infer<typeof reader>;
/** What a `roster` payload changes. */
export type RosterChange = z.infer<typeof rosterChange>;

export function encodeRosterChange(value: RosterChange): Uint8Array {
  return encode(value);
}

/** Decodes a roster payload. Throws `format/malformed`. */
export function decodeRosterChange(bytes: Uint8Array): RosterChange {
  return decodeAs(rosterChange, bytes, LIMITS.bodyBytesMax);
}
