import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { bytesToBase64url } from '../../formats/id.js';
import { changeEvent, encodeMessage } from '../../protocol/messages.js';
import { deviceOf, signedBy } from '../authenticate.js';
import { refuseRate } from '../refuse.js';
import type { Env, Services } from '../services.js';

const HEARTBEAT_MS = 25_000;

/** The stream that says where there is something new. PROTOCOL §4.7. */
export function eventRoutes(services: Services): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/v1/events', signedBy(services, 'device', 0), (context) => {
    const { person } = deviceOf(context);
    const { stopping, policy } = services;
    let notify: Parameters<typeof services.push.subscribe>[1] = () => {};
    const unsubscribe = services.push.subscribe(
      person,
      (notice) => notify(notice),
      policy.eventStreamsPerPersonMax,
    );
    if (unsubscribe === null) throw refuseRate(60_000);
    context.header('x-accel-buffering', 'no');
    return streamSSE(context, async (stream) => {
      notify = (notice) => {
        const data = bytesToBase64url(encodeMessage(changeEvent, notice));
        stream.writeSSE({ event: 'change', data }).catch(() => stream.abort());
      };
      const end = new Promise<void>((resolve) => {
        stream.onAbort(resolve);
        stopping.addEventListener('abort', () => resolve(), { once: true });
        if (stopping.aborted) resolve();
      });
      // Proxies cut silent connections, and a dead one is only noticed by writing to it.
      const heartbeat = setInterval(() => {
        stream.write(': \n\n').catch(() => stream.abort());
      }, HEARTBEAT_MS);
      try {
        await stream.write(': \n\n');
        await end;
      } finally {
        clearInterval(heartbeat);
        unsubscribe();
      }
    });
  });
  return app;
}
