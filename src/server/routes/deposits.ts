import { Hono } from 'hono';
import { equalBytes } from '../../crypto/hash.js';
import { decodeDepositHeader } from '../../formats/deposit.js';
import { decodeWrapped } from '../../formats/wrapped.js';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { depositRequest, depositsAnswer, emptyAnswer, putTicketRequest } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { ownersOf, requireRole, roleInVault } from '../authorize.js';
import { blobRow, markUse } from '../blob-references.js';
import { answerWith, bodyOf, idInPath, numberInQuery } from '../body.js';
import { firstBytes } from '../page.js';
import { charge, requireDepositRoom } from '../quota.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';
import type { Db } from '../sql/database.js';
import { spendTicket } from '../tickets.js';

const TICKETS_MAX = 1000;

/** Tickets and the deposits they allow. PROTOCOL §4.5. */
export function depositRoutes(services: Services): Hono<Env> {
  const { db } = services;
  const app = new Hono<Env>();

  app.put('/v1/vaults/:vault/tickets/:ticket', signedBy(services, 'device', 4096), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const ticket = idInPath(context, 'ticket', 16);
    const { depositor, expires, bytesMax, countMax } = bodyOf(context, putTicketRequest);
    const { person } = deviceOf(context);
    await db.transaction().execute(async (trx) => {
      requireRole(await roleInVault(trx, vault, person), 'owner');
      const { count } = await trx
        .selectFrom('tickets')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('vault', '=', vault)
        .executeTakeFirstOrThrow();
      if (count >= TICKETS_MAX) throw refuse('quota');
      const terms = { depositor, expires, bytes_max: bytesMax, count_max: countMax };
      // New terms for an old ticket: what was spent stays spent (R-DEP-1).
      await trx
        .insertInto('tickets')
        .values({ vault, ticket, ...terms, bytes: 0, count: 0 })
        .onConflict((conflict) => conflict.columns(['vault', 'ticket']).doUpdateSet(terms))
        .execute();
    });
    return answerWith(emptyAnswer, {});
  });

  app.delete('/v1/vaults/:vault/tickets/:ticket', signedBy(services, 'device', 0), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const ticket = idInPath(context, 'ticket', 16);
    requireRole(await roleInVault(db, vault, deviceOf(context).person), 'owner');
    await db.deleteFrom('tickets').where('vault', '=', vault).where('ticket', '=', ticket).execute();
    return answerWith(emptyAnswer, {});
  });

  app.post('/v1/vaults/:vault/deposits', signedBy(services, 'device', 2 * 1024 * 1024), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const { person } = deviceOf(context);
    const { deposit: bytes } = bodyOf(context, depositRequest);
    const header = decodeDepositHeader(decodeWrapped(bytes).headerBytes);
    if (!equalBytes(header.vault, vault)) throw refuse('malformed', { at: 'vault' });
    if (!equalBytes(header.person, person)) throw refuse('forbidden');
    const { deposit, ticket } = header;
    const isNew = await db.transaction().execute(async (trx) => {
      const known = await trx
        .selectFrom('deposits')
        .select('bytes')
        .where('vault', '=', vault)
        .where('deposit', '=', deposit)
        .executeTakeFirst();
      if (known) {
        if (!equalBytes(known.bytes, bytes)) throw refuse('ticket');
        return false;
      }
      await spendTicket(services, trx, { vault, ticket, person, bytes: bytes.length, count: 1 });
      await requireDepositRoom(trx, { vault, person, bytes: bytes.length, policy: services.policy });
      await charge(trx, vault, bytes.length, services.policy);
      for (const [blob, length] of header.blobs) {
        const row = await blobRow(trx, vault, blob);
        const good =
          row && row.offset === row.bytes && row.bytes === length && equalBytes(row.person, person);
        if (!good) throw refuse('blob-incomplete'); // R-DEP-2
        await trx
          .insertInto('deposit_blobs')
          .values({ vault, deposit, blob })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await markUse(services, trx, vault, blob);
      }
      const { deposit_cursor: cursor } = await trx
        .updateTable('vaults')
        .set((column) => ({ deposit_cursor: column('deposit_cursor', '+', 1) }))
        .where('vault', '=', vault)
        .returning('deposit_cursor')
        .executeTakeFirstOrThrow();
      await trx
        .insertInto('deposits')
        .values({ vault, deposit, cursor, person, time: services.now(), bytes })
        .execute();
      return true;
    });
    if (isNew)
      services.push.publish(await ownersOf(db, vault), { collections: [], inbox: false, vaults: [vault] });
    return answerWith(emptyAnswer, {});
  });

  app.get('/v1/vaults/:vault/deposits', signedBy(services, 'device', 0), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const after = numberInQuery(context, 'after', 0);
    requireRole(await roleInVault(db, vault, deviceOf(context).person), 'owner');
    const rows = await db
      .selectFrom('deposits')
      .select(['cursor', 'bytes'])
      .where('vault', '=', vault)
      .where('cursor', '>', after)
      .orderBy('cursor')
      .limit(WIRE_LIMITS.pageItemsMax + 1)
      .execute();
    return answerWith(depositsAnswer, firstBytes(rows));
  });

  app.delete('/v1/vaults/:vault/deposits/:deposit', signedBy(services, 'device', 0), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    const deposit = idInPath(context, 'deposit', 16);
    requireRole(await roleInVault(db, vault, deviceOf(context).person), 'owner');
    await db.transaction().execute((trx) => removeDeposit(services, trx, vault, deposit));
    return answerWith(emptyAnswer, {});
  });
  return app;
}

/** Removes a deposit; its blobs stay only as long as something else refers to them, and for the grace after. */
export async function removeDeposit(
  services: Services,
  db: Db,
  vault: Uint8Array,
  deposit: Uint8Array,
): Promise<void> {
  const row = await db
    .deleteFrom('deposits')
    .where('vault', '=', vault)
    .where('deposit', '=', deposit)
    .returning('bytes')
    .executeTakeFirst();
  if (!row) return;
  const blobs = await db
    .deleteFrom('deposit_blobs')
    .where('vault', '=', vault)
    .where('deposit', '=', deposit)
    .returning('blob')
    .execute();
  for (const { blob } of blobs) await markUse(services, db, vault, blob);
  await charge(db, vault, -row.bytes.length, services.policy);
}
