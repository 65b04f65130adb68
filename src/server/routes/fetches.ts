import { Hono } from 'hono';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { fetchesAnswer } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { requireRole, roleInVault } from '../authorize.js';
import { answerWith, idInPath, numberInQuery } from '../body.js';
import { pageOfFetches } from '../fetch-log.js';
import { refuse } from '../refuse.js';
import type { Env, Services } from '../services.js';

/** What was delivered of a vault, for its owners. PROTOCOL §4.9. */
export function fetchRoutes(services: Services): Hono<Env> {
  const { db } = services;
  const app = new Hono<Env>();

  app.get('/v1/vaults/:vault/fetches', signedBy(services, 'device', 0), async (context) => {
    const vault = idInPath(context, 'vault', 16);
    requireRole(await roleInVault(db, vault, deviceOf(context).person), 'owner');
    const { pullFetchesMax } = WIRE_LIMITS;
    const after = numberInQuery(context, 'after', 0);
    const limit = Math.min(numberInQuery(context, 'limit', pullFetchesMax), pullFetchesMax);
    if (limit === 0) throw refuse('malformed', { at: 'limit' });
    return answerWith(fetchesAnswer, await pageOfFetches(services, { vault, after, limit }));
  });
  return app;
}
