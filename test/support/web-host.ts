import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** What a web server hands out. */
export interface Site {
  /** A directory of files, or what answers instead. */
  readonly files: string | ((request: IncomingMessage, response: ServerResponse) => void);
  /** The content security policy of every file. */
  readonly policy: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A web server for built apps. */
export interface WebHost {
  readonly server: Server;
  /** `http://localhost:PORT`, or the same under another name that leads to this machine. */
  origin(name?: string): string;
  /** Hands this out from now on. */
  serve(site: Site): void;
  /** What browsers have reported as against the policy, in whichever of their threads it happened. */
  readonly violations: readonly string[];
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const REPORTS = '/policy-report';

/** Starts a web server on a free port; it knows no file until `serve`. */
export async function openWebHost(): Promise<WebHost> {
  const violations: string[] = [];
  let site: Site | null = null;
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://host').pathname);
    if (path === REPORTS) {
      violations.push(await violationIn(request));
      response.writeHead(204).end();
      return;
    }
    const { files = '/nowhere', policy = '', headers = {} } = site ?? {};
    response.setHeader('content-security-policy', `${policy}; report-uri ${REPORTS}`);
    response.setHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (typeof files === 'function') return files(request, response);
    const file = path.endsWith('/') ? `${path}index.html` : path;
    const bytes = await readFile(join(files, file)).catch(() => null);
    response.writeHead(bytes === null ? 404 : 200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'no-store',
    });
    response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    origin: (name = 'localhost') => `http://${name}:${port}`,
    serve: (given) => {
      site = given;
    },
    violations,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function violationIn(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  const { 'csp-report': report } = JSON.parse(Buffer.concat(parts).toString('utf8'));
  return `${report['effective-directive']}: ${report['blocked-uri']} in ${report['source-file'] ?? report['document-uri']}`;
}
