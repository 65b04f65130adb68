import { equalBytes } from '../crypto/hash.js';
import { VaultError } from '../errors.js';
import { type Id, parseId } from '../formats/id.js';
import { RECEIPT_ITEMS_MAX } from '../formats/read-receipt.js';
import { nameOf } from '../log/collection-log.js';
import { makeMessage } from '../sharing/messages.js';
import { readReadReceipt, signReadReceipt } from '../sharing/read-receipts.js';
import type { Collection } from './collection.js';
import { sendToInbox } from './inbox.js';
import type { Session } from './session.js';

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
  const recipient = await session.requireIdentity(from);
  await session.transact((transaction) => {
    const { index, author, random, now } = session;
    const told = toldChanges(session, collection.id);
    const items = wanted.flatMap((id) => {
      const item = collection.view.get(parseId('item', id));
      if (item === null || item.current.body === null) throw new VaultError('usage/not-found', { id });
      const { change } = item.current;
      return told.has(nameOf(change)) ? [] : [[item.item, change] as [Uint8Array, Uint8Array]];
    });
    if (items.length === 0) return;
    const { vault } = collection.requireState();
    const time = now();
    const { receipt, digest } = signReadReceipt(author, { vault, collection: collection.id, items, time });
    index.put(transaction, 'index.read-receipt', digest, { receipt, received: time });
    const made = makeMessage({ kind: 'read-receipt', author, recipient, content: receipt, random, time });
    sendToInbox(transaction, from, made.bytes);
  });
}

function toldChanges(session: Session, collection: Uint8Array): ReadonlySet<string> {
  const told = session.index.list('index.read-receipt').flatMap(({ receipt }) => {
    const { content } = readReadReceipt(receipt);
    return equalBytes(content.collection, collection)
      ? content.items.map(([, change]) => nameOf(change))
      : [];
  });
  return new Set(told);
}
