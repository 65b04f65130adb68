import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import type { CoffretServer } from './open-server.js';

const COLLECT_EVERY_MS = 3_600_000;

/** A server that listens on a port. */
export interface Listening {
  readonly url: string;
  /** Takes no new requests, lets running ones end (at most `graceMs`, 10 s unless given), then closes the files. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Listens with plain HTTP; TLS is for a proxy in front of it (then give `publicUrl` and `addressOf`). */
export async function listen(
  server: CoffretServer,
  options: { readonly port: number; readonly host: string },
): Promise<Listening> {
  const { port, host } = options;
  const http = createServer(
    { maxHeaderSize: 16 * 1024, requestTimeout: 120_000, headersTimeout: 20_000, keepAliveTimeout: 65_000 },
    getRequestListener((request, env) => server.fetch(request, env)),
  );
  let closing = false;
  // A connection whose answer ends after `close` began is idle from then on, and would wait for its client to end it.
  http.on('request', (_, response) => {
    response.once('close', () => {
      if (closing) http.closeIdleConnections();
    });
  });
  await started(http, port, host);
  const { port: bound } = http.address() as AddressInfo;
  const sweep = async () => {
    try {
      server.log.note('collected', { ...(await server.collect()) });
    } catch (error) {
      server.log.fault(error);
    }
  };
  const timer = setInterval(sweep, COLLECT_EVERY_MS);
  timer.unref();
  const sweeping = sweep();
  server.log.note('started', { port: bound });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close({ graceMs = 10_000 } = {}) {
      clearInterval(timer);
      server.log.note('stopping');
      closing = true;
      server.stop();
      const closed = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const forced = setTimeout(() => http.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(forced);
      await sweeping;
      await server.close();
      server.log.note('stopped');
    },
  };
}

/** The address of the connection. */
export function addressOfConnection(context: Context): string {
  return getConnInfo(context).remote.address ?? '';
}

/** The address that the nearest proxy saw: the last of `X-Forwarded-For`. Only behind a proxy that sets it. */
export function addressOfProxied(context: Context): string {
  return context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? addressOfConnection(context);
}

function started(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => resolve());
  });
}
