import { equalBytes } from '../crypto/hash.js';
import type { Identity } from '../protocol/identity-chain.js';
import type { IndexEntry } from '../records/index-entry.js';
import { readReadReceipt, type VerifiedReadReceipt, verifyReadReceipt } from '../sharing/read-receipts.js';
import { answeredVault, type Early, earlyForVault, wasGiven } from './answers-nothing.js';
import type { OwnedVault, Session } from './session.js';
import type { Transaction } from './transaction.js';

/** What one person can have an owner keep: whoever sends more is not heard. */
const PER_PERSON_MAX = 1024;
const PER_PERSON_BYTES_MAX = 2 * 1024 * 1024;

/** Receipts read once: an entry that changes is another object. */
const read = /* @__PURE__ */ new WeakMap<IndexEntry<'index.read-receipt'>, VerifiedReadReceipt>();

/** What a receipt kept in an index says. */
export function readKept(entry: IndexEntry<'index.read-receipt'>): VerifiedReadReceipt {
  const known = read.get(entry) ?? readReadReceipt(entry.receipt);
  read.set(entry, known);
  return known;
}

/**
 * Checks a receipt that came by message, and gives what keeps it. The access that it is about may have been given on
 * another device: then it is early.
 *
 * Throws as `verifyReadReceipt`.
 */
export function checkReadReceipt(
  session: Session,
  bytes: Uint8Array,
  sender: Identity,
): ((transaction: Transaction) => void) | Early {
  const verified = verifyReadReceipt(bytes, sender); // R-READ-1
  const { content, digest } = verified;
  const isHere = (owned: OwnedVault) => isOfReader(session, owned, verified);
  const owned = answeredVault(session, content.vault, isHere); // R-READ-2
  if (owned === null) return earlyForVault(session, sender.person, content.vault, isHere);
  return (transaction) => {
    const { index } = owned;
    if (index.get('index.read-receipt', digest) !== null) return;
    const ofSender = index
      .list('index.read-receipt')
      .filter((entry) => equalBytes(readKept(entry).content.person, sender.person));
    const size = ofSender.reduce((sum, { receipt }) => sum + receipt.length, bytes.length);
    if (ofSender.length >= PER_PERSON_MAX || size > PER_PERSON_BYTES_MAX) return;
    index.put(transaction, 'index.read-receipt', digest, { receipt: bytes, received: session.now() });
  };
}

/** Whether a receipt is about a collection of this vault that its signer was given (R-READ-2). */
export function isOfReader(session: Session, owned: OwnedVault, { content }: VerifiedReadReceipt): boolean {
  const entry = owned.index.get('index.collection', content.collection);
  return entry !== null && wasGiven(session, content.collection, content.person);
}
