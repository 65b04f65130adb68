import { equalBytes } from '../crypto/hash.js';
import { decodeHead } from '../formats/head.js';
import { nameOf } from '../log/collection-log.js';
import { collectionLane } from '../sync/outbox.js';
import type { Collection, PendingOp } from './collection.js';
import { appendAdmission, appendOwnHead, appendPrune, appendRecords } from './collection-writer.js';
import type { Session } from './session.js';
import { readmit, renewEpoch, rotateCollection } from './shares.js';
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
    for (const { entry } of queued) if (entry.kind === 'request') transaction.send(lane, entry);
    return true;
  });
}

function isMember(session: Session, collection: Collection): boolean {
  const { person } = session.author;
  return collection.log.state?.members.some((member) => equalBytes(member.person, person)) ?? false;
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
    appendRecords(transaction, collection, op.records, blobs);
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
