const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const DAY_MS = 86_400_000;

/** How much may be stored, how fast one may ask, and how long things are kept. */
export const DEFAULT_POLICY = {
  /** Ops, declared blobs and deposits of one vault. */
  vaultBytesMax: 10 * GIB,
  vaultsPerPersonMax: 16,
  collectionsPerVaultMax: 4096,
  /** What one depositor may have waiting in one vault, over all tickets. */
  depositorBytesMax: 1 * GIB,
  depositorCountMax: 1000,
  inboxItemsMax: 10_000,
  /** What one sender may have waiting in one inbox. */
  inboxItemsPerSenderMax: 500,
  /** Requests of one person, or of one slot key, per minute. */
  accountPerMinute: 1200,
  /** Requests from one network address per minute, signed or not. */
  addressPerMinute: 3000,
  /** New people per minute, from one address and in all. */
  enrolmentsPerAddressPerMinute: 10,
  enrolmentsPerMinute: 120,
  /** Attempts to fetch one slot per minute. */
  slotPerMinute: 10,
  /** Blobs that nothing refers to, finished or not, go after this time. */
  blobGraceMs: 7 * DAY_MS,
  /** Deposits that no owner took go after this time, with their blobs. */
  depositGraceMs: 180 * DAY_MS,
  eventStreamsPerPersonMax: 20,
  /** How long it is kept what was delivered to whom, and how many entries of one vault. */
  fetchKeptMs: 400 * DAY_MS,
  fetchesPerVaultMax: 1_000_000,
  /** Entries that one person may add to the log of one vault in a day: nobody fills it alone while they are kept. */
  fetchesPerPersonPerDay: 1000,
} as const;

/** A server's policy; any number of `DEFAULT_POLICY` may be replaced. */
export type Policy = { readonly [Name in keyof typeof DEFAULT_POLICY]: number };
