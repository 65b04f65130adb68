import { equalBytes } from '../crypto/hash.js';
import { isVaultError, VaultError } from '../errors.js';
import { decodeHead } from '../formats/head.js';
import { logKeys, nameOf } from '../log/collection-log.js';
import {
  appendIdentityAnswer,
  appendIdentityRequest,
  appendOpsAnswer,
  appendOpsRequest,
  emptyAnswer,
  encodeMessage,
  foundCollectionAnswer,
  foundCollectionRequest,
  foundPersonAnswer,
  foundPersonRequest,
  headAnswer,
  putAccessRequest,
} from '../protocol/messages.js';
import { paths } from '../protocol/paths.js';
import { call } from '../sync/answer.js';
import { blobName, collectionLane } from '../sync/outbox.js';
import type { Collection } from './collection.js';
import { blobsNamedBy } from './named-blobs.js';
import type { Session } from './session.js';
import { currentReaders } from './shares.js';

const PAGE_OPS = 32;
/** Of ops in one request, well below what a server takes; one op alone is never larger. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Gives back to a server that was restored from an old backup what it lost: identity, ops byte for byte, files.
 *
 * Only for collections that stopped because of a rollback, and only if what the server still has is the beginning of
 * what was verified here: a real fork is never mended this way. Returns how many ops were sent again. PROTOCOL §5.5.
 */
export async function resendLost(session: Session): Promise<number> {
  await resendIdentity(session);
  let sent = 0;
  for (const collection of session.collections) {
    if (collection.frozen !== 'integrity/rollback' || collection.log.head === null) continue;
    sent += await resendOps(session, collection);
    if (collection.role === 'owner') await resendAccess(session, collection);
    await requeueFiles(session, collection);
  }
  return sent;
}

async function resendIdentity(session: Session): Promise<void> {
  const { transport, signer, identity } = session;
  const [first, ...rest] = identity.entries;
  const found = encodeMessage(foundPersonRequest, { entry: first as Uint8Array });
  await call(transport, { method: 'POST', path: paths.people, body: found, signer }, foundPersonAnswer);
  if (rest.length === 0) return;
  const body = encodeMessage(appendIdentityRequest, { entries: rest });
  await call(
    transport,
    { method: 'POST', path: paths.identity(identity.person), body, signer },
    appendIdentityAnswer,
  );
}

async function resendOps(session: Session, collection: Collection): Promise<number> {
  const { transport, signer, store } = session;
  const { log } = collection;
  const restored = log.head as [Uint8Array, Uint8Array];
  let position = await servedPosition(session, collection);
  const keys = logKeys(collection.id);
  let sent = 0;
  while (position < log.position) {
    const rows = await store.scan({
      prefix: keys.ops,
      limit: PAGE_OPS,
      ...(position === 0 ? {} : { after: keys.op(position) }),
    });
    if (rows.length === 0) throw new VaultError('store/damaged', { what: 'log' });
    const ops = firstOf(
      rows.map(({ value }) => value),
      PAGE_BYTES,
    );
    if (position === 0) {
      const body = encodeMessage(foundCollectionRequest, {
        op: ops[0] as Uint8Array,
        access: null,
        restored: [restored[0], restored[1]],
      });
      await call(transport, { method: 'POST', path: paths.collections, body, signer }, foundCollectionAnswer);
      position = 1;
      sent += 1;
      continue;
    }
    const body = encodeMessage(appendOpsRequest, { ops, access: null, restored: [restored[0], restored[1]] });
    await call(transport, { method: 'POST', path: paths.ops(collection.id), body, signer }, appendOpsAnswer);
    position += ops.length;
    sent += ops.length;
  }
  return sent;
}

/** As many ops from the start as fit together, at least one. */
function firstOf(ops: readonly Uint8Array[], bytesMax: number): Uint8Array[] {
  const page: Uint8Array[] = [];
  let bytes = 0;
  for (const op of ops) {
    bytes += op.length;
    if (page.length > 0 && bytes > bytesMax) break;
    page.push(op);
  }
  return page;
}

/** How far the server's log goes, if that is a beginning of ours. Throws `integrity/fork` otherwise. */
async function servedPosition(session: Session, { id, log }: Collection): Promise<number> {
  const { transport, signer } = session;
  try {
    const { head } = await call(transport, { method: 'GET', path: paths.head(id), signer }, headAnswer);
    const { position, hash } = decodeHead(head[0]);
    const own = log.hashAt(position);
    if (own === null || !equalBytes(own, hash)) throw new VaultError('integrity/fork', { position });
    return position;
  } catch (error) {
    if (isVaultError(error, 'sync/refused') && (error.details.status === 404 || error.details.status === 403))
      return 0;
    throw error;
  }
}

/** Those who read now get in again; those whose access ended after the backup was made stay out. */
async function resendAccess(session: Session, collection: Collection): Promise<void> {
  const add = currentReaders(collection, session.now()).map(({ person }) => person);
  const inside = new Set(add.map(nameOf));
  const ended = new Map<string, Uint8Array>();
  for (const { person } of collection.roster.history())
    if (!inside.has(nameOf(person))) ended.set(nameOf(person), person);
  const remove = [...ended.values()];
  if (add.length === 0 && remove.length === 0) return;
  const { transport, signer } = session;
  const body = encodeMessage(putAccessRequest, { add, remove });
  await call(transport, { method: 'PUT', path: paths.access(collection.id), body, signer }, emptyAnswer);
}

/** Queues the files that are on this device; the server answers at once for those it still has. */
async function requeueFiles(session: Session, collection: Collection): Promise<void> {
  const { blobs } = session.store;
  const { vault } = collection.requireState();
  const lane = collectionLane(collection.id);
  const named = collection.view.list().flatMap(({ current }) => blobsNamedBy(current));
  for (const { id } of named) {
    if ((await blobs.size(blobName(id))) === null) continue;
    await session.transact((transaction) =>
      transaction.send(lane, { kind: 'blob', vault, blob: id, ticket: null }),
    );
  }
}
