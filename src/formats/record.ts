import * as z from 'zod/mini';
import { encode } from './codec.js';
import { LIMITS } from './limits.js';
import {
  collectionBytes,
  decodeAs,
  deviceBytes,
  isBytes,
  isWhole,
  personBytes,
  shortId,
  signatureBytes,
  vaultBytes,
  whole,
} from './shape.js';

/** The shape of a proof of authorship. */
export const authored = z.tuple([vaultBytes, personBytes, deviceBytes, whole, signatureBytes]);
/** The shape of a link. */
export const link = z.tuple([vaultBytes, collectionBytes, shortId, shortId]);

type RecordTuple = [
  item: Uint8Array,
  change: Uint8Array,
  base: Uint8Array[],
  kind: string,
  schema: number,
  time: number,
  authored: Authored | null,
  link: Link | null,
  body: Uint8Array | null,
];

// Checked by hand: opening a vault does it for every record, and a schema takes ten times as long.
const record = z.custom<RecordTuple>(isRecord);

function isRecord(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 9) return false;
  const [item, change, base, kind, schema, time, proof, source, body] = value as unknown[];
  return (
    isBytes(item, 16) &&
    isBytes(change, 16) &&
    Array.isArray(base) &&
    base.length <= 16 &&
    base.every((revision) => isBytes(revision, 16)) &&
    typeof kind === 'string' &&
    kind.length <= 64 &&
    isWhole(schema) &&
    isWhole(time) &&
    (proof === null || z.safeParse(authored, proof).success) &&
    (source === null || z.safeParse(link, source).success) &&
    (body === null || (body instanceof Uint8Array && body.length <= LIMITS.bodyBytesMax))
  );
}

/** An author's own proof over the content: `[vault, person, device, time, signature]`. SPEC §7. */
export type Authored = z.infer<typeof authored>;
/** Where a linked record comes from: `[vault, collection, item, change]`. */
export type Link = z.infer<typeof link>;

/** One revision of an item, as it is inside the seal. SPEC §7. */
export interface RecordEnvelope {
  readonly item: Uint8Array;
  readonly change: Uint8Array;
  readonly base: readonly Uint8Array[];
  readonly kind: string;
  readonly schema: number;
  readonly time: number;
  readonly authored: Authored | null;
  readonly link: Link | null;
  /** The encoded content; `null` when the item was removed. */
  readonly body: Uint8Array | null;
}

export function encodeRecord(value: RecordEnvelope): Uint8Array {
  const { item, change, base, kind, schema, time, authored: proof, link: source, body } = value;
  return encode([item, change, base as Uint8Array[], kind, schema, time, proof, source, body]);
}

/** Decodes what a seal held. Throws `format/malformed`. */
export function decodeRecord(bytes: Uint8Array): RecordEnvelope {
  const [item, change, base, kind, schema, time, proof, source, body] = decodeAs(
    record,
    bytes,
    LIMITS.bodyBytesMax,
  );
  return { item, change, base, kind, schema, time, authored: proof, link: source, body };
}

/** What an author signs about a content: it names the vault, so it cannot be passed off elsewhere (A52). */
export function encodeAuthorship(value: {
  readonly vault: Uint8Array;
  readonly person: Uint8Array;
  readonly device: Uint8Array;
  readonly time: number;
  readonly kind: string;
  readonly schema: number;
  readonly contentHash: Uint8Array;
}): Uint8Array {
  const { vault, person, device, time, kind, schema, contentHash } = value;
  return encode([vault, person, device, time, kind, schema, contentHash]);
}
