import * as z from 'zod/mini';
import { encode } from '../formats/codec.js';
import { decodeAs } from '../formats/shape.js';

/** Every code the server refuses a request with, and the HTTP status that goes with it. PROTOCOL §6. */
export const REFUSALS = {
  malformed: 400,
  clock: 400,
  signature: 401,
  forbidden: 403,
  ticket: 403,
  'not-found': 404,
  'stale-epoch': 409,
  'not-after': 409,
  sequence: 409,
  offset: 409,
  exists: 409,
  'blob-incomplete': 409,
  'too-large': 413,
  rate: 429,
  internal: 500,
  busy: 503,
  quota: 507,
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What goes with a refusal: numbers and opaque ids, never content. */
export type RefusalDetails = Readonly<Record<string, string | number | boolean | null>>;

const refusal = z.object({
  code: z.string().check(z.maxLength(64)),
  details: z.record(
    z.string().check(z.maxLength(64)),
    z.union([z.string().check(z.maxLength(256)), z.number(), z.boolean(), z.null()]),
  ),
});

/** The body of every answer whose status is 400 or more. */
export interface Refusal {
  readonly code: string;
  readonly details: RefusalDetails;
}

export function encodeRefusal(code: RefusalCode, details: RefusalDetails = {}): Uint8Array {
  return encode({ code, details });
}

/** Decodes a refusal; the code may be one this version does not know. Throws `format/malformed`. */
export function decodeRefusal(bytes: Uint8Array): Refusal {
  return decodeAs(refusal, bytes, 16 * 1024);
}
