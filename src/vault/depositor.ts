import { VaultError } from '../errors.js';
import type { BlobReference } from '../formats/blob-reference.js';
import type { VaultCard } from '../formats/card.js';
import { type Id, printId } from '../formats/id.js';
import type { Identity } from '../protocol/identity-chain.js';
import { encodeMessage, depositRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { DOCUMENT_KIND, encodeDocument, schemaOfDocument } from '../records/document.js';
import { encodeFiles, FILES_FIELD } from '../records/record-files.js';
import {
  checkFields,
  checkKind,
  encodeFields,
  type Fields,
  type RecordKind,
} from '../records/record-kind.js';
import { type AuthoredContent, signAuthorship } from '../sharing/authorship.js';
import { readVaultCard } from '../sharing/contacts.js';
import { makeDeposit } from '../sharing/deposits.js';
import { blobName } from '../sync/outbox.js';
import { storeFile, type WorkOptions } from './document-files.js';
import { describe, type DocumentMetadata } from './document-view.js';
import { type FileSource, openSource } from './file-source.js';
import { prepareFiles, type RecordFileSource } from './record-files.js';
import type { Session } from './session.js';

/** A deposit this person made. */
export interface MadeDeposit {
  readonly id: Id<'deposit'>;
  readonly vault: Id<'vault'>;
  readonly to: Id<'person'>;
  readonly title: string;
  readonly time: number;
  /** The holder's signed statement that it was taken into the record; null until it arrives. */
  readonly receipt: Uint8Array | null;
  /** Whether the server turned it away for good: its ticket had ended, or its file was lost here before it was sent. */
  readonly refused: boolean;
}

/**
 * Leaves a document in a vault by its card, without any right to read there.
 *
 * The file's key is sealed to the vault and then forgotten: its sender cannot open it again. It is sent at the next
 * sync. Throws `format/malformed`, `integrity/*` for a bad card, `share/ticket-refused` for one that has ended.
 */
export async function deposit(
  session: Session,
  cardText: string,
  file: FileSource,
  metadata: DocumentMetadata,
  work: WorkOptions = {},
): Promise<MadeDeposit> {
  const { card, owner } = await openCard(session, cardText);
  const source = openSource(file);
  const described = describe({ name: source.name, mediaType: source.mediaType, ...metadata });
  const stored = await storeFile(session, card.vault, source, work);
  const { blob } = stored;
  const time = session.now();
  const written = { ...described, added: time, ...stored };
  const body = encodeDocument(written);
  const content = { kind: DOCUMENT_KIND, schema: schemaOfDocument(written), body };
  const entry = await sendDeposit(session, { card, owner, content, blobs: [blob], title: described.title });
  blob.key.fill(0);
  body.fill(0);
  return entry;
}

/** What goes with a deposited record. */
export interface DepositRecordOptions extends WorkOptions {
  /** At most 64 files of any size; documents of a vault are not its depositor's to name. */
  readonly files?: readonly Exclude<RecordFileSource, string>[];
  /** What `deposited` calls it; it stays with this person. */
  readonly title?: string;
}

/**
 * Leaves a record of a kind in a vault by its card, as `deposit` leaves a document.
 *
 * Throws as `deposit`, what the kind's `parse` throws, and `format/too-large`.
 */
export async function depositRecord<T extends object>(
  session: Session,
  cardText: string,
  kind: RecordKind<T>,
  value: T,
  { files: sources = [], title = '', ...work }: DepositRecordOptions,
): Promise<MadeDeposit> {
  checkKind(kind);
  checkFields(value as Fields);
  kind.parse(value, kind.schema);
  const { card, owner } = await openCard(session, cardText);
  const time = session.now();
  const prepared = await prepareFiles(
    session,
    {
      vault: card.vault,
      prove: (content) => signAuthorship(session.author, card.vault, time, content),
      locate: () => {
        throw new VaultError('access/not-allowed');
      },
    },
    sources,
    work,
  );
  const { files } = prepared;
  const fields = files.length === 0 ? value : { ...value, [FILES_FIELD]: encodeFiles(files) };
  try {
    const content = { kind: kind.kind, schema: kind.schema, body: encodeFields(fields as Fields) };
    const blobs = files.map((file) => file.content.blob);
    const made = await sendDeposit(session, { card, owner, content, blobs, title });
    for (const { key } of blobs) key.fill(0);
    return made;
  } catch (error) {
    await prepared.discard();
    throw error;
  }
}

async function openCard(session: Session, cardText: string) {
  session.requireOpen();
  const { card, identity } = readVaultCard(cardText);
  if (card.expires !== null && card.expires <= session.now()) throw new VaultError('share/ticket-refused');
  return { card, owner: await session.book.learn(identity) };
}

/** Seals a content to a vault and queues it behind its files; when it cannot be kept, its files go again. */
async function sendDeposit(
  session: Session,
  options: {
    readonly card: VaultCard;
    readonly owner: Identity;
    readonly content: AuthoredContent;
    readonly blobs: readonly BlobReference[];
    readonly title: string;
  },
): Promise<MadeDeposit> {
  const { card, owner, content, blobs, title } = options;
  const time = session.now();
  const made = makeDeposit({
    ...{ author: session.author, card, content, random: session.random, time },
    blobs: blobs.map(({ id, stored }) => [id, stored]),
  });
  const { deposit, digest } = made;
  const entry = { vault: card.vault, owner: owner.person, deposit, digest, title, time, receipt: null };
  const lane = depositLane(deposit);
  try {
    await session.transact((transaction) => {
      for (const { id } of blobs)
        transaction.send(lane, { kind: 'blob', vault: card.vault, blob: id, ticket: card.ticket });
      const body = encodeMessage(depositRequest, { deposit: made.bytes });
      const path = paths.deposits(card.vault);
      transaction.send(lane, { kind: 'request', method: 'POST', path, body });
      session.index.put(transaction, 'index.deposited', deposit, entry);
    });
  } catch (error) {
    for (const { id } of blobs) await session.store.blobs.remove(blobName(id));
    throw error;
  }
  return toMade(entry);
}

/** The lane of one deposit: its file, then what is said about it. */
export function depositLane(deposit: Uint8Array): string {
  return `deposit-${blobName(deposit)}`;
}

/** The deposits this person made, oldest first, with their receipts. */
export function listDeposited(session: Session): MadeDeposit[] {
  return session.index
    .list('index.deposited')
    .map(toMade)
    .sort((a, b) => a.time - b.time);
}

/** What a deposit is shown as: by what it is, so that nobody else can make one of the same id. */
export function depositId(digest: Uint8Array): Id<'deposit'> {
  return printId('deposit', digest.slice(0, 16));
}

function toMade(entry: {
  readonly vault: Uint8Array;
  readonly owner: Uint8Array;
  readonly digest: Uint8Array;
  readonly title: string;
  readonly time: number;
  readonly receipt: Uint8Array | null;
  readonly refused?: string | undefined;
}): MadeDeposit {
  return {
    id: depositId(entry.digest),
    vault: printId('vault', entry.vault),
    to: printId('person', entry.owner),
    title: entry.title,
    time: entry.time,
    receipt: entry.receipt?.slice() ?? null,
    refused: entry.refused !== undefined,
  };
}
