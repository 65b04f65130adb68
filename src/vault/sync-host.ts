import { equalBytes } from '../crypto/hash.js';
import { isVaultError, VaultError } from '../errors.js';
import { decode, encode } from '../formats/codec.js';
import { decodeHead, type SignedHead } from '../formats/head.js';
import { bytesToHex } from '../formats/id.js';
import { decodeOp, decodeOpHeader } from '../formats/op.js';
import type { LogOp } from '../log/collection-log.js';
import { WIRE_LIMITS } from '../protocol/limits.js';
import { opsAnswer } from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import type { IndexEntry } from '../records/index-entry.js';
import { call } from '../sync/answer.js';
import type { DepositItem, InboxItem, SyncHost } from '../sync/host.js';
import { blobName, type QueuedEntry } from '../sync/outbox.js';
import { BLOB_MISSING } from '../sync/push.js';
import { afterRun } from './after-run.js';
import type { Early } from './answers-nothing.js';
import type { Collection } from './collection.js';
import { depositLane } from './depositor.js';
import { forgetItem, keepEarlyItems } from './early-items.js';
import { forgetPruned } from './erase.js';
import { keepEvidence, liftFreeze } from './evidence.js';
import { takeInFetches } from './fetch-intake.js';
import { identitiesNeeded } from './identity-book.js';
import { inboxItemId, receiveItem } from './inbox.js';
import { remakePending } from './remake.js';
import type { Session } from './session.js';
import { giveUpSlot } from './strong-slots.js';
import type { Transaction } from './transaction.js';

const INBOX_CURSOR = 'cursor/inbox';
/** The key under which a vault keeps how far its deposits have been fetched. */
export const depositCursorKey = (vault: Uint8Array) => `cursor/deposits/${bytesToHex(vault)}`;

/** The prefix under which deposits wait for an owner's decision. */
export const depositPrefix = (vault: Uint8Array) => `deposit/${bytesToHex(vault)}/`;

/** The host of a store that other sessions may write to as well. */
export interface StoreHost extends SyncHost {
  /** Reads again how far inbox, deposits and fetch logs were taken in. */
  refresh(): Promise<void>;
}

/** Connects a session with sync: verifies what arrives, remakes what was refused. */
export async function createSyncHost(session: Session): Promise<StoreHost> {
  const { store } = session;
  const depositCursors = new Map<string, number>();
  const refresh = async (): Promise<void> => {
    for (const { key, value } of await store.scan({ prefix: 'cursor/' }))
      depositCursors.set(key, decode(value, { maxBytes: 16 }) as number);
    await session.fetchLogs.refresh();
  };
  await refresh();
  const cursorOf = (key: string) => depositCursors.get(key) ?? 0;

  const ingest: SyncHost['ingest'] = async (id, served) => {
    const collection = session.requireCollection(id);
    let accepted: readonly LogOp[];
    try {
      await session.ensureIdentities(identitiesNeeded(served.ops));
      accepted = await session.transact((transaction) => {
        // Another session took this answer in, or a newer one, while it was on its way here.
        if (collection.log.position !== served.after) return [];
        const ops = collection.ingest(transaction, served);
        liftFreeze(transaction, collection);
        return ops;
      });
    } catch (error) {
      // Bytes that are no op, or of another suite, are as wrong an answer as a broken rule.
      if (isVaultError(error) && /^(integrity|format)\//.test(error.code)) {
        await session.transact((transaction) => {
          if (collection.log.position === served.after)
            keepEvidence(transaction, collection, error.code, served, session.now());
        });
      }
      throw error;
    }
    await forgetPruned(session, collection, accepted);
    await afterIngest(session, collection);
  };

  return {
    refresh,
    collections: () => session.collections.map(({ id, log }) => ({ collection: id, position: log.position })),
    vaults: () =>
      [...session.vaults.values()]
        // The server knows a vault from the first op of its index; before, it could only say that there is none.
        .filter(({ index }) => index.collection.log.position > 0)
        .map(({ vault }) => ({
          vault,
          depositCursor: cursorOf(depositCursorKey(vault)),
          fetchPosition: session.fetchLogs.of(vault).runs.at(-1)?.position ?? 0,
        })),
    inboxCursor: () => cursorOf(INBOX_CURSOR),
    ingest,
    async appended(id, ops, { positions, head }) {
      const collection = session.requireCollection(id);
      // Taken in as it was sent, without downloading it again.
      if (positions[0] === collection.log.position + 1) {
        const after = positions[0] - 1;
        await ingest(id, { ops, head, more: isBeyond(head, positions.at(-1) ?? 0), after });
        return keepVoid(session, collection, ops);
      }
      // Others wrote before it. It leaves the outbox when it was seen in the log, not on the server's word alone.
      while (!isInLog(collection, ops)) {
        const before = collection.log.position;
        const path = paths.opsAfter(id, before, WIRE_LIMITS.pullOpsMax);
        const request = { method: 'GET', path, signer: session.signer } as const;
        await ingest(id, { ...(await call(session.transport, request, opsAnswer)), after: before });
        if (collection.log.position === before) throw new VaultError('sync/bad-answer', { why: 'position' });
      }
      await keepVoid(session, collection, ops);
    },
    refused: (queued, code) => settleRefusal(session, queued, code),
    afterRun: (report) => afterRun(session, report),
    async receivedInbox(items: readonly InboxItem[]) {
      const early = new Map<Uint8Array, Early>();
      for (const { bytes } of items) {
        const outcome = await receiveItem(session, bytes);
        if (typeof outcome === 'object') early.set(bytes, outcome);
      }
      await session.transact(async (transaction) => {
        const kept = early.size === 0 ? null : await keepEarlyItems(session, transaction, early);
        for (const { bytes } of items) if (!kept?.has(bytes)) forgetItem(transaction, bytes);
        moveCursor(transaction, INBOX_CURSOR, items);
      });
      await session.discover();
    },
    async receivedDeposits(vault, items: readonly DepositItem[]) {
      const key = depositCursorKey(vault);
      await session.transact((transaction) => {
        for (const { bytes } of items)
          transaction.put(depositPrefix(vault) + bytesToHex(inboxItemId(bytes)), bytes);
        moveCursor(transaction, key, items);
      });
    },
    receivedFetches: (vault, answer) => takeInFetches(session, vault, answer),
  };

  function moveCursor(
    transaction: Transaction,
    key: string,
    items: readonly { readonly cursor: number }[],
  ): void {
    const cursor = Math.max(cursorOf(key), ...items.map((item) => item.cursor));
    transaction.put(key, encode(cursor));
    transaction.onCommit(() => depositCursors.set(key, cursor));
  }
}

