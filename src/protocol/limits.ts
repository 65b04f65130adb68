/** The sizes and times of the wire that client and server agree on. PROTOCOL §7. */
export const WIRE_LIMITS = {
  /** One request that appends ops, all bodies included. */
  appendBytesMax: 16 * 1024 * 1024,
  opsPerAppendMax: 512,
  /** Any other request body, and the stored bytes of a message in an inbox. */
  requestBytesMax: 4 * 1024 * 1024,
  inboxItemBytesMax: 64 * 1024,
  /** A page of ops ends after the op that passes this size. */
  pullBytesMax: 4 * 1024 * 1024,
  pullOpsMax: 1000,
  /** No answer is larger: a page, and the one op that passed its size. */
  answerBytesMax: 16 * 1024 * 1024,
  pageItemsMax: 100,
  /** Entries in one page of a fetch log. */
  pullFetchesMax: 1000,
  blobPieceBytesMax: 4 * 1024 * 1024,
  accessChangesMax: 4096,
  slotsPerPersonMax: 16,
  identityEntriesPerRequestMax: 64,
  /** How far the clock of a request may be from the server's, and how long its nonce is remembered. */
  clockWindowMs: 120_000,
  signatureHeaderBytesMax: 2048,
} as const;
