import { equalBytes } from '../crypto/hash.js';
import { verify } from '../crypto/sign.js';
import { decodeHead, type Head, type SignedHead } from '../formats/head.js';
import { bytesToHex } from '../formats/id.js';
import { decodeOp, decodeOpHeader, encodeOp } from '../formats/op.js';
import { applyHeader, checkBodies } from '../protocol/log-rules.js';
import { decodeLogState, encodeLogState, type LogState } from '../protocol/log-state.js';
import { roleInCollection } from './authorize.js';
import { applyBlobChanges } from './blob-references.js';
import { createAppendContext, type IncomingOp } from './log-context.js';
import { charge } from './quota.js';
import { refuse } from './refuse.js';
import type { Services } from './services.js';
import type { Db } from './sql/database.js';

/** Where a log stands; committed or about to be. */
export interface Appended {
  readonly positions: number[];
  readonly state: LogState;
  /** Whether anything was new. */
  readonly changed: boolean;
}

/**
 * Appends ops to a log by the rules of SPEC §6.3, all or none, inside the caller's transaction.
 *
 * An op that is there already counts as appended (same number, same header and signature), so a request may be
 * repeated. An op that would be void is refused, so that a log of this server never holds one.
 *
 * `restored` is a head this server signed beyond what it holds now: proof that it lost ops. Ops up to that head, which
 * must be met exactly, are taken as they were then, whatever the time is now and whether or not their blobs are there.
 */
export async function appendOps(
  services: Services,
  db: Db,
  options: {
    readonly collection: Uint8Array;
    readonly ops: readonly IncomingOp[];
    readonly requester: Uint8Array;
    readonly restored: SignedHead | null;
  },
): Promise<Appended> {
  const { collection, ops, requester } = options;
  const row = await db
    .selectFrom('logs')
    .select('state')
    .where('collection', '=', collection)
    .executeTakeFirst();
  if (!row) throw refuse('not-found');
  let state = decodeLogState(row.state);
  const role = await roleInCollection(db, collection, requester);
  const restored = options.restored && lostHead(services, collection, state.position, options.restored);
  if (role === 'reader' && restored === null) throw refuse('forbidden');
  const context = await createAppendContext({ db, identities: services.identities, state, ops });
  const pruned = new Set(
    ops
      .flatMap(({ header: { control } }) => (control?.type === 'prune' ? control.changes : []))
      .map(bytesToHex),
  );
  const known = await positionsOf(db, collection, ops);
  const positions: number[] = [];
  const rows: IncomingRow[] = [];
  let membersChanged = false;
  for (const op of ops) {
    const position = known.get(op);
    if (position !== undefined) {
      positions.push(position);
      continue;
    }
    const wasLost = restored !== null && state.position < restored.position;
    const {
      state: next,
      outcome,
      reason,
      header,
    } = applyHeader(state, op.headerBytes, op.signature, context.rules);
    if (outcome === 'void')
      throw refuse(reason === 'epoch' ? 'stale-epoch' : 'not-after', { epoch: state.epoch }); // R-SRV-2
    // The author's time is only what the author says; an expired reader must not be able to write under an old date (R-SRV-2).
    if (
      !wasLost &&
      header.control?.type !== 'rotate' &&
      header.control?.type !== 'head' &&
      state.notAfter !== null &&
      services.now() > state.notAfter
    ) {
      throw refuse('not-after', { epoch: state.epoch });
    }
    checkBodies(
      header,
      op.bodies,
      (change) => wasLost && (role === 'owner' || pruned.has(bytesToHex(change))),
    );
    await applyBlobChanges(services, db, { collection, state, header, wasLost });
    if (restored !== null && next.position === restored.position && !equalBytes(next.hash, restored.hash)) {
      throw refuse('sequence', { rule: 'integrity/fork' });
    }
    membersChanged ||= next.members !== state.members;
    context.applied(header, next);
    positions.push(next.position);
    rows.push({ position: next.position, hash: next.hash, op });
    state = next;
  }
  if (rows.length > 0) {
    await insertOps(db, collection, rows);
    for (const { op } of rows)
      if (op.header.control?.type === 'prune') await prune(services, db, state, op.header.control.changes);
    await charge(
      db,
      state.vault,
      rows.reduce((sum, { op }) => sum + op.bytes.length, 0),
      services.policy,
    );
    await saveState(db, state);
    if (membersChanged) await saveMembers(db, state);
  }
  return { positions, state, changed: rows.length > 0 };
}

/** A row to be written, and the op it holds. */
export interface IncomingRow {
  readonly position: number;
  readonly hash: Uint8Array;
  readonly op: IncomingOp;
}

const OP_ROWS = 50;
const CHANGE_ROWS = 250;

