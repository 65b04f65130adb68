import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { decode, encode } from './codec.js';
import { LIMITS } from './limits.js';
import {
  boundedBytes,
  checkShape,
  decodeAs,
  deviceBytes,
  digest,
  kemKeyBytes,
  personBytes,
  shortId,
  signatureBytes,
  versioned,
  whole,
} from './shape.js';

const found = z.strictObject({
  ...versioned,
  type: z.literal('found'),
  index: z.literal(0),
  person: z.null(),
  previous: z.null(),
  time: whole,
  nonce: shortId,
  root: digest,
  device: deviceBytes,
  kemEpoch: z.literal(1),
  kem: kemKeyBytes,
});

const deviceAdd = z.strictObject({
  ...versioned,
  type: z.literal('device.add'),
  index: whole,
  person: personBytes,
  previous: digest,
  time: whole,
  device: deviceBytes,
});

const entry = z.union([found, deviceAdd]);
const signedEntry = z.tuple([boundedBytes(LIMITS.identityEntryBytesMax), signatureBytes, signatureBytes]);

/** One step of a person's identity log. SPEC §5. */
export type IdentityEntry = z.infer<typeof entry>;

/** An entry as it is stored and sent: its bytes, the root's and the named device's signatures over them. */
export interface SignedIdentityEntry {
  readonly entryBytes: Uint8Array;
  readonly rootSignature: Uint8Array;
  readonly deviceSignature: Uint8Array;
}

/** Encodes an entry; these bytes are what is hashed and signed. */
export function encodeIdentityEntry(value: IdentityEntry): Uint8Array {
  return encode(value);
}

/** Decodes entry bytes. Throws `format/malformed` or `format/unsupported` (R-ID-4: an unknown type). */
export function decodeIdentityEntry(bytes: Uint8Array): IdentityEntry {
  const value = decode(bytes, { maxBytes: LIMITS.identityEntryBytesMax });
  const type = (value as { type?: unknown } | null)?.type;
  // R-ID-4: a later version's entry is not malformed; this version must not guess what it means.
  if (typeof type === 'string' && type !== 'found' && type !== 'device.add') {
    throw new VaultError('format/unsupported', { type });
  }
  return checkShape(entry, value);
}

export function encodeSignedIdentityEntry(value: SignedIdentityEntry): Uint8Array {
  return encode([value.entryBytes, value.rootSignature, value.deviceSignature]);
}

/** Decodes a signed entry, without checking its signatures. Throws `format/malformed`. */
export function decodeSignedIdentityEntry(bytes: Uint8Array): SignedIdentityEntry {
  const [entryBytes, rootSignature, deviceSignature] = decodeAs(
    signedEntry,
    bytes,
    LIMITS.identityEntryBytesMax + 256,
  );
  return { entryBytes, rootSignature, deviceSignature };
}