/** Whether a head speaks of ops after this position: an append sent again is answered with the head of now. */
function isBeyond([bytes]: SignedHead, position: number): boolean {
  try {
    return decodeHead(bytes).position > position;
  } catch {
    return false; // refused where it is verified
  }
}

function isInLog(collection: Collection, ops: readonly Uint8Array[]): boolean {
  return ops.every((op) => collection.isInLog(decodeOpHeader(decodeOp(op).headerBytes)));
}

/**
 * Throws `access/not-allowed` when the server let an op in that is void, and it could not be made again: it stays in
 * the outbox, or what it says would be lost.
 */
async function keepVoid(session: Session, collection: Collection, ops: readonly Uint8Array[]): Promise<void> {
  if (collection.hasStalePending()) await remakePending(session, collection);
  const isPending = ops.some((op) => {
    const { headerBytes } = decodeOp(op);
    return collection.pending.some((pending) => equalBytes(pending.headerBytes, headerBytes));
  });
  if (isPending) throw new VaultError('access/not-allowed');
}

async function afterIngest(session: Session, collection: Collection): Promise<void> {
  if (collection.hasStalePending()) await remakePending(session, collection);
  const isIndex =
    collection === session.index.collection ||
    [...session.vaults.values()].some(({ index }) => index.collection === collection);
  if (isIndex) await session.discover();
}

async function settleRefusal(session: Session, queued: QueuedEntry, code: string): Promise<boolean> {
  const { entry, id } = queued;
  if (entry.kind === 'append' || entry.kind === 'found') {
    if (code !== 'stale-epoch' && code !== 'not-after' && code !== 'sequence') return false;
    const collection = session.collection(entry.collection);
    if (collection === null) return false;
    return remakePending(session, collection);
  }
  if (LASTING.has(code)) {
    const made = session.index
      .list('index.deposited')
      .find(({ deposit }) => depositLane(deposit) === queued.lane);
    if (made !== undefined) return giveUpDeposit(session, made, code);
  }
  if (code === 'exists' && (await giveUpSlot(session, queued))) return true;
  // What was to be made exists already, or what was to be removed is gone: done, either way.
  if (
    entry.kind === 'request' &&
    (code === 'exists' || (code === 'not-found' && entry.method === 'DELETE'))
  ) {
    await session.transact((transaction) => transaction.writes.push(...session.outbox.remove(id)));
    return true;
  }
  return false;
}

/** Refusals of a deposit that no later attempt mends. */
const LASTING: ReadonlySet<string> = new Set(['ticket', 'forbidden', BLOB_MISSING]);

/** A deposit that will never be taken: nothing of it waits any more, and its sender is told by its entry. */
async function giveUpDeposit(
  session: Session,
  made: IndexEntry<'index.deposited'>,
  code: string,
): Promise<true> {
  const files: string[] = [];
  await session.transact(async (transaction) => {
    for (const { id } of await session.outbox.list(depositLane(made.deposit))) {
      const queued = await session.outbox.read(id);
      if (queued?.entry.kind === 'blob') files.push(blobName(queued.entry.blob));
      transaction.writes.push(...session.outbox.remove(id));
    }
    session.index.put(transaction, 'index.deposited', made.deposit, { ...made, refused: code });
  });
  for (const file of files) await session.store.blobs.remove(file);
  return true;
}
