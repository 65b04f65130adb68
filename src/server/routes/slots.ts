import { Hono } from 'hono';
import { equalBytes } from '../../crypto/hash.js';
import { decodeSlot, decodeSlotPublic } from '../../formats/slot.js';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { emptyAnswer, putSlotRequest, slotAnswer } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { answerWith, bodyOf, idInPath } from '../body.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';

/** Slots: what a recovery secret opens. PROTOCOL §4.2. */
export function slotRoutes(services: Services): Hono<Env> {
  const { db, identities } = services;
  const app = new Hono<Env>();

  app.put('/v1/people/:person/slots/:slot', signedBy(services, 'device', 128 * 1024), async (context) => {
    const { person } = deviceOf(context);
    const slot = idInPath(context, 'slot', 16);
    if (!equalBytes(idInPath(context, 'person', 32), person)) throw refuse('not-found');
    const { slot: bytes } = bodyOf(context, putSlotRequest);
    const stated = decodeSlotPublic(decodeSlot(bytes).publicBytes);
    const { auth } = stated;
    // Only a secret of 128 bits or more may be guessed at from afar (design: slots on the server), so it has a key.
    if (
      !equalBytes(stated.person, person) ||
      !equalBytes(stated.slot, slot) ||
      auth === null ||
      stated.kind === 'passphrase'
    ) {
      throw refuse('malformed', { at: 'slot' }); // R-SLT-2
    }
    await db.transaction().execute(async (trx) => {
      const row = await trx.selectFrom('slots').select('person').where('slot', '=', slot).executeTakeFirst();
      if (row && !equalBytes(row.person, person)) throw refuse('exists');
      if (!row) {
        const { count } = await trx
          .selectFrom('slots')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('person', '=', person)
          .executeTakeFirstOrThrow();
        if (count >= WIRE_LIMITS.slotsPerPersonMax) throw refuse('quota'); // R-SLT-2
      }
      await trx
        .insertInto('slots')
        .values({ person, slot, auth, bytes })
        .onConflict((conflict) => conflict.columns(['person', 'slot']).doUpdateSet({ auth, bytes }))
        .execute();
    });
    return answerWith(emptyAnswer, {});
  });

  app.delete('/v1/people/:person/slots/:slot', signedBy(services, 'device', 0), async (context) => {
    const { person } = deviceOf(context);
    const slot = idInPath(context, 'slot', 16);
    if (!equalBytes(idInPath(context, 'person', 32), person)) throw refuse('not-found');
    await db.deleteFrom('slots').where('person', '=', person).where('slot', '=', slot).execute();
    return answerWith(emptyAnswer, {});
  });

  app.get('/v1/slots/:slot', signedBy(services, 'slot', 0), async (context) => {
    const caller = context.get('caller');
    const slot = idInPath(context, 'slot', 16);
    // R-SLT-1: a wrong slot answers like a wrong signature: which slots exist is not to be found out.
    if (caller.type !== 'slot' || !equalBytes(caller.slot, slot)) throw refuse('signature');
    const row = await db.selectFrom('slots').select('bytes').where('slot', '=', slot).executeTakeFirst();
    const identity = await identities.load(db, caller.person);
    if (!row || identity === null) throw refuse('signature');
    return answerWith(slotAnswer, { slot: row.bytes, entries: [...identity.entries] });
  });
  return app;
}
