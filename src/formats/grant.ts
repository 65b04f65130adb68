import * as z from 'zod/mini';
import { encode } from './codec.js';
import { signedHeadShape } from './head.js';
import { LIMITS } from './limits.js';
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
  versioned,
  whole,
} from './shape.js';

const grantHeader = z.strictObject({
  ...versioned,
  type: z.literal('grant'),
  vault: vaultBytes,
  collection: collectionBytes,
  epoch: whole,
  grant: shortId,
  person: personBytes,
  device: deviceBytes,
  recipient: personBytes,
  kem: digest,
  time: whole,
  head: z.nullable(signedHeadShape),
});

const terms = z.strictObject({
  v: z.literal(1),
  vault: vaultBytes,
  collection: collectionBytes,
  grant: shortId,
  from: personBytes,
  to: personBytes,
  role: z.enum(['reader', 'contributor']),
  purpose: boundedText(64),
  label: boundedText(200),
  category: z.nullable(boundedText(64)),
  item: z.nullable(shortId),
  begins: whole,
  expires: z.nullable(whole),
  time: whole,
});

const grantBody = z.strictObject({
  key: digest,
  terms: boundedBytes(4096),
  termsSignature: signatureBytes,
  previous: z.array(z.tuple([whole, digest])).check(z.maxLength(1000)),
});

/** What the server sees of a grant. SPEC §10. */
export type GrantHeader = z.infer<typeof grantHeader>;
/** What both sides agreed on: who, what, why, until when. SPEC §10. */
export type GrantTerms = z.infer<typeof terms>;
/** What is sealed to the recipient. */
export type GrantBody = z.infer<typeof grantBody>;

export function encodeGrantHeader(value: GrantHeader): Uint8Array {
  return encode(value);
}
export function decodeGrantHeader(bytes: Uint8Array): GrantHeader {
  return decodeAs(grantHeader, bytes, LIMITS.envelopeBytesMax);
}
export function encodeGrantTerms(value: GrantTerms): Uint8Array {
  return encode(value);
}
export function decodeGrantTerms(bytes: Uint8Array): GrantTerms {
  return decodeAs(terms, bytes, 4096);
}
export function encodeGrantBody(value: GrantBody): Uint8Array {
  return encode(value);
}
export function decodeGrantBody(bytes: Uint8Array): GrantBody {
  return decodeAs(grantBody, bytes, LIMITS.envelopeBytesMax);
}

const consent = z.tuple([boundedBytes(4096), deviceBytes, signatureBytes, deviceBytes, signatureBytes]);

/** Terms signed by both sides; each keeps a copy that proves the other's word. SPEC §10. */
export interface ConsentReceipt {
  readonly termsBytes: Uint8Array;
  readonly senderDevice: Uint8Array;
  readonly termsSignature: Uint8Array;
  readonly recipientDevice: Uint8Array;
  readonly consentSignature: Uint8Array;
}

export function encodeConsentReceipt(value: ConsentReceipt): Uint8Array {
  return encode([
    value.termsBytes,
    value.senderDevice,
    value.termsSignature,
    value.recipientDevice,
    value.consentSignature,
  ]);
}
export function decodeConsentReceipt(bytes: Uint8Array): ConsentReceipt {
  const [termsBytes, senderDevice, termsSignature, recipientDevice, consentSignature] = decodeAs(
    consent,
    bytes,
    LIMITS.envelopeBytesMax,
  );
  return { termsBytes, senderDevice, termsSignature, recipientDevice, consentSignature };
}
