import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createHttpTransport } from '../../src/sync/http.js';
import { seededBytes } from '../support/sync-party.js';
import { type Behaviour, checkTransport, type Seen, type TransportUnderTest } from './transport.js';

/** Real time: the transport's own patience is what is under test. */
const TIMEOUT_MS = 150;

async function open(): Promise<TransportUnderTest> {
  const seen: Seen[] = [];
  let behaviour: Behaviour = { type: 'silence' };
  let gone = Promise.resolve();
  const server = createServer((request, response) => {
    gone = new Promise((resolve) => response.once('close', resolve));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: new Uint8Array(Buffer.concat(parts)),
      });
      act(behaviour, request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transportWith = (timeoutMs: number) =>
    createHttpTransport({
      baseUrl: `http://127.0.0.1:${String(port)}/`,
      now: () => 1_800_000_000_000,
      random: seededBytes(1),
      timeoutMs,
      silenceMsMax: timeoutMs,
    });
  return {
    transport: transportWith(20_000),
    impatient: transportWith(TIMEOUT_MS),
    seen,
    behave: (next) => {
      behaviour = next;
    },
    gone: () => gone,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function act(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse): void {
  switch (behaviour.type) {
    case 'answer':
      response.writeHead(behaviour.status ?? 200, { 'content-type': behaviour.contentType });
      response.end(behaviour.body);
      return;
    case 'headers':
      response.writeHead(behaviour.status, behaviour.headers).end();
      return;
    case 'cut':
      response.writeHead(200, { 'content-type': 'application/cbor', 'content-length': '100' });
      response.write(Buffer.alloc(50), () => request.socket.destroy());
      return;
    case 'boast':
      response.writeHead(200, { 'content-type': 'application/cbor', 'content-length': String(2 ** 32) });
      response.flushHeaders();
      return;
    case 'endless': {
      response.writeHead(200, { 'content-type': 'application/cbor' });
      const piece = Buffer.alloc(1 << 16);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
      return;
    }
    case 'drip': {
      response.writeHead(200, { 'content-type': 'application/cbor' });
      const timer = setInterval(() => response.write('x'), TIMEOUT_MS / 5);
      response.once('close', () => clearInterval(timer));
      return;
    }
    case 'hang-up':
      request.socket.destroy();
      return;
    case 'silence':
  }
}

checkTransport('the HTTP adapter', open);

describe('the base URL', () => {
  const base = (baseUrl: string) => () =>
    createHttpTransport({ baseUrl, now: () => 0, random: seededBytes(1) });

  it('is https, or this machine', () => {
    for (const url of [
      'https://a.example',
      'https://a.example/mount/',
      'http://localhost:1',
      'http://[::1]:2/',
    ]) {
      expect(base(url)).not.toThrow();
    }
    for (const url of [
      'http://a.example',
      'ftp://a.example',
      'https://u:p@a.example',
      'https://a.example/?q',
      'https://a.example/#f',
      'http://localhost.example',
      'a.example',
      '',
    ]) {
      expect(base(url)).toThrow(/usage\/invalid/);
    }
  });

  it('goes before every path, mount included', async () => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = async (url) => {
      urls.push(String(url));
      return new Response(null, { status: 204 });
    };
    const baseUrl = 'https://a.example/mount/';
    const transport = createHttpTransport({ baseUrl, now: () => 0, random: seededBytes(1), fetch });
    await transport.send({ method: 'GET', path: '/v1/server', signer: null });
    expect(urls).toEqual(['https://a.example/mount/v1/server']);
  });
});
