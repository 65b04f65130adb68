import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import {
  boundedBytes,
  boundedText,
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

const depositHeader = z.strictObject({
  ...versioned,
  type: z.literal('deposit'),
  vault: vaultBytes,
  deposit: shortId,
  ticket: shortId,
  person: personBytes,
  device: deviceBytes,
  kem: digest,
  time: whole,
  blobs: z.array(z.tuple([shortId, whole])).check(z.maxLength(LIMITS.blobsPerOpMax)),
});

const depositBody = z.tuple([
  boundedText(64),
  whole,
  z.tuple([vaultBytes, personBytes, deviceBytes, whole, signatureBytes]),
  boundedBytes(LIMITS.depositBytesMax),
]);

const depositReceipt = z.strictObject({
  v: z.literal(1),
  vault: vaultBytes,
  deposit: shortId,
  digest,
  person: personBytes,
  time: whole,
});

/** What the server sees of a deposit. SPEC §11. */
export type DepositHeader = z.infer<typeof depositHeader>;
/** An owner's statement that a deposit was taken into the vault. SPEC §11. */
export type DepositReceipt = z.infer<typeof depositReceipt>;
/** What is sealed to the vault: kind, schema, the author's proof, the encoded content. */
export type DepositBody = z.infer<typeof depositBody>;

export function encodeDepositHeader(value: DepositHeader): Uint8Array {
  return encode(value);
}
export function decodeDepositHeader(bytes: Uint8Array): DepositHeader {
  return decodeAs(depositHeader, bytes, LIMITS.envelopeBytesMax);
}
export function encodeDepositBody(value: DepositBody): Uint8Array {
  return encode(value);
}
export function decodeDepositBody(bytes: Uint8Array): DepositBody {
  return decodeAs(depositBody, bytes, LIMITS.depositBytesMax);
}
export function encodeDepositReceipt(value: DepositReceipt): Uint8Array {
  return encode(value);
}
export function decodeDepositReceipt(bytes: Uint8Array): DepositReceipt {
  return decodeAs(depositReceipt, bytes, 4096);
}

const signedDepositReceipt = z.tuple([boundedBytes(4096), deviceBytes, signatureBytes]);

/** A receipt with the owner's device and its signature, as the depositor keeps it. */
export interface SignedDepositReceipt {
  readonly receiptBytes: Uint8Array;
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
}

export function encodeSignedDepositReceipt(value: SignedDepositReceipt): Uint8Array {
  return encode([value.receiptBytes, value.device, value.signature]);
}
export function decodeSignedDepositReceipt(bytes: Uint8Array): SignedDepositReceipt {
  const [receiptBytes, device, signature] = decodeAs(signedDepositReceipt, bytes, LIMITS.envelopeBytesMax);
  return { receiptBytes, device, signature };
}
