import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { requestId } from 'hono/request-id';
import { matchedRoutes } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { refusalOf, refuse, refuseRate } from './refuse.js';
import { blobRoutes } from './routes/blobs.js';
import { collectionRoutes } from './routes/collections.js';
import { depositRoutes } from './routes/deposits.js';
import { eventRoutes } from './routes/events.js';
import { fetchRoutes } from './routes/fetches.js';
import { inboxRoutes } from './routes/inbox.js';
import { peopleRoutes } from './routes/people.js';
import { slotRoutes } from './routes/slots.js';
import { statusRoutes } from './routes/status.js';
import type { Env, Services } from './services.js';

/** The whole server as one Hono app: routes, refusals, CORS, security headers, one journal line per request. */
export function createApp(
  services: Services,
  options: { readonly allowOrigins: readonly string[] },
): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requestId({ headerName: '' }));
  app.use(async (context, next) => {
    const begun = performance.now();
    await next();
    context.header('cache-control', 'no-store');
    services.log.request({
      request: context.get('requestId'),
      method: context.req.method,
      route: matchedRoutes(context).findLast(({ path }) => path !== '/*')?.path ?? 'none',
      status: context.res.status,
      ms: Math.round(performance.now() - begun),
      code: context.get('code') ?? null,
      account: context.get('account') ?? null,
    });
  });
  app.use(secureHeaders({ crossOriginResourcePolicy: 'cross-origin', xFrameOptions: 'DENY' }));
  app.use(
    cors({
      origin: [...options.allowOrigins],
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['content-type', 'content-digest', 'signature', 'signature-input', 'range'],
      exposeHeaders: ['content-range', 'retry-after'],
      credentials: false,
      maxAge: 600,
    }),
  );
  app.use('/v1/*', async (context, next) => {
    const waitMs = services.rates.address.take(services.addressOf(context));
    if (waitMs > 0) throw refuseRate(waitMs);
    if (services.stopping.aborted) throw refuse('busy', {}, { 'retry-after': '1' });
    await next();
  });
  for (const routes of [
    statusRoutes,
    peopleRoutes,
    slotRoutes,
    collectionRoutes,
    blobRoutes,
    depositRoutes,
    inboxRoutes,
    eventRoutes,
    fetchRoutes,
  ]) {
    app.route('/', routes(services));
  }
  app.notFound(() => refuse('not-found').getResponse());
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal.status >= 500 && refusal !== error) services.log.fault(error);
    context.set('code', refusal.message);
    return refusal.getResponse();
  });
  return app;
}
