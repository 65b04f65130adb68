import { Hono } from 'hono';
import { equalBytes } from '../../crypto/hash.js';
import type { Delivered } from '../../formats/fetch-log.js';
import type { SignedHead } from '../../formats/head.js';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { applyHeader, checkBodies } from '../../protocol/log-rules.js';
import {
  type AccessChange,
  appendOpsAnswer,
  appendOpsRequest,
  emptyAnswer,
  foundCollectionAnswer,
  foundCollectionRequest,
  headAnswer,
  opsAnswer,
  putAccessRequest,
} from '../../protocol/messages.js';
import { appendOps, insertOps, lostHead, saveMembers, saveState } from '../append.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { audienceOf, requireRole, roleInCollection, roleInVault } from '../authorize.js';
import { applyBlobChanges } from '../blob-references.js';
import { answerWith, bodyOf, idInPath, numberInQuery } from '../body.js';
import { recordFetch } from '../fetch-log.js';
import { createAppendContext, readOp } from '../log-context.js';
import { charge } from '../quota.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';
import type { Db } from '../sql/database.js';

/** The logs: founding, appending, pulling, and who may pull. PROTOCOL §4.3. */
export function collectionRoutes(services: Services): Hono<Env> {
  const { db } = services;
  const app = new Hono<Env>();

  app.post('/v1/collections', signedBy(services, 'device', WIRE_LIMITS.appendBytesMax), async (context) => {
    const { op, access, restored } = bodyOf(context, foundCollectionRequest);
    const caller = deviceOf(context);
    const collection = await db
      .transaction()
      .execute((trx) =>
        found(services, trx, { op, access, person: caller.person, restored: restored ?? null }),
      );
    const { position, head } = await signedHead(services, collection);
    await publish(services, collection, []);
    return answerWith(foundCollectionAnswer, { position, head });
  });

  app.post(
    '/v1/collections/:collection/ops',
    signedBy(services, 'device', WIRE_LIMITS.appendBytesMax),
    async (context) => {
      const collection = idInPath(context, 'collection', 32);
      const { person } = deviceOf(context);
      requireRole(await roleInCollection(db, collection, person), 'reader');
      const { ops, access, restored } = bodyOf(context, appendOpsRequest);
      const incoming = ops.map(readOp);
      const { positions, changed } = await db.transaction().execute(async (trx) => {
        const role = await roleInCollection(trx, collection, person);
        requireRole(role, access === null ? 'reader' : 'owner');
        const appended = await appendOps(services, trx, {
          collection,
          ops: incoming,
          requester: person,
          restored: restored ?? null,
        });
        // A repeated request must not undo an access change made since.
        if (access !== null && appended.changed)
          await changeAccess(trx, collection, appended.state.vault, access);
        return appended;
      });
      const { head } = await signedHead(services, collection);
      if (changed) await publish(services, collection, access?.remove ?? []);
      return answerWith(appendOpsAnswer, { positions, head });
    },
  );

  app.put('/v1/collections/:collection/access', signedBy(services, 'device', 512 * 1024), async (context) => {
    const collection = idInPath(context, 'collection', 32);
    const { person } = deviceOf(context);
    const change = bodyOf(context, putAccessRequest);
    await db.transaction().execute(async (trx) => {
      requireRole(await roleInCollection(trx, collection, person), 'owner');
      const { vault } = await trx
        .selectFrom('logs')
        .select('vault')
        .where('collection', '=', collection)
        .executeTakeFirstOrThrow();
      await changeAccess(trx, collection, vault, change);
    });
    await publish(services, collection, change.remove);
    return answerWith(emptyAnswer, {});
  });

  app.get('/v1/collections/:collection/ops', signedBy(services, 'device', 0), async (context) => {
    const collection = idInPath(context, 'collection', 32);
    const { person, device } = deviceOf(context);
    const after = numberInQuery(context, 'after', 0);
    const limit = Math.min(numberInQuery(context, 'limit', WIRE_LIMITS.pullOpsMax), WIRE_LIMITS.pullOpsMax);
    if (limit === 0) throw refuse('malformed', { at: 'limit' });
    requireRole(await roleInCollection(db, collection, person), 'reader');
    // The head is read first: it may then be behind the ops, never ahead of what is there to be served.
    const { position, head, vault } = await signedHead(services, collection);
    const ops = await page(db, { collection, after, limit, last: position });
    if (ops.length > 0) {
      const what: Delivered = ['ops', collection, after + 1, after + ops.length];
      await recordFetch(services, { vault, person, device, what });
    }
    return answerWith(opsAnswer, { ops, head, more: after + ops.length < position });
  });

  app.get('/v1/collections/:collection/head', signedBy(services, 'device', 0), async (context) => {
    const collection = idInPath(context, 'collection', 32);
    requireRole(await roleInCollection(db, collection, deviceOf(context).person), 'reader');
    const { head } = await signedHead(services, collection);
    return answerWith(headAnswer, { head });
  });
  return app;
}

