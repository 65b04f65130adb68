import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import {
  boundedBytes,
  collectionBytes,
  decodeAs,
  digest,
  kemKeyBytes,
  personBytes,
  shortId,
  versioned,
  whole,
} from './shape.js';

const common = {
  ...versioned,
  person: personBytes,
  slot: shortId,
  created: whole,
  auth: z.nullable(digest),
  kem: kemKeyBytes,
};
const cost = z.strictObject({ memory: whole, passes: whole, salt: shortId });
const slotPublic = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.enum(['passphrase', 'phrase']), kdf: z.nullable(cost) }),
  z.strictObject({ ...common, kind: z.literal('passkey'), kdf: z.strictObject({ prf: digest }) }),
]);
const slot = z.tuple([boundedBytes(4096), boundedBytes(1024), boundedBytes(1024)]);
const personalRoot = z.strictObject({ root: digest, index: z.nullable(collectionBytes) });

/** The part of a slot that is in the clear, and bound into both of its seals. SPEC §9. */
export type SlotPublic = z.infer<typeof slotPublic>;
/** What the sealed personal root holds: the root and where the personal index is. */
export type PersonalRoot = z.infer<typeof personalRoot>;

/** A slot as stored: public bytes, sealed root seed, sealed personal root. */
export interface Slot {
  readonly publicBytes: Uint8Array;
  readonly sealedRootSeed: Uint8Array;
  readonly sealedPersonalRoot: Uint8Array;
}

export function encodeSlotPublic(value: SlotPublic): Uint8Array {
  return encode(value);
}

/** Decodes a slot's public part. Throws `format/malformed` or `format/unsupported`. */
export function decodeSlotPublic(bytes: Uint8Array): SlotPublic {
  return decodeAs(slotPublic, bytes, 4096);
}

export function encodeSlot(value: Slot): Uint8Array {
  return encode([value.publicBytes, value.sealedRootSeed, value.sealedPersonalRoot]);
}

/** Decodes a slot into its parts. Throws `format/malformed`. */
export function decodeSlot(bytes: Uint8Array): Slot {
  const [publicBytes, sealedRootSeed, sealedPersonalRoot] = decodeAs(slot, bytes, LIMITS.envelopeBytesMax);
  return { publicBytes, sealedRootSeed, sealedPersonalRoot };
}

export function encodePersonalRoot(value: PersonalRoot): Uint8Array {
  return encode(value);
}

export function decodePersonalRoot(bytes: Uint8Array): PersonalRoot {
  return decodeAs(personalRoot, bytes, 1024);
}
