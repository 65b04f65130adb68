import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

/** Two web servers on this machine that note whatever reaches them, down to a connection without a request. */
export interface NetworkSpy {
  /** `http://localhost:PORT`: the page and its files. */
  readonly app: string;
  /** `http://elsewhere.test:PORT`: nobody has any business there. */
  readonly elsewhere: string;
  /** What came that the page does not consist of, in order. */
  readonly seen: readonly string[];
  /** What came that it does consist of. */
  readonly served: readonly string[];
  /** Waits until a request with this in its address came. */
  awaitRequest(part: string): Promise<void>;
  close(): Promise<void>;
}

/** A host that Chromium is told to find on this machine: pass `RESOLVER_RULE` to it. */
const ELSEWHERE = 'elsewhere.test';

/** Finds every host on this machine, so that no name is asked of anyone. */
export const RESOLVER_RULE = '--host-resolver-rules=MAP * 127.0.0.1';

/**
 * Opens the spy; `serve` gives what the page consists of, or null for what it does not. A `backend` answers below `/v1/`
 * of the page's own origin, which it is told.
 */
export async function openNetworkSpy(
  serve: (path: string) => { readonly type: string; readonly body: string | Uint8Array } | null,
  headers: Readonly<Record<string, string>>,
  backend?: (app: string) => Promise<(request: Request) => Response | Promise<Response>>,
): Promise<NetworkSpy> {
  const seen: string[] = [];
  const served: string[] = [];
  const waiting = new Map<string, () => void>();
  const note = (entry: string) => {
    seen.push(entry);
    for (const [part, resolve] of waiting) if (entry.includes(part)) resolve();
  };
  let answer: RequestListener | null = null;
  const app = createServer((request, response) => {
    const { url = '/', method } = request;
    if (answer !== null && url.startsWith('/v1/')) return answer(request, response);
    const file = serve(url);
    if (file === null) note(`app: ${method} ${url}`);
    else served.push(url);
    response.writeHead(file === null ? 404 : 200, { ...headers, 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  const elsewhere = createServer(({ url, method, headers: { host } }, response) => {
    note(`elsewhere: ${method} ${host}${url}`);
    // Whoever calls may read the answer, and what is not there is as good as what is.
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/html' });
    response.end();
  });
  elsewhere.on('connection', () => note('elsewhere: connection'));
  const [appPort, elsewherePort] = [await portOf(app), await portOf(elsewhere)];
  const origin = `http://localhost:${appPort}`;
  if (backend !== undefined) answer = getRequestListener(await backend(origin));
  return {
    app: origin,
    elsewhere: `http://${ELSEWHERE}:${elsewherePort}`,
    seen,
    served,
    async awaitRequest(part) {
      if (seen.some((entry) => entry.includes(part))) return;
      await new Promise<void>((resolve) => waiting.set(part, resolve));
      waiting.delete(part);
    },
    async close() {
      for (const server of [app, elsewhere]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
