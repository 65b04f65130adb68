import { Hono } from 'hono';
import { LIMITS } from '../../formats/limits.js';
import { WIRE_LIMITS } from '../../protocol/limits.js';
import { serverAnswer } from '../../protocol/messages.js';
import { answerWith } from '../body.js';
import type { Env, Services } from '../services.js';

/** What anyone may ask: who the server is, whether it lives. PROTOCOL §4.8. */
export function statusRoutes(services: Services): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/v1/server', () => {
    const { opsPerAppendMax, appendBytesMax, blobPieceBytesMax } = WIRE_LIMITS;
    const limits = {
      opsPerAppendMax,
      appendBytesMax,
      blobPieceBytesMax,
      blobBytesMax: LIMITS.blobBytesMax,
      vaultBytesMax: services.policy.vaultBytesMax,
      blobGraceMs: services.policy.blobGraceMs,
      depositGraceMs: services.policy.depositGraceMs,
    };
    return answerWith(serverAnswer, { v: 1, key: services.headKey.publicKey, time: services.now(), limits });
  });
  app.get('/healthz', (context) => context.text('ok'));
  app.get('/readyz', async (context) => {
    if (services.stopping.aborted) return context.text('stopping', 503);
    await services.db.selectFrom('people').select('length').limit(1).execute();
    return context.text('ready');
  });
  return app;
}