async function found(
  services: Services,
  db: Db,
  options: {
    readonly op: Uint8Array;
    readonly access: { readonly add: readonly Uint8Array[] } | null;
    readonly person: Uint8Array;
    readonly restored: SignedHead | null;
  },
): Promise<Uint8Array> {
  const { person, access } = options;
  const op = readOp(options.op);
  const context = await createAppendContext({ db, identities: services.identities, state: null, ops: [op] });
  const { state, header } = applyHeader(null, op.headerBytes, op.signature, context.rules);
  const { collection, vault, position, hash } = state;
  const known = await db
    .selectFrom('logs')
    .select('vault')
    .where('collection', '=', collection)
    .executeTakeFirst();
  if (known) {
    requireRole(await roleInCollection(db, collection, person), 'reader');
    return collection;
  }
  const wasLost = options.restored !== null && lostHead(services, collection, 0, options.restored) !== null;
  const isFounder = equalBytes(header.person, person);
  if (!wasLost && !isFounder) throw refuse('forbidden');
  if (!equalBytes(state.server, services.headKey.publicKey)) throw refuse('malformed', { at: 'server' }); // R-VLT-1
  checkBodies(header, op.bodies, () => false);
  await bindVault(services, db, { vault, founder: header.person, wasLost });
  await applyBlobChanges(services, db, { collection, state, header, wasLost });
  await insertOps(db, collection, [{ position, hash, op }]);
  await charge(db, vault, op.bytes.length, services.policy);
  await saveState(db, state);
  await saveMembers(db, state);
  if (access !== null && isFounder)
    await changeAccess(db, collection, vault, { add: [...access.add], remove: [] });
  return collection;
}

/** A vault belongs to whoever founds its first collection; later ones are founded by an owner of one of them (R-VLT-1). */
async function bindVault(
  services: Services,
  db: Db,
  options: { readonly vault: Uint8Array; readonly founder: Uint8Array; readonly wasLost: boolean },
): Promise<void> {
  const { policy } = services;
  const { vault, founder, wasLost } = options;
  const row = await db.selectFrom('vaults').select('founder').where('vault', '=', vault).executeTakeFirst();
  if (row) {
    if (!wasLost && (await roleInVault(db, vault, founder)) !== 'owner') throw refuse('forbidden');
    const { count } = await db
      .selectFrom('logs')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('vault', '=', vault)
      .executeTakeFirstOrThrow();
    if (count >= policy.collectionsPerVaultMax) throw refuse('quota');
    return;
  }
  const { count } = await db
    .selectFrom('vaults')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('founder', '=', founder)
    .executeTakeFirstOrThrow();
  if (count >= policy.vaultsPerPersonMax) throw refuse('quota');
  await db.insertInto('vaults').values({ vault, founder, bytes: 0, deposit_cursor: 0 }).execute();
}

async function changeAccess(
  db: Db,
  collection: Uint8Array,
  vault: Uint8Array,
  { add, remove }: AccessChange,
): Promise<void> {
  const rows = add.map((person) => ({ collection, vault, person }));
  for (let start = 0; start < rows.length; start += 200) {
    await db
      .insertInto('readers')
      .values(rows.slice(start, start + 200))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  // Removed last: who is in both lists is out, from this transaction on (R-ACC-2).
  for (const person of remove) {
    await db
      .deleteFrom('readers')
      .where('collection', '=', collection)
      .where('person', '=', person)
      .execute();
  }
}

/** Signs where the log stands now; only ever what is committed, so it is called outside any transaction (R-SRV-5). */
async function signedHead(
  services: Services,
  collection: Uint8Array,
): Promise<{ position: number; head: [Uint8Array, Uint8Array]; vault: Uint8Array }> {
  const row = await services.db
    .selectFrom('logs')
    .select(['position', 'hash', 'vault'])
    .where('collection', '=', collection)
    .executeTakeFirst();
  if (!row) throw refuse('not-found');
  const { position, hash, vault } = row;
  const head: SignedHead = services.headKey.sign({ collection, position, hash, time: services.now() });
  return { position, head: [head[0], head[1]], vault };
}

async function page(
  db: Db,
  options: {
    readonly collection: Uint8Array;
    readonly after: number;
    readonly limit: number;
    readonly last: number;
  },
): Promise<Uint8Array[]> {
  const { collection, after, limit, last } = options;
  const sizes = await db
    .selectFrom('ops')
    .select(({ fn }) => ['position', fn<number>('length', ['op']).as('bytes')])
    .where('collection', '=', collection)
    .where('position', '>', after)
    .where('position', '<=', last)
    .orderBy('position')
    .limit(limit)
    .execute();
  let bytes = 0;
  let to = after;
  for (const row of sizes) {
    to = row.position;
    bytes += row.bytes;
    if (bytes >= WIRE_LIMITS.pullBytesMax) break;
  }
  const rows = await db
    .selectFrom('ops')
    .select('op')
    .where('collection', '=', collection)
    .where('position', '>', after)
    .where('position', '<=', to)
    .orderBy('position')
    .execute();
  return rows.map(({ op }) => op);
}

async function publish(
  services: Services,
  collection: Uint8Array,
  removed: readonly Uint8Array[],
): Promise<void> {
  const people = [...(await audienceOf(services.db, collection)), ...removed];
  services.push.publish(people, { collections: [collection], inbox: false, vaults: [] });
}
