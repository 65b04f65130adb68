import { decode, encode } from '../formats/codec.js';
import { bytesToHex } from '../formats/id.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { paths } from '../protocol/paths.js';
import { inboxItemId, receiveItem } from './inbox.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

/**
 * Items of the inbox that are about something that is not here so far: on a device that is new, or behind another one, a
 * consent or receipt can come before the log that says what it answers. They wait in the store, and stay on the server.
 */
const PREFIX = 'inbox/';
const WAITING_MAX = 128;
const WAITING_MS = 30 * 24 * 3600 * 1000;

/** Lets an item wait. False when enough do already: then nobody waits for it. */
export function keepEarlyItem(
  session: Session,
  transaction: Transaction,
  bytes: Uint8Array,
  waiting: number,
): boolean {
  if (waiting >= WAITING_MAX) return false;
  transaction.put(keyOf(bytes), encode([session.now(), bytes]));
  return true;
}

/** How many wait. */
export async function countEarlyItems(session: Session): Promise<number> {
  return (await session.store.scan({ prefix: PREFIX })).length;
}

/** Has the server forget an item. */
export function forgetItem(transaction: Transaction, bytes: Uint8Array): void {
  const path = paths.inboxItem(inboxItemId(bytes));
  transaction.send('inbox', { kind: 'request', method: 'DELETE', path, body: null });
}

/** Tries those that wait once more, and gives up those that did for thirty days. Gives whether something is to be sent. */
export async function receiveEarlyItems(session: Session): Promise<boolean> {
  const over: { readonly key: string; readonly bytes: Uint8Array }[] = [];
  for (const { key, value } of await session.store.scan({ prefix: PREFIX })) {
    const [time, bytes] = decode(value, { maxBytes: WIRE_LIMITS.inboxItemBytesMax + 64 }) as [
      number,
      Uint8Array,
    ];
    const isOver = (await receiveItem(session, bytes)) !== 'early' || session.now() - time > WAITING_MS;
    if (isOver) over.push({ key, bytes });
  }
  if (over.length === 0) return false;
  await session.transact((transaction) => {
    for (const { key, bytes } of over) {
      forgetItem(transaction, bytes);
      transaction.delete(key);
    }
  });
  return true;
}

function keyOf(bytes: Uint8Array): string {
  return PREFIX + bytesToHex(inboxItemId(bytes));
}
