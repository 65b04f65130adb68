import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import { decodeAs, deviceBytes, digest, personBytes, shortId, versioned, whole } from './shape.js';

const messageHeader = z.strictObject({
  ...versioned,
  type: z.literal('message'),
  message: shortId,
  person: personBytes,
  device: deviceBytes,
  recipient: personBytes,
  kem: digest,
  time: whole,
  kind: z.enum(['consent', 'deposit-receipt', 'read-receipt']),
});

/** The header of a receipt sent to one person. SPEC §12. */
export type MessageHeader = z.infer<typeof messageHeader>;

export function encodeMessageHeader(value: MessageHeader): Uint8Array {
  return encode(value);
}
export function decodeMessageHeader(bytes: Uint8Array): MessageHeader {
  return decodeAs(messageHeader, bytes, LIMITS.envelopeBytesMax);
}
