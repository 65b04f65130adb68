import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signRaw } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { base64urlToBytes } from '../../../src/formats/id.js';
import {
  type ChangeNotice,
  changeEvent,
  decodeMessage,
  encodeMessage,
  sendRequest,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { signRequest } from '../../../src/protocol/request-signature.js';
import { listen as listenOn } from '../../../src/server/node.js';
import { openServer } from '../../../src/server/open-server.js';
import { append, deviceSigner, enrol, foundLog, send } from '../../support/raw-client.js';
import { bytesOf, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

let server: TestServer;
beforeAll(async () => {
  await loadSodium();
  server = await startTestServer({ policy: { eventStreamsPerPersonMax: 1 } });
});
afterAll(() => server.close());

async function signedFor(person: RawPerson, base = server.url) {
  const url = new URL(paths.events, base).href;
  const signer = deviceSigner(person);
  if (signer === null) throw new Error('no signer');
  const headers = await signRequest({
    method: 'GET',
    url,
    body: new Uint8Array(),
    signer: { keyId: signer.keyId, sign: (bytes) => signRaw(signer.seed, bytes) },
    time: Date.now(),
    nonce: crypto.getRandomValues(new Uint8Array(16)),
  });
  return { url, headers };
}

async function listen(person: RawPerson) {
  const { url, headers } = await signedFor(person);
  const response = await fetch(url, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    status: response.status,
    /** The next notice of the stream. */
    async next(): Promise<ChangeNotice> {
      for (;;) {
        const match = /^event: change\ndata: (\S+)\n\n/m.exec(text);
        if (match) {
          text = text.slice(match.index + match[0].length);
          return decodeMessage(changeEvent, base64urlToBytes(match[1] as string) as Uint8Array);
        }
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error('the stream ended');
        text += value;
      }
    },
    close: () => reader?.cancel(),
  };
}

it('tells who may pull a collection, and nobody else, that it changed', async () => {
  const [alice, bob, eve] = ['alice', 'bob', 'eve'].map((name) => rawPerson(name)) as [
    RawPerson,
    RawPerson,
    RawPerson,
  ];
  for (const person of [alice, bob, eve]) await enrol(server.url, person);
  const log = new RawLog('events');
  await foundLog(server.url, alice, log.found(alice, { server: server.key }), [bob.identity.person]);
  const collection = log.collection as Uint8Array;
  const bobs = await listen(bob);
  const eves = await listen(eve);
  expect((await listen(bob)).status).toBe(429);
  await append(server.url, alice, collection, [log.op(alice)]);
  expect(await bobs.next()).toEqual({ collections: [collection], inbox: false, vaults: [] });
  // The first that Eve hears of is what is sent to her afterwards.
  const body = encodeMessage(sendRequest, { id: bytesOf('note', 16), bytes: new Uint8Array(5) });
  await send(server.url, {
    method: 'POST',
    path: paths.personInbox(eve.identity.person),
    body,
    signer: deviceSigner(alice),
  });
  expect(await eves.next()).toEqual({ collections: [], inbox: true, vaults: [] });
  await append(server.url, alice, collection, [log.op(alice)], { remove: [bob.identity.person] });
  expect(await bobs.next()).toEqual({ collections: [collection], inbox: false, vaults: [] });
  await bobs.close();
  await eves.close();
});

it('ends its streams when it closes, and lets go of their connections at once', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'coffret-events-'));
  const closing = await openServer({ dataDir, log: 'silent' });
  const listening = await listenOn(closing, { port: 0, host: '127.0.0.1' });
  const carol = rawPerson('carol');
  await enrol(listening.url, carol);
  const { url, headers } = await signedFor(carol, listening.url);
  const agent = new Agent({ keepAlive: true });
  const [stream] = (await once(get(url, { headers, agent }), 'response')) as [IncomingMessage];
  expect(stream.statusCode).toBe(200);
  const ended = once(stream.resume(), 'close');
  await listening.close({ graceMs: 600_000 });
  await ended;
  expect(stream.complete).toBe(true);
  agent.destroy();
  await rm(dataDir, { recursive: true });
  // Left to itself, an idle connection is kept for 65 s.
}, 30_000);
