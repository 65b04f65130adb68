/** One ciphertext with tag that opens under both keys, or null when the keys do not agree on the last byte. */
export function salamander(input: {
  readonly keys: [Uint8Array, Uint8Array];
  readonly nonce: Uint8Array;
  readonly ad: Uint8Array;
  readonly length: number;
}): Uint8Array | null;
