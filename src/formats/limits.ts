/** The sizes no reader or writer goes beyond. SPEC §1.1. */
export const LIMITS = {
  opBytesMax: 8 * 1024 * 1024,
  headerBytesMax: 256 * 1024,
  changesMax: 512,
  blobsPerOpMax: 512,
  bodyBytesMax: 4 * 1024 * 1024,
  membersMax: 256,
  readersMax: 4096,
  identityEntriesMax: 1024,
  identityEntryBytesMax: 4096,
  envelopeBytesMax: 64 * 1024,
  credentialIdBytesMax: 1023,
  depositBytesMax: 1024 * 1024,
  blobBytesMax: 2 ** 36,
} as const;
