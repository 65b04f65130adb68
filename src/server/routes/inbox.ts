import { Hono } from 'hono';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { emptyAnswer, inboxAnswer, sendRequest } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { answerWith, bodyOf, idInPath, numberInQuery } from '../body.js';
import { firstBytes } from '../page.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';
import type { Db } from '../sql/database.js';

/** Sealed messages from person to person: grants, receipts. PROTOCOL §4.6. */
export function inboxRoutes(services: Services): Hono<Env> {
  const { db } = services;
  const app = new Hono<Env>();

  app.post('/v1/people/:person/inbox', signedBy(services, 'device', 128 * 1024), async (context) => {
    const person = idInPath(context, 'person', 32);
    const { id, bytes } = bodyOf(context, sendRequest);
    const { person: sender } = deviceOf(context);
    const isNew = await db
      .transaction()
      .execute((trx) => deliver(services, trx, { person, sender, id, bytes }));
    if (isNew) services.push.publish([person], { collections: [], inbox: true, vaults: [] });
    return answerWith(emptyAnswer, {});
  });

  app.get('/v1/inbox', signedBy(services, 'device', 0), async (context) => {
    const { person } = deviceOf(context);
    const rows = await db
      .selectFrom('inbox')
      .select(['cursor', 'sender as from', 'bytes'])
      .where('person', '=', person)
      .where('cursor', '>', numberInQuery(context, 'after', 0))
      .orderBy('cursor')
      .limit(WIRE_LIMITS.pageItemsMax + 1)
      .execute();
    return answerWith(inboxAnswer, firstBytes(rows));
  });

  app.delete('/v1/inbox/:message', signedBy(services, 'device', 0), async (context) => {
    const message = idInPath(context, 'message', 16);
    const { person } = deviceOf(context);
    await db.deleteFrom('inbox').where('person', '=', person).where('message', '=', message).execute();
    return answerWith(emptyAnswer, {});
  });
  return app;
}

/** Whether the message was put there now. Someone unknown swallows everything: an id can not be tried out here (R-BOX-1). */
async function deliver(
  services: Services,
  db: Db,
  options: {
    readonly person: Uint8Array;
    readonly sender: Uint8Array;
    readonly id: Uint8Array;
    readonly bytes: Uint8Array;
  },
): Promise<boolean> {
  const { person, sender, id, bytes } = options;
  const mine = db.selectFrom('inbox').where('person', '=', person).where('sender', '=', sender);
  if (await mine.select('cursor').where('message', '=', id).executeTakeFirst()) return false;
  const sent = await mine.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  const all = await db
    .selectFrom('inbox')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('person', '=', person)
    .executeTakeFirstOrThrow();
  const { inboxItemsMax, inboxItemsPerSenderMax } = services.policy;
  if (sent.count >= inboxItemsPerSenderMax || all.count >= inboxItemsMax) throw refuse('quota');
  const row = await db
    .updateTable('people')
    .set((column) => ({ inbox_cursor: column('inbox_cursor', '+', 1) }))
    .where('person', '=', person)
    .returning('inbox_cursor')
    .executeTakeFirst();
  if (!row) return false;
  await db
    .insertInto('inbox')
    .values({ person, cursor: row.inbox_cursor, sender, message: id, bytes })
    .execute();
  return true;
}
