import { equalBytes } from '../crypto/hash.js';
import { isVaultError } from '../errors.js';
import { decodeHead } from '../formats/head.js';
import type { RecordEnvelope } from '../formats/record.js';
import { nameOf } from '../log/collection-log.js';
import { decodeMessage, sendRequest } from '../protocol/messages.js';
import { DOCUMENT_KIND } from '../records/document.js';
import { readGrantHeader } from '../sharing/grants.js';
import { collectionLane } from '../sync/outbox.js';
import type { Collection, PendingOp } from './collection.js';
import { appendAdmission, appendOwnHead, appendPrune, appendRecords } from './collection-writer.js';
import { maskOf } from './masks.js';
import { headChanges } from './record-view.js';
import type { OwnedVault, Session } from './session.js';
import { findCollections, readmit, renewEpoch, rotateCollection } from './shares.js';
import type { Transaction } from './transaction.js';

/**
 * Makes this device's pending ops of a collection again, on the log as it is now.
 *
 * An op that the log made void is never sent again under its number: its changes are sealed anew under the current
 * epoch, with the same change ids, and its number is skipped. A removal that came first wins over a grant that had not
 * seen it (A51). False when this person may not write there any more: then everything stays queued as it was.
 */
export async function remakePending(session: Session, collection: Collection): Promise<boolean> {
  const lane = collectionLane(collection.id);
  return session.transact(async (transaction) => {
    if (collection.log.position === 0 || !isMember(session, collection)) return false;
    const queued = [];
    for (const { id } of await session.outbox.list(lane)) {
      const entry = await session.outbox.read(id);
      if (entry !== null) queued.push(entry);
    }
    for (const { id } of queued) transaction.writes.push(...session.outbox.remove(id));
    // Uploads first, then the ops that need them, then what was to follow these.
    for (const { entry } of queued) if (entry.kind === 'blob') transaction.send(lane, entry);
    for (const op of collection.withdrawPending(transaction)) remake(session, transaction, collection, op);
    // R-MASK-1: a grant of an epoch that is over would give its key to who was not to have it; the reader was granted anew.
    const isOver = grantedBefore(collection);
    for (const { entry } of queued)
      if (entry.kind === 'request' && !isOver(entry.body)) transaction.send(lane, entry);
    return true;
  });
}

function isMember(session: Session, collection: Collection): boolean {
  const { person } = session.author;
  return collection.log.state?.members.some((member) => equalBytes(member.person, person)) ?? false;
}

/** Tells whether a request carries a grant of an earlier epoch of this collection. */
function grantedBefore(collection: Collection): (body: Uint8Array | null) => boolean {
  const { epoch } = collection.log.state ?? { epoch: 0 };
  return (body) => {
    if (body === null) return false;
    try {
      const header = readGrantHeader(decodeMessage(sendRequest, body).bytes);
      return equalBytes(header.collection, collection.id) && header.epoch < epoch;
    } catch (error) {
      if (!isVaultError(error)) throw error;
      return false;
    }
  };
}

/** How far the log was known to the author of an op. */
function seenBy({ header }: PendingOp): number {
  return header.seen === null ? 0 : decodeHead(header.seen[0]).position;
}

/** Whether someone has access now, as a reader or as a writer. */
function isInside(collection: Collection, person: Uint8Array): boolean {
  const members = collection.requireState().members;
  return collection.roster.has(person) || members.some((other) => equalBytes(other.person, person));
}

function remake(session: Session, transaction: Transaction, collection: Collection, op: PendingOp): void {
  const { control, blobs, vault } = op.header;
  const owned = session.vaults.get(nameOf(vault)) ?? null;
  const removed = (person: Uint8Array) => collection.roster.wasRemovedAfter(person, seenBy(op));
  if (owned !== null && control?.type !== 'head') renewEpoch(session, transaction, owned, collection);
  if (control === null) {
    remakeRecords(session, transaction, collection, op);
    return;
  }
  const { roster } = op;
  switch (control.type) {
    case 'head':
      appendOwnHead(transaction, collection);
      return;
    case 'prune':
      appendPrune(transaction, collection, control.changes, blobs);
      return;
    case 'admit':
      if (!removed(control.member[0])) appendAdmission(transaction, collection, control.member[0]);
      return;
    case 'roster':
      for (const reader of roster?.add ?? []) {
        const recipient = session.book.get(reader.person);
        if (owned === null || recipient === null || removed(reader.person)) continue;
        readmit(session, transaction, owned, collection, recipient, reader);
      }
      return;
    case 'rotate': {
      // Who is still there must go; who went meanwhile is gone.
      const remove = (roster?.remove ?? []).filter((person) => isInside(collection, person));
      // One that closed the past to later readers has to close it again.
      const carry = control.payloads.includes('previous-key');
      if (owned !== null && (remove.length > 0 || !carry))
        rotateCollection(session, transaction, owned, collection, { remove, carry });
      return;
    }
    default:
  }
}

/**
 * What was masked meanwhile goes where it is now, and is not sealed once more for those who read its category.
 *
 * A new file follows when it is there, and so does what comes before the masked are known here: see `settleMasks`.
 */
function remakeRecords(
  session: Session,
  transaction: Transaction,
  collection: Collection,
  { header: { blobs, vault }, records }: PendingOp,
): void {
  const owned = session.vaults.get(nameOf(vault)) ?? null;
  const isOfCategory = owned?.index.get('index.collection', collection.id)?.purpose === 'category';
  const home = owned !== null && isOfCategory && blobs.add.length === 0 ? maskedOf(session, owned) : null;
  const masked =
    owned === null || home === null
      ? []
      : records.filter(
          ({ item, kind, body }) => kind === DOCUMENT_KIND && body !== null && maskOf(owned, item) !== null,
        );
  const others = records.filter((record) => !masked.includes(record));
  if (owned !== null && home !== null && masked.length > 0) {
    renewEpoch(session, transaction, owned, home);
    for (const record of masked) appendRecords(transaction, home, [onTopOf(home, record)]);
  }
  if (others.length > 0) appendRecords(transaction, collection, others, blobs);
}

/** Where masked documents are, if it is known here. */
function maskedOf(session: Session, owned: OwnedVault): Collection | null {
  const [found] = findCollections(session, owned, { masked: true });
  return found === undefined || found.collection.log.state === null ? null : found.collection;
}

/** A change as the next one of what the item is there. */
function onTopOf({ view }: Collection, record: RecordEnvelope): RecordEnvelope {
  const known = record.base.filter((change) => view.revision(change) !== null);
  return { ...record, base: known.length > 0 ? known : headChanges(view.get(record.item)).slice(-16) };
}
