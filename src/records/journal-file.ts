import * as z from 'zod/mini';
import { encode } from '../formats/codec.js';
import { FETCH_BYTES_MAX, signedFetchHeadShape } from '../formats/fetch-log.js';
import { LIMITS } from '../formats/limits.js';
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
  whole,
} from '../formats/shape.js';

/** How long an exported journal is at most. */
export const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;
const LINES_MAX = 100_000;
const IDENTITIES_MAX = 10_000;
/** How many entries of a fetch log a device keeps, and a file holds. */
export const FETCHES_MAX = 250_000;
/** And in how many stretches. */
export const FETCH_RUNS_MAX = 64;

const bytes = boundedBytes(LIMITS.envelopeBytesMax);

const grantLine = z.strictObject({
  grant: z.nullable(shortId),
  collection: collectionBytes,
  person: personBytes,
  by: personBytes,
  onBehalfOf: z.nullable(personBytes),
  category: z.nullable(boundedText(64)),
  item: z.nullable(shortId),
  role: z.enum(['reader', 'contributor']),
  purpose: boundedText(64),
  begins: whole,
  expires: z.nullable(whole),
  ended: z.nullable(whole),
  endedBy: z.nullable(personBytes),
  consent: z.nullable(bytes),
});

const fetchesShape = z.strictObject({
  server: digest,
  runs: z
    .array(
      z.strictObject({
        begin: signedFetchHeadShape,
        before: z.nullable(signedFetchHeadShape),
        from: z.nullable(z.tuple([whole, digest])),
        head: signedFetchHeadShape,
        entries: z.array(boundedBytes(FETCH_BYTES_MAX)).check(z.maxLength(FETCHES_MAX)),
      }),
    )
    .check(z.maxLength(FETCH_RUNS_MAX)),
});

const journal = z.strictObject({
  v: z.literal(1),
  type: z.literal('journal'),
  vault: vaultBytes,
  person: personBytes,
  time: whole,
  identities: z
    .array(z.array(bytes).check(z.maxLength(LIMITS.identityEntriesMax)))
    .check(z.maxLength(IDENTITIES_MAX)),
  grants: z.array(grantLine).check(z.maxLength(LINES_MAX)),
  receipts: z.array(bytes).check(z.maxLength(LINES_MAX)),
  fetches: z.nullable(fetchesShape),
});

/** One access in an exported journal. SPEC §12.2. */
export type JournalFileGrant = z.infer<typeof grantLine>;
/** What the server delivered, in an exported journal: its key, and stretches of its log between two of its heads. SPEC §12.2. */
export type JournalFileFetches = z.infer<typeof fetchesShape>;
/** What an owner signs when they export the journal of a vault. SPEC §12.2. */
export type JournalFile = z.infer<typeof journal>;

/** An exported journal with the owner's device and its signature. */
export interface SignedJournalFile {
  readonly journalBytes: Uint8Array;
  readonly device: Uint8Array;
  readonly signature: Uint8Array;
}

export function encodeJournalFile(value: JournalFile): Uint8Array {
  return encode(value);
}
export function decodeJournalFile(encoded: Uint8Array): JournalFile {
  return decodeAs(journal, encoded, JOURNAL_BYTES_MAX);
}

const signedJournal = z.tuple([boundedBytes(JOURNAL_BYTES_MAX), deviceBytes, signatureBytes]);

export function encodeSignedJournalFile(value: SignedJournalFile): Uint8Array {
  return encode([value.journalBytes, value.device, value.signature]);
}
export function decodeSignedJournalFile(encoded: Uint8Array): SignedJournalFile {
  const [journalBytes, device, signature] = decodeAs(signedJournal, encoded, JOURNAL_BYTES_MAX);
  return { journalBytes, device, signature };
}
