import { Hono } from 'hono';
import { equalBytes, hash } from '../../crypto/hash.js';
import { decodeIdentityEntry, decodeSignedIdentityEntry } from '../../formats/identity-entry.js';
import { admitsDevice, type Identity, verifyIdentityLog } from '../../protocol/identity-chain.js';
import {
  appendIdentityAnswer,
  appendIdentityRequest,
  foundPersonAnswer,
  foundPersonRequest,
  identityAnswer,
} from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { answerWith, bodyOf, idInPath, numberInQuery } from '../body.js';
import { refuse, refuseRate } from '../refuse.js';
import type { Env, Services } from '../services.js';

/** Enrolment and identity logs. PROTOCOL §4.1. */
export function peopleRoutes(services: Services): Hono<Env> {
  const { db, identities } = services;
  const app = new Hono<Env>();

  app.post(
    '/v1/people',
    async (context, next) => {
      const waitMs =
        services.rates.enrolmentAddress.take(services.addressOf(context)) ||
        services.rates.enrolment.take('');
      if (waitMs > 0) throw refuseRate(waitMs); // R-ENR-1
      await next();
    },
    signedBy(services, 'newcomer', 16 * 1024),
    async (context) => {
      const { entry } = bodyOf(context, foundPersonRequest);
      const caller = deviceOf(context);
      // R-ENR-1: the root and the device have signed the entry.
      const identity = verifyIdentityLog([entry]);
      const own = equalBytes(identity.person, caller.person) && admitsDevice(identity, caller.device);
      if (!own) throw refuse('forbidden'); // R-ENR-1
      await db.transaction().execute(async (trx) => {
        const { person } = identity;
        const row = await trx
          .selectFrom('people')
          .select('person')
          .where('person', '=', person)
          .executeTakeFirst();
        if (row) return; // The id is the hash of the entry, so it is this entry.
        await trx.insertInto('people').values({ person, length: 1, inbox_cursor: 0 }).execute();
        await trx.insertInto('identity_entries').values({ person, position: 1, entry }).execute();
      });
      return answerWith(foundPersonAnswer, { person: identity.person }, 201);
    },
  );

  app.post('/v1/people/:person/identity', signedBy(services, 'newcomer', 1024 * 1024), async (context) => {
    const person = idInPath(context, 'person', 32);
    const { entries } = bodyOf(context, appendIdentityRequest);
    const caller = deviceOf(context);
    const length = await db.transaction().execute(async (trx) => {
      const known = await identities.load(trx, person);
      // A stranger is told the same about someone known and someone unknown.
      if (known === null || !equalBytes(caller.person, person) || !maySpeak(known, entries, caller.device))
        throw refuse('not-found');
      const { fresh, identity } = follow(known, entries, caller.device);
      for (const [i, entry] of fresh.entries()) {
        await trx
          .insertInto('identity_entries')
          .values({ person, position: known.entries.length + i + 1, entry })
          .execute();
      }
      await trx
        .updateTable('people')
        .set({ length: identity.entries.length })
        .where('person', '=', person)
        .execute();
      return identity.entries.length;
    });
    return answerWith(appendIdentityAnswer, { length });
  });

  app.get('/v1/people/:person/identity', signedBy(services, 'device-or-slot', 0), async (context) => {
    const person = idInPath(context, 'person', 32);
    const after = numberInQuery(context, 'after', 0);
    const caller = context.get('caller');
    const identity = await identities.load(db, person);
    if (identity === null || (caller.type === 'slot' && !equalBytes(caller.person, person)))
      throw refuse('not-found');
    return answerWith(identityAnswer, { entries: identity.entries.slice(after) });
  });
  return app;
}

function maySpeak(known: Identity, entries: readonly Uint8Array[], device: Uint8Array): boolean {
  return admitsDevice(known, device) || entries.some((entry) => equalBytes(entryOf(entry).device, device));
}

/** The entries that are new and the log with them. A device that is not admitted in the end is a stranger. */
function follow(known: Identity, entries: readonly Uint8Array[], device: Uint8Array) {
  try {
    const fresh = entriesAfter(known, entries);
    const identity = fresh.length === 0 ? known : verifyIdentityLog(fresh, known);
    if (!admitsDevice(identity, device)) throw refuse('not-found');
    return { fresh, identity };
  } catch (error) {
    throw admitsDevice(known, device) ? error : refuse('not-found');
  }
}

/** The entries that are new. Refuses with `sequence` those that neither repeat the log nor follow it. */
function entriesAfter(known: Identity, entries: readonly Uint8Array[]): Uint8Array[] {
  const at = entryOf(entries[0] as Uint8Array).index;
  const repeated = known.entries.slice(at, at + entries.length);
  const agrees = repeated.every((entry, i) =>
    equalBytes(entryHash(entry), entryHash(entries[i] as Uint8Array)),
  );
  if (at > known.entries.length || !agrees) throw refuse('sequence', { length: known.entries.length });
  return entries.slice(repeated.length);
}

function entryOf(signed: Uint8Array) {
  return decodeIdentityEntry(decodeSignedIdentityEntry(signed).entryBytes);
}

function entryHash(signed: Uint8Array): Uint8Array {
  return hash('identity', decodeSignedIdentityEntry(signed).entryBytes);
}
