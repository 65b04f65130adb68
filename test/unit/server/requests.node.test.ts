import { request as httpRequest } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { signRaw } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import {
  encodeMessage,
  foundCollectionAnswer,
  inboxAnswer,
  sendRequest,
  serverAnswer,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { signRequest } from '../../../src/protocol/request-signature.js';
import { append, deviceSigner, enrol, exchange, foundLog, pullAll, send } from '../../support/raw-client.js';
import { bytesOf, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

let server: TestServer;
let alice: RawPerson;
let bob: RawPerson;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer({ allowOrigins: ['https://app.example'] });
  alice = rawPerson('alice');
  bob = rawPerson('bob');
  await enrol(server.url, alice);
  await enrol(server.url, bob);
  return server.close;
});

async function signed(person: RawPerson, method: string, url: string, body: Uint8Array, time = Date.now()) {
  const signer = deviceSigner(person);
  if (signer === null) throw new Error('no signer');
  return signRequest({
    method,
    url,
    body,
    signer: { keyId: signer.keyId, sign: (bytes) => signRaw(signer.seed, bytes) },
    time,
    nonce: crypto.getRandomValues(new Uint8Array(16)),
  });
}

describe('requests (PROTOCOL §2, R29)', () => {
  it('a request caught and sent again is refused and has no second effect (R-REQ-5)', async () => {
    const url = new URL(paths.personInbox(bob.identity.person), server.url).href;
    const body = encodeMessage(sendRequest, { id: bytesOf('once', 16), bytes: bytesOf('text', 40) });
    const headers = await signed(alice, 'POST', url, body);
    expect((await exchange(url, 'POST', headers, body)).status).toBe(200);
    const list = () =>
      send(server.url, { method: 'GET', path: paths.inboxAfter(0), signer: deviceSigner(bob) });
    expect((await list()).as(inboxAnswer).items.length).toBe(1);
    await send(server.url, {
      method: 'DELETE',
      path: paths.inboxItem(bytesOf('once', 16)),
      signer: deviceSigner(bob),
    });
    const again = await exchange(url, 'POST', headers, body);
    expect([again.code, again.details()]).toEqual(['signature', { reason: 'nonce' }]);
    expect((await list()).as(inboxAnswer).items).toEqual([]);
  });

  it('a nonce is used once by one key, whatever the request (R-REQ-5)', async () => {
    const nonce = bytesOf('nonce', 16);
    const get = (person: RawPerson, path: string) =>
      send(server.url, { method: 'GET', path, signer: deviceSigner(person), nonce });
    expect((await get(alice, paths.inboxAfter(0))).status).toBe(200);
    expect((await get(alice, paths.inboxAfter(1))).code).toBe('signature');
    expect((await get(bob, paths.inboxAfter(0))).status).toBe(200);
  });

  it('a message is delivered once however often it is sent (R-BOX-1)', async () => {
    const body = encodeMessage(sendRequest, { id: bytesOf('twice', 16), bytes: bytesOf('text', 40) });
    const path = paths.personInbox(bob.identity.person);
    for (let i = 0; i < 3; i++) {
      const reply = await send(server.url, { method: 'POST', path, body, signer: deviceSigner(alice) });
      expect(reply.status).toBe(200);
    }
    const list = await send(server.url, {
      method: 'GET',
      path: paths.inboxAfter(0),
      signer: deviceSigner(bob),
    });
    expect(list.as(inboxAnswer).items.length).toBe(1);
  });

  it('a clock that is off is told the time of the server (R-REQ-2)', async () => {
    for (const offMs of [-180_000, 180_000]) {
      const time = Date.now() + offMs;
      const reply = await send(server.url, {
        method: 'GET',
        path: paths.inboxAfter(0),
        signer: deviceSigner(alice),
        time,
      });
      expect([reply.status, reply.code]).toEqual([400, 'clock']);
      expect(Math.abs((reply.details().time as number) - Date.now())).toBeLessThan(60_000);
    }
  });

  it('another body than the signed one is refused (R-REQ-4)', async () => {
    const body = encodeMessage(sendRequest, { id: bytesOf('x', 16), bytes: bytesOf('text', 40) });
    const sentBody = encodeMessage(sendRequest, { id: bytesOf('x', 16), bytes: bytesOf('text', 41) });
    const path = paths.personInbox(bob.identity.person);
    const reply = await send(server.url, {
      method: 'POST',
      path,
      body,
      sentBody,
      signer: deviceSigner(alice),
    });
    expect([reply.code, reply.details()]).toEqual(['signature', { reason: 'digest' }]);
  });

  it('a field more, another encoding and trailing bytes are malformed', async () => {
    const path = paths.personInbox(bob.identity.person);
    const good = encodeMessage(sendRequest, { id: bytesOf('y', 16), bytes: new Uint8Array(3) });
    const more = encodeMessage(sendRequest, {
      id: bytesOf('y', 16),
      bytes: new Uint8Array(3),
      extra: 1,
    } as never);
    const trailing = new Uint8Array([...good, 0]);
    for (const body of [more, trailing, new Uint8Array([0xbf, 0xff]), new TextEncoder().encode('{}')]) {
      const reply = await send(server.url, { method: 'POST', path, body, signer: deviceSigner(alice) });
      expect([reply.status, reply.code]).toEqual([400, 'malformed']);
    }
  });

  it('a body past its limit is refused before it is read', async () => {
    const path = paths.personInbox(bob.identity.person);
    const body = new Uint8Array(300_000);
    const reply = await send(server.url, { method: 'POST', path, body, signer: deviceSigner(alice) });
    expect([reply.status, reply.code]).toEqual([413, 'too-large']);
  });

  it('a stranger who announces a huge body is answered without sending it', async () => {
    const { hostname, port } = new URL(server.url);
    const status = await new Promise<number>((resolve, reject) => {
      const client = httpRequest({
        hostname,
        port,
        method: 'POST',
        path: paths.collections,
        headers: { 'content-length': 4 * 2 ** 30 },
      });
      client.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        client.destroy();
      });
      client.on('error', reject);
      client.flushHeaders();
    });
    expect(status).toBe(401);
  });

  it('ids that are none are malformed, paths that are none are not found', async () => {
    const signer = deviceSigner(alice);
    const bad = await send(server.url, { method: 'GET', path: '/v1/collections/XYZ/head', signer });
    expect(bad.code).toBe('malformed');
    const traversal = await send(server.url, {
      method: 'GET',
      path: '/v1/vaults/..%2f..%2fetc/blobs/passwd',
      signer,
    });
    expect(traversal.status).toBeGreaterThanOrEqual(400);
    expect((await send(server.url, { method: 'GET', path: '/v2/server' })).code).toBe('not-found');
  });

  it('only listed origins may call from a page; no cookies, nothing cached, nothing framed (R41)', async () => {
    const ask = (origin: string) => fetch(new URL(paths.server, server.url), { headers: { origin } });
    const listed = await ask('https://app.example');
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    for (const [name, value] of [
      ['cache-control', 'no-store'],
      ['x-content-type-options', 'nosniff'],
      ['x-frame-options', 'DENY'],
      ['referrer-policy', 'no-referrer'],
      ['strict-transport-security', 'max-age=15552000; includeSubDomains'],
    ] as const) {
      expect(listed.headers.get(name)).toBe(value);
    }
    expect(listed.headers.get('set-cookie')).toBeNull();
    const preflight = await fetch(new URL(paths.people, server.url), {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('signature-input');
  });

  it('says who it is and whether it lives', async () => {
    const reply = await send(server.url, { method: 'GET', path: paths.server });
    expect(reply.as(serverAnswer).key).toEqual(server.key);
    expect((await fetch(new URL('/healthz', server.url))).status).toBe(200);
    expect((await fetch(new URL('/readyz', server.url))).status).toBe(200);
  });
});

