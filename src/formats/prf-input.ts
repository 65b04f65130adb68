import { hexToBytes } from './id.js';

const PRF_INPUT = 'c251aabc07ce0370ba8edff0f4fe71f1771b8f9a34b05ee8468c8de797583883';

/** What the PRF of every passkey is evaluated at: SHA-256 of "coffret/v1/passkey-prf" and a zero byte. SPEC §9.1. */
export function passkeyPrfInput(): Uint8Array<ArrayBuffer> {
  return hexToBytes(PRF_INPUT) as Uint8Array<ArrayBuffer>;
}