/** Writes ops and the index of their changes. */
export async function insertOps(db: Db, collection: Uint8Array, rows: readonly IncomingRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += OP_ROWS) {
    const values = rows.slice(start, start + OP_ROWS).map(({ position, hash, op }) => {
      const { device, incarnation, seq } = op.header;
      return { collection, position, hash, device, incarnation, seq, op: op.bytes };
    });
    await db.insertInto('ops').values(values).execute();
  }
  const changes = rows.flatMap(({ position, op }) =>
    op.header.changes.map(([change]) => ({ collection, change, position })),
  );
  for (let start = 0; start < changes.length; start += CHANGE_ROWS) {
    await db
      .insertInto('changes')
      .values(changes.slice(start, start + CHANGE_ROWS))
      .execute();
  }
}

/** Writes where a log stands. */
export async function saveState(db: Db, state: LogState): Promise<void> {
  const { collection, vault, position, hash } = state;
  const values = { collection, vault, position, hash, state: encodeLogState(state) };
  await db
    .insertInto('logs')
    .values(values)
    .onConflict((conflict) => conflict.column('collection').doUpdateSet(values))
    .execute();
}

/** Writes who owns and writes; who is no longer named has no access from this transaction on (R-ACC-2). */
export async function saveMembers(db: Db, { collection, vault, members }: LogState): Promise<void> {
  await db.deleteFrom('members').where('collection', '=', collection).execute();
  const rows = members.map(({ person, role }) => ({ collection, vault, person, role }));
  await db.insertInto('members').values(rows).execute();
}

/**
 * A head of this log that this server signed, if it is ahead of `position`; else `null`.
 *
 * Refuses as `malformed` a head that is not ours or of another log.
 */
export function lostHead(
  services: Services,
  collection: Uint8Array,
  position: number,
  [bytes, signature]: SignedHead,
): Head | null {
  const head = decodeHead(bytes);
  const own =
    verify(services.headKey.publicKey, 'head', bytes, signature) && equalBytes(head.collection, collection);
  if (!own) throw refuse('malformed', { at: 'restored' });
  return head.position > position ? head : null;
}

/** Where the ops stand that are there already. Refuses another op under a number that is taken (R-SRV-1). */
async function positionsOf(
  db: Db,
  collection: Uint8Array,
  ops: readonly IncomingOp[],
): Promise<ReadonlyMap<IncomingOp, number>> {
  const positions = new Map<IncomingOp, number>();
  const rest = new Set(ops);
  for (const first of ops) {
    if (!rest.has(first)) continue;
    const { device, incarnation } = first.header;
    const line = [...rest].filter(
      ({ header }) => equalBytes(header.device, device) && equalBytes(header.incarnation, incarnation),
    );
    const rows = await db
      .selectFrom('ops')
      .select(['position', 'seq', 'op'])
      .where('collection', '=', collection)
      .where('device', '=', device)
      .where('incarnation', '=', incarnation)
      .where(
        'seq',
        'in',
        line.map(({ header }) => header.seq),
      )
      .execute();
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    for (const op of line) {
      rest.delete(op);
      const row = bySeq.get(op.header.seq);
      if (!row) continue;
      const known = decodeOp(row.op);
      const same = equalBytes(known.headerBytes, op.headerBytes) && equalBytes(known.signature, op.signature);
      if (!same) throw refuse('sequence', { rule: 'integrity/bad-chain' });
      positions.set(op, row.position);
    }
  }
  return positions;
}

/** Deletes the bodies that a `prune` names; header, signature and hash stay (R-SRV-4). */
async function prune(
  services: Services,
  db: Db,
  state: LogState,
  changes: readonly Uint8Array[],
): Promise<void> {
  const { collection } = state;
  for (const change of changes) {
    const row = await db
      .selectFrom('changes')
      .innerJoin('ops', (join) =>
        join
          .onRef('ops.collection', '=', 'changes.collection')
          .onRef('ops.position', '=', 'changes.position'),
      )
      .select(['ops.position', 'ops.op'])
      .where('changes.collection', '=', collection)
      .where('changes.change', '=', change)
      .executeTakeFirst();
    if (!row) continue;
    const op = decodeOp(row.op);
    const named = decodeOpHeader(op.headerBytes).changes;
    const bodies = op.bodies.map((body, i) =>
      named[i] !== undefined && equalBytes(named[i][0], change) ? null : body,
    );
    const bytes = encodeOp({ ...op, bodies });
    await db
      .updateTable('ops')
      .set({ op: bytes })
      .where('collection', '=', collection)
      .where('position', '=', row.position)
      .execute();
    await charge(db, state.vault, bytes.length - row.op.length, services.policy);
  }
}