/** A clock that stands still: no limit is refilled while a test is slow. */
function standing(): () => number {
  const time = Date.now();
  return () => time;
}

describe('limits (R36)', () => {
  it('an account is slowed down and told for how long; others are not', async () => {
    const small = await startTestServer({ policy: { accountPerMinute: 5 }, now: standing() });
    try {
      await enrol(small.url, alice);
      await enrol(small.url, bob);
      const get = (person: RawPerson) =>
        send(small.url, { method: 'GET', path: paths.inboxAfter(0), signer: deviceSigner(person) });
      const replies = [];
      for (let i = 0; i < 6; i++) replies.push(await get(alice));
      const last = replies.at(-1);
      expect(last?.code).toBe('rate');
      expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await get(bob)).status).toBe(200);
    } finally {
      await small.close();
    }
  });

  it('an address is slowed down, also unsigned', async () => {
    const small = await startTestServer({ policy: { addressPerMinute: 4 }, now: standing() });
    try {
      const codes = [];
      for (let i = 0; i < 5; i++)
        codes.push((await send(small.url, { method: 'GET', path: paths.server })).status);
      expect(codes).toEqual([200, 200, 200, 200, 429]);
    } finally {
      await small.close();
    }
  });

  it('a flood of new people from many addresses meets the limit for all, and those enrolled go on (R-ENR-1)', async () => {
    let address = 0;
    const small = await startTestServer({
      policy: { enrolmentsPerMinute: 8 },
      now: standing(),
      addressOf: () => String(address++),
    });
    try {
      const codes = [];
      for (let i = 0; i < 12; i++) codes.push((await enrol(small.url, rawPerson(`flood-${i}`))).status);
      expect(codes.filter((status) => status === 201).length).toBe(8);
      expect(codes.slice(8)).toEqual([429, 429, 429, 429]);
      const first = rawPerson('flood-0');
      expect(
        (await send(small.url, { method: 'GET', path: paths.inboxAfter(0), signer: deviceSigner(first) }))
          .status,
      ).toBe(200);
    } finally {
      await small.close();
    }
  });

  it('guessing at one slot is stopped by slot, not by address (A28, R-SLT-1)', async () => {
    let address = 0;
    const small = await startTestServer({
      policy: { slotPerMinute: 3 },
      now: standing(),
      addressOf: () => String(address++),
    });
    try {
      const slot = bytesOf('guessed', 16);
      const codes = [];
      for (let i = 0; i < 5; i++) {
        const signer = { keyId: { type: 'slot', slot }, seed: bytesOf(`guess-${i}`, 32) } as const;
        codes.push((await send(small.url, { method: 'GET', path: paths.slot(slot), signer })).code);
      }
      expect(codes).toEqual(['signature', 'signature', 'signature', 'rate', 'rate']);
    } finally {
      await small.close();
    }
  });

  it('a vault that is full refuses more, and loses nothing', async () => {
    const small = await startTestServer({ policy: { vaultBytesMax: 5000 } });
    try {
      await enrol(small.url, alice);
      const log = new RawLog('full');
      (await foundLog(small.url, alice, log.found(alice, { server: small.key }))).as(foundCollectionAnswer);
      const collection = log.collection as Uint8Array;
      const replies = [];
      for (let i = 0; i < 8; i++)
        replies.push(
          await append(small.url, alice, collection, [log.op(alice, { bodies: [bytesOf('b', 900)] })]),
        );
      const taken = replies.filter(({ status }) => status === 200).length;
      expect(taken).toBeGreaterThan(1);
      expect(replies[taken]?.status).toBe(507);
      expect(replies[taken]?.code).toBe('quota');
      expect((await pullAll(small.url, alice, collection)).ops.length).toBe(taken + 1);
    } finally {
      await small.close();
    }
  });

  it('an inbox takes only so much from one sender (R-BOX-1)', async () => {
    const small = await startTestServer({ policy: { inboxItemsPerSenderMax: 2 } });
    try {
      await enrol(small.url, alice);
      await enrol(small.url, bob);
      const path = paths.personInbox(bob.identity.person);
      const post = (i: number, person: RawPerson) => {
        const body = encodeMessage(sendRequest, {
          id: bytesOf(`${person.name} ${i}`, 16),
          bytes: new Uint8Array(3),
        });
        return send(small.url, { method: 'POST', path, body, signer: deviceSigner(person) });
      };
      const codes = [];
      for (let i = 0; i < 3; i++) codes.push((await post(i, alice)).code);
      expect(codes).toEqual([null, null, 'quota']);
      expect((await post(0, bob)).code).toBe(null);
    } finally {
      await small.close();
    }
  });
});
