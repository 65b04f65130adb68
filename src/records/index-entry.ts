import * as z from 'zod/mini';
import { encode } from '../formats/codec.js';
import { signedFetchHeadShape } from '../formats/fetch-log.js';
import { LIMITS } from '../formats/limits.js';
import {
  boundedBytes,
  boundedText,
  collectionBytes,
  decodeAs,
  digest,
  personBytes,
  shortId,
  vaultBytes,
  whole,
} from '../formats/shape.js';

const bytes = boundedBytes(LIMITS.bodyBytesMax);
const text = boundedText(200);

/** What each kind of entry in a personal index or a vault index holds. Every kind starts with `index.`. */
const ENTRIES = {
  /** A vault and its own index. Personal index. */
  'index.vault': z.strictObject({ vault: vaultBytes, index: collectionBytes, rosterKey: digest }),
  /** Who the vault is about. Vault index. */
  'index.holder': z.strictObject({
    birthName: text,
    givenNames: z.array(text),
    birthDate: z.nullable(boundedText(10)),
    sex: z.nullable(z.enum(['female', 'male', 'unknown'])),
    birthPlace: z.nullable(boundedText(5)),
    ins: z.optional(boundedText(15)),
    insOid: z.optional(boundedText(100)),
    created: whole,
  }),
  /** A collection and what it is for; `category` is that of its documents, or the name of a collection of records. */
  'index.collection': z.strictObject({
    collection: collectionBytes,
    vault: vaultBytes,
    /** `masked` is for documents that no category may show: it is given to nobody. */
    purpose: z.enum(['category', 'share', 'records', 'masked']),
    category: z.nullable(boundedText(64)),
    person: z.nullable(personBytes),
    rosterKey: digest,
  }),
  /** A document that was erased: a copy that a mask made elsewhere is erased too. */
  'index.erased': z.strictObject({ item: shortId, time: whole }),
  /** A collection's key of one epoch. */
  'index.key': z.strictObject({ collection: collectionBytes, epoch: whole, key: digest }),
  /** The private side of a vault's deposit box. */
  'index.deposit-key': z.strictObject({ seed: digest, adoptionKey: digest }),
  /** A ticket given to depositors. */
  'index.ticket': z.strictObject({
    ticket: shortId,
    depositor: z.nullable(personBytes),
    expires: z.nullable(whole),
    /** When it was revoked, or null. */
    revoked: z.nullable(whole),
  }),
  /** A deposit taken in, by whom it was made, and as what. Named by its digest. */
  'index.adopted': z.strictObject({
    deposit: shortId,
    depositor: personBytes,
    collection: collectionBytes,
    item: shortId,
    digest,
    time: whole,
  }),
  /** A deposit turned away. Named by its digest. */
  'index.refused': z.strictObject({ digest, time: whole }),
  /** A deposit that this person made, until and after its receipt. Personal index. */
  'index.deposited': z.strictObject({
    vault: vaultBytes,
    owner: personBytes,
    deposit: shortId,
    digest,
    title: text,
    time: whole,
    receipt: z.nullable(bytes),
    /** The code with which the server turned it away for good; absent while it may still arrive. */
    refused: z.optional(boundedText(64)),
  }),
  /** Terms this person offered or was offered, and the receipt both signed. */
  'index.consent': z.strictObject({
    grant: shortId,
    terms: bytes,
    receipt: z.nullable(bytes),
    withdrawn: z.nullable(whole),
  }),
  /** A read receipt: given by this person (personal index), or received (vault index). Named by its digest. */
  'index.read-receipt': z.strictObject({ receipt: bytes, received: whole }),
  /** Whether this person wants told what they read. Personal index. */
  'index.reading': z.strictObject({ acknowledge: z.boolean() }),
  /** Someone this person knows: the pinned identity log, the claimed name, how sure. Personal index. */
  'index.contact': z.strictObject({
    person: personBytes,
    name: text,
    kind: z.enum(['patient', 'professional', 'institution', 'app']),
    identity: z.array(bytes),
    trust: z.enum(['unknown', 'pinned', 'verified']),
    time: whole,
  }),
  /** Access someone gave to this person. Personal index. */
  'index.received': z.strictObject({
    terms: bytes,
    termsSignature: z.nullable(bytes),
    senderDevice: digest,
    epoch: whole,
    time: whole,
  }),
  /** A strong slot this person keeps on the server. Personal index. */
  'index.slot': z.strictObject({
    slot: shortId,
    kind: z.enum(['phrase', 'passkey']),
    created: whole,
    removed: z.boolean(),
    /** What a passkey is called, and its credential. */
    label: z.optional(text),
    credential: z.optional(boundedBytes(LIMITS.credentialIdBytesMax)),
  }),
  /** A document given to one person by link. Vault index. */
  'index.link': z.strictObject({
    collection: collectionBytes,
    linkItem: shortId,
    sourceCollection: collectionBytes,
    sourceItem: shortId,
    person: personBytes,
    purpose: boundedText(64),
    begins: whole,
    expires: z.nullable(whole),
    ended: z.nullable(whole),
    /** True when it stands in for a category that its document was masked in. */
    mask: z.optional(z.boolean()),
  }),
  /** From whom a document is masked, and the category it is of. Named by its item. Vault index. */
  'index.mask': z.strictObject({
    item: shortId,
    category: boundedText(64),
    professionals: z.boolean(),
    persons: z.array(personBytes),
    time: whole,
    ended: z.nullable(whole),
  }),
  /** The newest verified heads of the other logs, for a new device; and of what was delivered of this person's vaults. */
  'index.heads': z.strictObject({
    heads: z.array(z.tuple([collectionBytes, whole, digest])),
    fetches: z.optional(z.array(signedFetchHeadShape)),
  }),
} as const;

export type IndexKind = keyof typeof ENTRIES;
/** The content of an index entry of a kind. */
export type IndexEntry<Kind extends IndexKind> = z.infer<(typeof ENTRIES)[Kind]>;

/** The schema version of all index entries. */
export const INDEX_SCHEMA = 1;

export function encodeIndexEntry<Kind extends IndexKind>(_kind: Kind, entry: IndexEntry<Kind>): Uint8Array {
  return encode(entry as never);
}

/** Decodes an entry of a kind. Throws `format/malformed`. */
export function decodeIndexEntry<Kind extends IndexKind>(kind: Kind, encoded: Uint8Array): IndexEntry<Kind> {
  return decodeAs(ENTRIES[kind] as never, encoded, LIMITS.bodyBytesMax);
}

/** Whether a record kind is one of an index. */
export function isIndexKind(kind: string): kind is IndexKind {
  return Object.hasOwn(ENTRIES, kind);
}
