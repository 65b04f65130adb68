import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import {
  boundedBytes,
  collectionBytes,
  decodeAs,
  deviceBytes,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  whole,
} from './shape.js';

/** How many items one read receipt names at most. */
export const RECEIPT_ITEMS_MAX = 256;
/** A receipt with as many items as there may be takes less. */
const RECEIPT_BYTES_MAX = 16 * 1024;

const readReceipt = z.strictObject({
  v: z.literal(1),
  type: z.literal('read-receipt'),
  vault: vaultBytes,
  collection: collectionBytes,
  items: z.array(z.tuple([shortId, shortId])).check(z.minLength(1), z.maxLength(RECEIPT_ITEMS_MAX)),
  person: personBytes,
  time: whole,
  onBehalfOf: z.nullable(personBytes),
});

/** What a reader's client says was read: items of a collection, each in one version. SPEC §12.1. */
export type ReadReceiptContent = z.infer<typeof readReceipt>;

export function encodeReadReceipt(value: ReadReceiptContent): Uint8Array {
  return encode(value);
}
export function decodeReadReceipt(bytes: Uint8Array): ReadReceiptContent {
  return decodeAs(readReceipt, bytes, RECEIPT_BYTES_MAX);
}

const signedReadReceipt = z.tuple([boundedBytes(RECEIPT_BYTES_MAX), deviceBytes, signatureBytes]);

/** A read receipt with the reader's device and its signature, as both sides keep it. */
export interface SignedReadReceipt {
  readonly receiptBytes: Uint8Array;
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
}

export function encodeSignedReadReceipt(value: SignedReadReceipt): Uint8Array {
  return encode([value.receiptBytes, value.device, value.signature]);
}
export function decodeSignedReadReceipt(bytes: Uint8Array): SignedReadReceipt {
  const [receiptBytes, device, signature] = decodeAs(signedReadReceipt, bytes, LIMITS.envelopeBytesMax);
  return { receiptBytes, device, signature };
}
