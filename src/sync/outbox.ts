/**
 * What waits to be sent, kept in the store until the server has answered.
 *
 * An entry is two keys: `outbox/<lane>/<number>`, small, so that the queue can be listed without reading what is in
 * it, and `outbox-body/<lane>/<number>`. The number is 16 digits of microseconds, never at or below one this outbox
 * has handed out or seen in the store, and 8 random hexadecimal digits. So the numbers of one outbox follow the
 * calls of `put`, committed or not, also across restarts and clocks set back, and those of two tabs never meet: each
 * goes on after what the other has written (`goOnAfter`), since their changes are fenced.
 */
import * as z from 'zod/mini';
import { VaultError } from '../errors.js';
import { encode } from '../formats/codec.js';
import { bytesToHex } from '../formats/id.js';
import { decodeAs, whole } from '../formats/shape.js';
import type { Store, Write } from '../store/port.js';
import { decodeEntry, encodeEntry, type OutboxEntry } from './outbox-entry.js';
import { QueueMirror } from './queue-mirror.js';

const INDEX = 'outbox/';
const BODY = 'outbox-body/';
const LANE = /^[0-9a-z-]{1,80}$/;
const NUMBER_DIGITS = 16;
const PAGE = 512;

const listedShape = z.strictObject({ kind: z.enum(['found', 'append', 'request', 'blob']), bytes: whole });

/** The lane that goes before all others: nothing else is sent while it holds entries that can be sent. */
export const IDENTITY_LANE = 'identity';

/** An entry to queue, and the lane it goes into: `[0-9a-z-]{1,80}`, strictly in order inside one lane. */
export interface NewEntry {
  readonly lane: string;
  readonly entry: OutboxEntry;
}

/** A queued entry as listed. */
export interface QueuedInfo {
  /** The storage key, ordered inside a lane. */
  readonly id: string;
  readonly lane: string;
  readonly kind: OutboxEntry['kind'];
  /** Size of the encoded entry. */
  readonly bytes: number;
}

/** A queued entry with its content. */
export interface QueuedEntry extends QueuedInfo {
  readonly entry: OutboxEntry;
}

/** The durable queue. It writes nothing itself: its changes are committed together with the caller's own. */
export interface Outbox {
  /** The writes that queue these entries, in this order. Throws `usage/invalid` for a bad lane or a huge entry. */
  put(entries: readonly NewEntry[]): Write[];
  /** The writes that take an entry out. */
  remove(id: string): Write[];
  /** Everything queued, of one lane or of all, in order inside each lane. */
  list(lane?: string): Promise<QueuedInfo[]>;
  /** One entry, byte for byte as queued, or `null` when it is gone. Throws `store/damaged`. */
  read(id: string): Promise<QueuedEntry | null>;
  /** The greatest number handed out or seen so far. */
  readonly lastNumber: number;
  /** What waits, without asking the store. */
  readonly waiting: QueueMirror;
  /** Calls back when `waiting` changed; one listener, the last given. */
  onChange(listener: () => void): void;
  /** Numbers go on after this one, which another session of the store has used. */
  goOnAfter(number: number): void;
}

/** The lane of a collection's own ops, and of the blobs they add: their uploads are queued before them. */
export function collectionLane(collection: Uint8Array): string {
  return bytesToHex(collection);
}

/** The name of a blob's ciphertext in the blob store. */
export function blobName(blob: Uint8Array): string {
  return bytesToHex(blob);
}

/** Opens the outbox of a store. Reads the queue once, so that numbering goes on after it. */
export async function openOutbox(options: {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
}): Promise<Outbox> {
  const { store, now, random } = options;
  const mark = bytesToHex(random(4));
  let last = 0;

  let onChange = (): void => {};
  const waiting = new QueueMirror(INDEX, () => onChange());

  const list = async (lane?: string): Promise<QueuedInfo[]> => {
    if (lane !== undefined) return scan(lane);
    const mirror = waiting.listing();
    const found = await scan();
    mirror(found.map(({ id }) => id));
    return found;
  };

  const scan = async (lane?: string): Promise<QueuedInfo[]> => {
    if (lane !== undefined) checkLane(lane);
    const prefix = lane === undefined ? INDEX : lanePrefix(lane);
    const found: QueuedInfo[] = [];
    for (let after: string | undefined; ; ) {
      const page = await store.scan({ prefix, limit: PAGE, ...(after === undefined ? {} : { after }) });
      for (const { key, value } of page) {
        last = Math.max(last, numberOf(key));
        found.push({ id: key, lane: laneOf(key), ...decodeListed(value) });
      }
      const end = page.at(-1);
      if (end === undefined || page.length < PAGE) return found;
      after = end.key;
    }
  };

  const put = (entries: readonly NewEntry[]): Write[] =>
    entries.flatMap(({ lane, entry }): Write[] => {
      checkLane(lane);
      const body = encodeEntry(entry);
      last = Math.max(last + 1, Math.floor(now() * 1000));
      const name = `${lane}/${last.toString().padStart(NUMBER_DIGITS, '0')}-${mark}`;
      return [
        { type: 'put', key: INDEX + name, value: encode({ kind: entry.kind, bytes: body.length }) },
        { type: 'put', key: BODY + name, value: body },
      ];
    });

  const read = async (id: string): Promise<QueuedEntry | null> => {
    const [listed, body] = await store.getMany([id, bodyKey(id)]);
    if (listed === null || listed === undefined) return null;
    if (body === null || body === undefined) throw new VaultError('store/damaged', { what: 'outbox' });
    return { id, lane: laneOf(id), ...decodeListed(listed), entry: decodeEntry(body) };
  };

  const remove = (id: string): Write[] => [
    { type: 'delete', key: id },
    { type: 'delete', key: bodyKey(id) },
  ];

  await list();
  return {
    put,
    remove,
    list,
    read,
    waiting,
    onChange: (listener) => {
      onChange = listener;
    },
    get lastNumber() {
      return last;
    },
    goOnAfter: (number) => {
      last = Math.max(last, number);
    },
  };
}

function checkLane(lane: string): void {
  if (!LANE.test(lane)) throw new VaultError('usage/invalid', { argument: 'lane' });
}

function bodyKey(id: string): string {
  return BODY + id.slice(INDEX.length);
}

/** When an entry was queued, in milliseconds since 1970, by its key. */
export function queuedAt(id: string): number {
  return Math.floor(numberOf(id) / 1000);
}

/** How the keys of a lane's entries start. */
export function lanePrefix(lane: string): string {
  return `${INDEX}${lane}/`;
}

function laneOf(id: string): string {
  return id.slice(INDEX.length, id.lastIndexOf('/'));
}

function numberOf(id: string): number {
  const number = Number(id.slice(id.lastIndexOf('/') + 1, id.lastIndexOf('-')));
  if (!Number.isSafeInteger(number)) throw new VaultError('store/damaged', { what: 'outbox' });
  return number;
}

function decodeListed(value: Uint8Array): z.infer<typeof listedShape> {
  try {
    return decodeAs(listedShape, value, 256);
  } catch {
    throw new VaultError('store/damaged', { what: 'outbox' });
  }
}
