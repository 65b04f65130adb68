import * as z from 'zod/mini';
import { type Encodable, encode } from '../formats/codec.js';
import { FETCH_BYTES_MAX, signedFetchHeadShape } from '../formats/fetch-log.js';
import { signedHeadShape } from '../formats/head.js';
import { LIMITS } from '../formats/limits.js';
import { boundedBytes, decodeAs, digest, personBytes, shortId, whole } from '../formats/shape.js';
import { WIRE_LIMITS } from './limits.js';

/**
 * The body of one kind of request or answer. PROTOCOL §4.
 *
 * Requests are read strictly: a field more is an error. Answers are read by name: a field more is ignored, so that a
 * server may say more to clients of a later version.
 */
export interface Message<T> {
  readonly shape: z.ZodMiniType<T>;
  readonly bytesMax: number;
}

function request<T>(shape: z.ZodMiniType<T>, bytesMax: number = WIRE_LIMITS.requestBytesMax): Message<T> {
  return { shape, bytesMax };
}

function answer<T>(shape: z.ZodMiniType<T>): Message<T> {
  return { shape, bytesMax: WIRE_LIMITS.answerBytesMax };
}

/** Encodes the body of a request or answer. */
export function encodeMessage<T>(_message: Message<T>, value: T): Uint8Array {
  return encode(value as Encodable);
}

/** Decodes a body. Throws `format/malformed`, `format/too-large`, `format/unsupported`. */
export function decodeMessage<T>(message: Message<T>, bytes: Uint8Array): T {
  return decodeAs(message.shape, bytes, message.bytesMax);
}

const signedEntry = boundedBytes(LIMITS.identityEntryBytesMax + 256);
const op = boundedBytes(LIMITS.opBytesMax);
const people = z.array(personBytes).check(z.maxLength(WIRE_LIMITS.accessChangesMax));
const access = z.strictObject({ add: people, remove: people });
const ms = z.nullable(whole);

// Server and people

export const serverAnswer = answer(
  z.object({ v: z.literal(1), key: digest, time: whole, limits: z.record(z.string(), whole) }),
);
export const foundPersonRequest = request(z.strictObject({ entry: signedEntry }));
export const foundPersonAnswer = answer(z.object({ person: personBytes }));
export const appendIdentityRequest = request(
  z.strictObject({
    entries: z
      .array(signedEntry)
      .check(z.minLength(1), z.maxLength(WIRE_LIMITS.identityEntriesPerRequestMax)),
  }),
);
export const appendIdentityAnswer = answer(z.object({ length: whole }));
export const identityAnswer = answer(
  z.object({ entries: z.array(signedEntry).check(z.maxLength(LIMITS.identityEntriesMax)) }),
);
export const putSlotRequest = request(z.strictObject({ slot: boundedBytes(LIMITS.envelopeBytesMax) }));
export const slotAnswer = answer(
  z.object({
    slot: boundedBytes(LIMITS.envelopeBytesMax),
    entries: z.array(signedEntry).check(z.maxLength(LIMITS.identityEntriesMax)),
  }),
);

// Collections

/** Who may pull, beside the owners and writers that the log itself names; `null` changes nothing. */
export type AccessChange = z.infer<typeof access>;

export const foundCollectionRequest = request(
  z.strictObject({
    op,
    access: z.nullable(z.strictObject({ add: people })),
    restored: z.optional(signedHeadShape),
  }),
  WIRE_LIMITS.appendBytesMax,
);
export const foundCollectionAnswer = answer(z.object({ position: whole, head: signedHeadShape }));
export const appendOpsRequest = request(
  z.strictObject({
    ops: z.array(op).check(z.minLength(1), z.maxLength(WIRE_LIMITS.opsPerAppendMax)),
    access: z.nullable(access),
    /** After a restored backup: a head the server signed beyond what it now holds. PROTOCOL §5.5. */
    restored: z.optional(signedHeadShape),
  }),
  WIRE_LIMITS.appendBytesMax,
);
export const appendOpsAnswer = answer(z.object({ positions: z.array(whole), head: signedHeadShape }));
export const putAccessRequest = request(access);
export const opsAnswer = answer(z.object({ ops: z.array(op), head: signedHeadShape, more: z.boolean() }));
export const headAnswer = answer(z.object({ head: signedHeadShape }));

// Blobs and deposits

export const beginBlobRequest = request(z.strictObject({ bytes: whole, ticket: z.nullable(shortId) }));
export const blobAnswer = answer(z.object({ offset: whole, complete: z.boolean() }));
export const putTicketRequest = request(
  z.strictObject({ depositor: z.nullable(personBytes), expires: ms, bytesMax: whole, countMax: whole }),
);
export const depositRequest = request(
  z.strictObject({ deposit: boundedBytes(LIMITS.depositBytesMax + LIMITS.envelopeBytesMax) }),
);
export const depositsAnswer = answer(
  z.object({
    items: z.array(z.object({ cursor: whole, bytes: z.custom<Uint8Array>(isBytes) })),
    more: z.boolean(),
  }),
);

// What was delivered

export const fetchesAnswer = answer(
  z.object({
    entries: z.array(boundedBytes(FETCH_BYTES_MAX)).check(z.maxLength(WIRE_LIMITS.pullFetchesMax)),
    head: signedFetchHeadShape,
    more: z.boolean(),
  }),
);

// Inbox and events

export const sendRequest = request(
  z.strictObject({ id: shortId, bytes: boundedBytes(WIRE_LIMITS.inboxItemBytesMax) }),
);
export const inboxAnswer = answer(
  z.object({
    items: z.array(
      z.object({ cursor: whole, from: personBytes, bytes: boundedBytes(WIRE_LIMITS.inboxItemBytesMax) }),
    ),
    more: z.boolean(),
  }),
);
/** The data of a `change` event: where there is something new, and nothing about what. */
export const changeEvent = answer(
  z.object({ collections: z.array(digest), inbox: z.boolean(), vaults: z.array(shortId) }),
);
/** The body of an answer that says nothing but yes. */
export const emptyAnswer = answer(z.object({}));

/** What one `change` event says. */
export type ChangeNotice = MessageValue<typeof changeEvent>;
/** The value a message carries. */
export type MessageValue<M> = M extends Message<infer T> ? T : never;

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
}
