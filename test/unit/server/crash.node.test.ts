import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { signRaw, verify } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeHead, type SignedHead } from '../../../src/formats/head.js';
import { decodeOp } from '../../../src/formats/op.js';
import {
  appendOpsAnswer,
  beginBlobRequest,
  blobAnswer,
  encodeMessage,
  serverAnswer,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { signRequest } from '../../../src/protocol/request-signature.js';
import { append, deviceSigner, enrol, exchange, foundLog, pullAll, send } from '../../support/raw-client.js';
import { bytesOf, RawLog, rawPerson } from '../../support/raw-ops.js';
import { type ServerProcess, startServerProcess } from '../../support/server-process.js';

let dataDir: string;
let running: ServerProcess | null = null;

beforeAll(loadSodium);
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coffret-crash-'));
});
afterEach(async () => {
  await running?.kill('SIGKILL');
  running = null;
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<string> {
  running = await startServerProcess({ dataDir });
  return running.url;
}

async function killed(): Promise<void> {
  await running?.kill('SIGKILL');
}

const keyOf = async (url: string) =>
  (await send(url, { method: 'GET', path: paths.server })).as(serverAnswer).key;

/** The running hash after each op, and that all signed heads lie on it. */
function checkHeads(ops: readonly Uint8Array[], heads: readonly SignedHead[], key: Uint8Array): void {
  const hashes: Uint8Array[] = [new Uint8Array(32)];
  for (const op of ops) {
    const { headerBytes, signature } = decodeOp(op);
    hashes.push(hash('log', hashes.at(-1) as Uint8Array, headerBytes, signature));
  }
  for (const [bytes, signature] of heads) {
    expect(verify(key, 'head', bytes, signature)).toBe(true);
    const head = decodeHead(bytes);
    expect(hashes[head.position]).toEqual(head.hash);
  }
}

describe('a server that is killed (R39)', () => {
  it('keeps every op it acknowledged, half-appends nothing and never contradicts a head it signed (R-SRV-5)', async () => {
    let url = await start();
    const person = rawPerson('alice');
    await enrol(url, person);
    const key = await keyOf(url);
    const log = new RawLog('crash');
    await foundLog(url, person, log.found(person, { server: key }));
    const collection = log.collection as Uint8Array;
    const heads: SignedHead[] = [];
    let acknowledged = 1;
    let unanswered: Uint8Array[] | null = null;
    for (let round = 0; round < 4; round++) {
      const killAfter = 3 + round * 2;
      for (let i = 0; ; i++) {
        const ops: Uint8Array[] = unanswered ?? Array.from({ length: 5 }, () => log.op(person));
        unanswered = ops;
        const answer = append(url, person, collection, ops);
        // The signal goes out while the append is on its way, at another moment in each round.
        if (i === killAfter) {
          await new Promise((resolve) => setImmediate(resolve));
          void running?.kill('SIGKILL');
        }
        const reply = await answer.catch(() => null);
        if (reply === null) break;
        const { positions, head } = reply.as(appendOpsAnswer);
        acknowledged = positions.at(-1) as number;
        heads.push(head);
        unanswered = null;
        if (i >= killAfter) break;
      }
      await killed();
      url = await start();
      expect(await keyOf(url)).toEqual(key);
      const { ops, head } = await pullAll(url, person, collection);
      heads.push(head);
      expect(ops.length).toBeGreaterThanOrEqual(acknowledged);
      expect((ops.length - 1) % 5).toBe(0);
      expect(decodeHead(head[0]).position).toBe(ops.length);
      checkHeads(ops, heads, key);
    }
  });

  it('goes on with an upload at the last piece it acknowledged (R-BLB-1)', async () => {
    let url = await start();
    const person = rawPerson('alice');
    await enrol(url, person);
    const log = new RawLog('crash');
    await foundLog(url, person, log.found(person, { server: await keyOf(url) }));
    const blob = bytesOf('blob', 16);
    const content = bytesOf('content', 600_000);
    const signer = deviceSigner(person);
    const begin = async () => {
      const body = encodeMessage(beginBlobRequest, { bytes: content.length, ticket: null });
      return (await send(url, { method: 'POST', path: paths.blob(log.vault, blob), body, signer })).as(
        blobAnswer,
      );
    };
    const put = (offset: number, body: Uint8Array) =>
      send(url, { method: 'PATCH', path: paths.blobPiece(log.vault, blob, offset), body, signer });
    await begin();
    await put(0, content.subarray(0, 200_000));
    const late = put(200_000, content.subarray(200_000, 400_000)).catch(() => null);
    await new Promise((resolve) => setImmediate(resolve));
    await killed();
    const reply = await late;
    url = await start();
    const { offset } = await begin();
    expect(offset).toBe(reply === null ? offset : reply.as(blobAnswer).offset);
    expect([200_000, 400_000]).toContain(offset);
    expect((await put(offset, content.subarray(offset))).as(blobAnswer)).toEqual({
      offset: content.length,
      complete: true,
    });
    const op = log.op(person, { blobs: { add: [[blob, content.length]], drop: [] } });
    expect((await append(url, person, log.collection as Uint8Array, [op])).status).toBe(200);
    const { body } = await send(url, { method: 'GET', path: paths.blob(log.vault, blob), signer });
    expect(Buffer.compare(body, content)).toBe(0);
  });

  it('still knows the nonces of before (R-REQ-5)', async () => {
    let url = await start();
    const port = Number(new URL(url).port);
    const person = rawPerson('alice');
    await enrol(url, person);
    const target = new URL(paths.inboxAfter(0), url).href;
    const signer = deviceSigner(person);
    if (signer === null) throw new Error('no signer');
    const headers = await signRequest({
      method: 'GET',
      url: target,
      body: new Uint8Array(),
      signer: { keyId: signer.keyId, sign: (bytes) => signRaw(signer.seed, bytes) },
      time: Date.now(),
      nonce: bytesOf('nonce', 16),
    });
    expect((await exchange(target, 'GET', headers, new Uint8Array())).status).toBe(200);
    await killed();
    running = await startServerProcess({ dataDir, port });
    url = running.url;
    expect((await exchange(target, 'GET', headers, new Uint8Array())).code).toBe('signature');
  });
});

describe('a server that is stopped', () => {
  it('answers what it has begun, ends event streams and leaves with 0', async () => {
    const url = await start();
    const person = rawPerson('alice');
    await enrol(url, person);
    const signer = deviceSigner(person);
    if (signer === null) throw new Error('no signer');
    const target = new URL(paths.events, url).href;
    const headers = await signRequest({
      method: 'GET',
      url: target,
      body: new Uint8Array(),
      signer: { keyId: signer.keyId, sign: (bytes) => signRaw(signer.seed, bytes) },
      time: Date.now(),
      nonce: bytesOf('events', 16),
    });
    const stream = await fetch(target, { headers });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    const ended = stream.text();
    expect(await running?.stop()).toBe(0);
    expect(await ended).toContain(':');
    expect(running?.journal()).toContain('"stopped"');
  });

  it('keeps its key to itself (0600, R-SRV-5)', async () => {
    await start();
    const path = join(dataDir, 'head-key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path)).length).toBe(32);
    expect((await stat(dataDir)).isDirectory()).toBe(true);
  });
});
