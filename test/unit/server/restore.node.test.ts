import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeHead } from '../../../src/formats/head.js';
import { appendOpsAnswer, beginBlobRequest, encodeMessage } from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { backUp, restore } from '../../../src/server/backup.js';
import { append, deviceSigner, enrol, foundLog, headOf, pullAll, send } from '../../support/raw-client.js';
import { bytesOf, member, RawLog, rawPerson } from '../../support/raw-ops.js';
import { startTestServer } from '../../support/test-server.js';

let base: string;
beforeAll(async () => {
  await loadSodium();
  base = await mkdtemp(join(tmpdir(), 'coffret-restore-'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

const owner = () => rawPerson('owner');

it('a restored backup is an older server with the same key, and takes back what it lost, verbatim (R40, R-SRV-5)', async () => {
  const first = await startTestServer({ dataDir: join(base, 'live') });
  const alice = owner();
  const bob = rawPerson('bob');
  for (const person of [alice, bob]) await enrol(first.url, person);
  const log = new RawLog('restored');
  const members = [member(alice), member(bob, 'writer')];
  await foundLog(first.url, alice, log.found(alice, { server: first.key, members }));
  const collection = log.collection as Uint8Array;
  const kept = await uploadBlob(first.url, log.vault, 'kept');
  await append(first.url, alice, collection, [log.op(alice, { blobs: { add: [[kept, 200]], drop: [] } })]);
  expect(await backUp({ dataDir: join(base, 'live'), to: join(base, 'backup') })).toEqual({ blobs: 1 });
  await expect(backUp({ dataDir: join(base, 'live'), to: join(base, 'backup') })).rejects.toMatchObject({
    code: 'store/not-empty',
  });
  // Lost with the machine: ops of both, one with a blob, and a second collection.
  const blob = await uploadBlob(first.url, log.vault, 'lost');
  await append(first.url, alice, collection, [log.op(alice, { blobs: { add: [[blob, 200]], drop: [] } })]);
  await append(first.url, bob, collection, [log.op(bob)]);
  const young = new RawLog('young', log.vault);
  const founding = young.found(alice, { server: first.key, members: [member(alice), member(bob)] });
  await foundLog(first.url, alice, founding);
  const youngHead = await headOf(first.url, alice, young.collection as Uint8Array);
  const { ops, head } = await pullAll(first.url, alice, collection);
  await first.close();

  expect(await restore({ from: join(base, 'backup'), dataDir: join(base, 'new') })).toEqual({ blobs: 1 });
  await expect(restore({ from: join(base, 'backup'), dataDir: join(base, 'new') })).rejects.toMatchObject({
    code: 'store/not-empty',
  });
  const second = await startTestServer({ dataDir: join(base, 'new') });
  try {
    expect(second.key).toEqual(first.key);
    const stale = await pullAll(second.url, alice, collection);
    expect(decodeHead(stale.head[0]).position).toBe(2);
    const path = paths.blob(log.vault, kept);
    expect((await send(second.url, { method: 'GET', path, signer: deviceSigner(alice) })).body.length).toBe(
      200,
    );
    // Without the proof that it was there before, the blob that is gone stands in the way.
    expect((await append(second.url, bob, collection, ops.slice(2))).code).toBe('blob-incomplete');
    // Another history under the same proof is refused.
    const bodies = [bytesOf('another history', 40)];
    const forged = [log.op(alice, { seq: 3, bodies }), log.op(bob, { seq: 1, bodies })];
    expect((await append(second.url, bob, collection, forged, { restored: head })).code).toBe('sequence');
    const reply = await append(second.url, bob, collection, ops.slice(2), { restored: head });
    expect(reply.as(appendOpsAnswer).positions).toEqual([3, 4]);
    const after = decodeHead((await headOf(second.url, alice, collection))[0]);
    expect(after.hash).toEqual(decodeHead(head[0]).hash);
    // Anyone may found again what is proven, and nobody but its founder what is not.
    expect((await foundLog(second.url, bob, founding)).code).toBe('forbidden');
    expect((await foundLog(second.url, bob, founding, [], youngHead)).status).toBe(200);
  } finally {
    await second.close();
  }

  async function uploadBlob(url: string, vault: Uint8Array, name: string): Promise<Uint8Array> {
    const id = bytesOf(name, 16);
    const signer = deviceSigner(alice);
    const body = encodeMessage(beginBlobRequest, { bytes: 200, ticket: null });
    await send(url, { method: 'POST', path: paths.blob(vault, id), body, signer });
    await send(url, {
      method: 'PATCH',
      path: paths.blobPiece(vault, id, 0),
      body: bytesOf(`${name} content`, 200),
      signer,
    });
    return id;
  }
});

it('a head that is not this server s, or ops that do not lead to it, prove nothing', async () => {
  const server = await startTestServer();
  try {
    const alice = owner();
    await enrol(server.url, alice);
    const log = new RawLog('proof');
    await foundLog(server.url, alice, log.found(alice, { server: server.key }));
    const collection = log.collection as Uint8Array;
    const [bytes] = await headOf(server.url, alice, collection);
    const forged = [bytes, bytesOf('signature', 64)] as const;
    expect((await append(server.url, alice, collection, [log.op(alice)], { restored: forged })).code).toBe(
      'malformed',
    );
  } finally {
    await server.close();
  }
});
