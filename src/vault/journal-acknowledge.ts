import { equalBytes } from '../crypto/hash.js';
import { isVaultError, VaultError } from '../errors.js';
import { type Id, parseId } from '../formats/id.js';
import { RECEIPT_ITEMS_MAX } from '../formats/read-receipt.js';
import { nameOf } from '../log/collection-log.js';
import { makeMessage } from '../sharing/messages.js';
import { signReadReceipt, type VerifiedReadReceipt } from '../sharing/read-receipts.js';
import type { Collection } from './collection.js';
import { sendToInbox } from './inbox.js';
import { readKept } from './journal-intake.js';
import type { Session } from './session.js';

/** An item and the version of it that was read. */
type ReadVersion = [item: Uint8Array, change: Uint8Array];

/** The one setting has one name. */
const READING = /* @__PURE__ */ new Uint8Array(0);

/**
 * Tells the one who shared that these items were read, as they are now. Each version is told once.
 *
 * Throws `usage/not-found`, `usage/invalid` for none or more than 256.
 */
export async function acknowledge(
  session: Session,
  collection: Collection,
  from: Uint8Array,
  ids: readonly Id<'item'>[],
): Promise<void> {
  session.requireOpen();
  const wanted = [...new Set(ids)];
  if (wanted.length === 0 || wanted.length > RECEIPT_ITEMS_MAX)
    throw new VaultError('usage/invalid', { argument: 'ids' });
  const read = wanted.map((id): ReadVersion => {
    const item = collection.view.get(parseId('item', id));
    if (item === null || item.current.body === null) throw new VaultError('usage/not-found', { id });
    return [item.item, item.current.change];
  });
  await tell(session, collection, from, read);
}

/** As `acknowledge`, for a version that was just read, if this person wants it told; it stands in nobody's way. */
export async function acknowledgeRead(
  session: Session,
  collection: Collection,
  from: Uint8Array,
  read: ReadVersion,
): Promise<void> {
  try {
    if (acknowledgesReads(session)) await tell(session, collection, from, [read]);
  } catch (error) {
    // What was read is read, whether it can be told or not.
    if (!isVaultError(error)) throw error;
  }
}

/** Whether this person wants told what they read, on every device of theirs. */
export function acknowledgesReads({ index }: Session): boolean {
  return index.get('index.reading', READING)?.acknowledge ?? false;
}

export async function setAcknowledgesReads(session: Session, acknowledge: boolean): Promise<void> {
  if (typeof acknowledge !== 'boolean') throw new VaultError('usage/invalid', { argument: 'acknowledge' });
  await session.transact((transaction) => {
    if (acknowledgesReads(session) !== acknowledge)
      session.index.put(transaction, 'index.reading', READING, { acknowledge });
  });
}

async function tell(
  session: Session,
  collection: Collection,
  from: Uint8Array,
  read: readonly ReadVersion[],
): Promise<void> {
  const recipient = await session.requireIdentity(from);
  await session.transact((transaction) => {
    const { index, author, random, now } = session;
    const told = toldOf(session, collection.id);
    const items = read.filter(([, change]) => !told.some((changes) => changes.has(nameOf(change))));
    if (items.length === 0) return;
    const { vault } = collection.requireState();
    const time = now();
    const { receipt, digest } = signReadReceipt(author, { vault, collection: collection.id, items, time });
    index.put(transaction, 'index.read-receipt', digest, { receipt, received: time });
    const made = makeMessage({ kind: 'read-receipt', author, recipient, content: receipt, random, time });
    sendToInbox(transaction, from, made.bytes);
  });
}

/** The versions each receipt tells, put together once. */
const toldIn = /* @__PURE__ */ new WeakMap<VerifiedReadReceipt, ReadonlySet<string>>();

/** The versions of a collection that were told so far, by receipt. */
function toldOf(session: Session, collection: Uint8Array): ReadonlySet<string>[] {
  const told = session.index.list('index.read-receipt').map(readKept);
  return told
    .filter(({ content }) => equalBytes(content.collection, collection))
    .map((receipt) => {
      const known = toldIn.get(receipt) ?? new Set(receipt.content.items.map(([, change]) => nameOf(change)));
      toldIn.set(receipt, known);
      return known;
    });
}
