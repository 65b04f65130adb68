import { equalBytes } from '../crypto/hash.js';
import { nameOf } from '../log/collection-log.js';
import type { Identity } from '../protocol/identity-chain.js';
import { readReadReceipt, type VerifiedReadReceipt, verifyReadReceipt } from '../sharing/read-receipts.js';
import { answersNothing } from './answers-nothing.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

/** What one person can have an owner keep: whoever sends more is not heard. */
const PER_PERSON_MAX = 4096;
/** Receipts that are kept although the access they are about is not known here yet. */
const WAITING_MAX = 64;

/**
 * Checks a receipt that came by message, and gives what keeps it.
 *
 * Throws `integrity/wrong-audience` for a vault that is not this person's, and as `verifyReadReceipt`.
 */
export function checkReadReceipt(
  session: Session,
  bytes: Uint8Array,
  sender: Identity,
): (transaction: Transaction) => void {
  const verified = verifyReadReceipt(bytes, sender); // R-READ-1
  const { content, digest } = verified;
  const owned = session.vaults.get(nameOf(content.vault));
  if (owned === undefined || owned.index.collection.log.state === null) throw answersNothing(); // R-READ-2
  return (transaction) => {
    const { index } = owned;
    if (index.get('index.read-receipt', digest) !== null) return;
    const kept = index.list('index.read-receipt').map(({ receipt }) => readReadReceipt(receipt));
    const ofSender = kept.filter((other) => equalBytes(other.content.person, sender.person)).length;
    if (ofSender >= PER_PERSON_MAX) return;
    // The access may have been given on another device: then its log comes with this sync or the next.
    const waiting = kept.filter((other) => !isOfReader(session, owned, other)).length;
    if (!isOfReader(session, owned, verified) && waiting >= WAITING_MAX) return;
    index.put(transaction, 'index.read-receipt', digest, { receipt: bytes, received: session.now() });
  };
}

/** Whether a receipt is about a collection of this vault that its signer was given (R-READ-2). */
export function isOfReader(session: Session, owned: OwnedVault, { content }: VerifiedReadReceipt): boolean {
  const entry = owned.index.get('index.collection', content.collection);
  return entry !== null && wasGiven(session, content.collection, content.person);
}

function wasGiven(session: Session, collection: Uint8Array, person: Uint8Array): boolean {
  const history = session.collection(collection)?.readers.history() ?? [];
  return history.some((access) => equalBytes(access.person, person));
}
