import { VaultError } from '../errors.js';
import { type Id, printId } from '../formats/id.js';
import { encodeMessage, depositRequest } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { DOCUMENT_KIND, DOCUMENT_SCHEMA, encodeDocument } from '../records/document.js';
import { readVaultCard } from '../sharing/contacts.js';
import { makeDeposit } from '../sharing/deposits.js';
import { blobName } from '../sync/outbox.js';
import { storeFile, type WorkOptions } from './document-files.js';
import { describe, type DocumentMetadata } from './document-view.js';
import { type FileSource, openSource } from './file-source.js';
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
  session.requireOpen();
  const { card, identity } = readVaultCard(cardText);
  if (card.expires !== null && card.expires <= session.now()) throw new VaultError('share/ticket-refused');
  const owner = await session.book.learn(identity);
  const source = openSource(file);
  const described = describe({ name: source.name, mediaType: source.mediaType, ...metadata });
  const blob = await storeFile(session, card.vault, source, work);
  const time = session.now();
  const body = encodeDocument({ ...described, added: time, blob });
  const made = makeDeposit({
    author: session.author,
    card,
    content: { kind: DOCUMENT_KIND, schema: DOCUMENT_SCHEMA, body },
    blobs: [[blob.id, blob.stored]],
    random: session.random,
    time,
  });
  blob.key.fill(0);
  body.fill(0);
  const entry = {
    vault: card.vault,
    owner: owner.person,
    deposit: made.deposit,
    digest: made.digest,
    title: described.title,
    time,
    receipt: null,
  };
  const lane = depositLane(made.deposit);
  try {
    await session.transact((transaction) => {
      transaction.send(lane, { kind: 'blob', vault: card.vault, blob: blob.id, ticket: card.ticket });
      const request = encodeMessage(depositRequest, { deposit: made.bytes });
      transaction.send(lane, {
        kind: 'request',
        method: 'POST',
        path: paths.deposits(card.vault),
        body: request,
      });
      session.index.put(transaction, 'index.deposited', made.deposit, entry);
    });
  } catch (error) {
    await session.store.blobs.remove(blobName(blob.id));
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
