import { isVaultError } from '../errors.js';
import { decode, encode } from '../formats/codec.js';
import { bytesToHex } from '../formats/id.js';
import { nameOf } from '../log/collection-log.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { paths } from '../protocol/paths.js';
import { type Early, isKnown } from './answers-nothing.js';
import { inboxItemId, receiveItem } from './inbox.js';
import type { Session } from './session.js';
import type { Transaction } from './transaction.js';

/**
 * Items of the inbox that are about something that is not here so far: on a device that is new, or behind another one, a
 * consent or receipt can come before the log that says what it answers. They wait in the store, and stay on the server.
 */
const PREFIX = 'inbox/';
const WAITING_MAX = 128;
const PER_SENDER_MAX = 8;
const WAITING_MS = 30 * 24 * 3600 * 1000;
/** So many are opened again in one run when this session has not seen them yet. */
const OPENED_MAX = 16;

interface Waiting {
  readonly key: string;
  readonly time: number;
  readonly sender: Uint8Array;
  readonly bytes: Uint8Array;
}

/** What each session knows of those it opened, by key: they are opened again when that is of use. */
const seen = /* @__PURE__ */ new WeakMap<Session, Map<string, Early>>();

/**
 * Lets items wait, and gives those that do: not too many of one sender, and who is known before strangers. A stranger's
 * may give way to theirs.
 */
export async function keepEarlyItems(
  session: Session,
  transaction: Transaction,
  early: ReadonlyMap<Uint8Array, Early>,
): Promise<ReadonlySet<Uint8Array>> {
  const before = new Map((await scan(session)).map((waiting) => [waiting.key, waiting]));
  const waiting = new Map(before);
  const known = new Map<string, boolean>();
  const isOfKnown = (sender: Uint8Array): boolean => {
    const is = known.get(nameOf(sender)) ?? isKnown(session, sender);
    known.set(nameOf(sender), is);
    return is;
  };
  for (const [bytes, { sender }] of early) {
    const key = keyOf(bytes);
    const all = [...waiting.values()];
    const ofSender = all.filter((other) => nameOf(other.sender) === nameOf(sender)).length;
    if (waiting.has(key) || ofSender >= PER_SENDER_MAX) continue;
    if (waiting.size >= WAITING_MAX) {
      const stranger = isOfKnown(sender) ? all.findLast((other) => !isOfKnown(other.sender)) : undefined;
      if (stranger === undefined) continue;
      waiting.delete(stranger.key);
    }
    waiting.set(key, { key, time: session.now(), sender, bytes });
  }
  for (const [key, { time, sender, bytes }] of waiting)
    if (!before.has(key)) transaction.put(key, encode([time, sender, bytes]));
  for (const [key, { bytes }] of before) if (!waiting.has(key)) giveUp(transaction, key, bytes);
  const kept = [...early].filter(([bytes]) => waiting.has(keyOf(bytes)));
  transaction.onCommit(() => {
    for (const [bytes, item] of kept) seenOf(session).set(keyOf(bytes), item);
  });
  return new Set(kept.map(([bytes]) => bytes));
}

/** Has the server forget an item. */
export function forgetItem(transaction: Transaction, bytes: Uint8Array): void {
  const path = paths.inboxItem(inboxItemId(bytes));
  transaction.send('inbox', { kind: 'request', method: 'DELETE', path, body: null });
}

/**
 * Takes in those that wait and are answered by now, and gives up those that never will be, or waited for thirty days.
 * One that cannot be taken in now waits on. Gives whether something is to be sent.
 */
export async function receiveEarlyItems(session: Session): Promise<boolean> {
  const over: Waiting[] = [];
  let opened = 0;
  for (const waiting of await scan(session)) {
    const known = seenOf(session).get(waiting.key);
    if (known === undefined && opened++ >= OPENED_MAX) continue;
    const isOld = session.now() - waiting.time > WAITING_MS;
    if (await isDone(session, waiting, known)) over.push(waiting);
    else if (isOld || seenOf(session).get(waiting.key)?.isFinal(waiting.time)) over.push(waiting);
  }
  if (over.length === 0) return false;
  await session.transact((transaction) => {
    for (const { key, bytes } of over) giveUp(transaction, key, bytes);
    transaction.onCommit(() => {
      for (const { key } of over) seenOf(session).delete(key);
    });
  });
  return true;
}

/** Opens an item if that is of use, and gives whether it was taken in or refused. */
async function isDone(session: Session, { key, bytes }: Waiting, known: Early | undefined): Promise<boolean> {
  if (known !== undefined && !known.isAnswered()) return false;
  try {
    const outcome = await receiveItem(session, bytes);
    if (outcome === 'taken' || outcome === 'refused') return true;
    seenOf(session).set(key, outcome);
  } catch (error) {
    // What stops this one stops no other, and may pass.
    const mayPass = isVaultError(error) && /^(sync|integrity|format|share|access)\//.test(error.code);
    if (!mayPass || error.code === 'access/locked') throw error;
  }
  return false;
}

async function scan(session: Session): Promise<Waiting[]> {
  const found = await session.store.scan({ prefix: PREFIX });
  return found.map(({ key, value }) => {
    const limits = { maxBytes: WIRE_LIMITS.inboxItemBytesMax + 128 };
    const [time, sender, bytes] = decode(value, limits) as [number, Uint8Array, Uint8Array];
    return { key, time, sender, bytes };
  });
}

function seenOf(session: Session): Map<string, Early> {
  const known = seen.get(session) ?? new Map<string, Early>();
  seen.set(session, known);
  return known;
}

function giveUp(transaction: Transaction, key: string, bytes: Uint8Array): void {
  forgetItem(transaction, bytes);
  transaction.delete(key);
}

function keyOf(bytes: Uint8Array): string {
  return PREFIX + bytesToHex(inboxItemId(bytes));
}
