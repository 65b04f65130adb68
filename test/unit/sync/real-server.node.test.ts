import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/crypto/hash.js';
import { systemRandom } from '../../../src/crypto/random.js';
import { signRaw } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { encodeMessage, foundPersonRequest, serverAnswer } from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import type { RequestSigner } from '../../../src/protocol/request-signature.js';
import { openSqliteStore } from '../../../src/store/sqlite.js';
import { call } from '../../../src/sync/answer.js';
import { downloadBlob } from '../../../src/sync/blobs.js';
import { listenForChanges } from '../../../src/sync/change-stream.js';
import { createHttpTransport } from '../../../src/sync/http.js';
import { blobName, collectionLane, IDENTITY_LANE } from '../../../src/sync/outbox.js';
import { logTarget } from '../../../src/sync/pull.js';
import { RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { type ServerProcess, startServerProcess } from '../../support/server-process.js';
import { createParty } from '../../support/sync-party.js';

const MIB = 1024 * 1024;

function signerOf({ seed, device, identity }: RawPerson): RequestSigner {
  return {
    keyId: { type: 'device', person: identity.person, device },
    sign: (bytes) => signRaw(seed, bytes),
  };
}

function transportTo(server: ServerProcess) {
  return createHttpTransport({ baseUrl: server.url, now: Date.now, random: systemRandom });
}

describe('sync with a real server in a process of its own', () => {
  let directory: string;
  beforeAll(async () => {
    await loadSodium();
    directory = await mkdtemp(join(tmpdir(), 'coffret-sync-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('goes on after the server was killed in the middle of an upload and the client was reopened', async () => {
    const dataDir = join(directory, 'server');
    let server = await startServerProcess({ dataDir });
    try {
      const alice = rawPerson('alice');
      const signer = signerOf(alice);
      const { key } = await call(
        transportTo(server),
        { method: 'GET', path: paths.server, signer: null },
        serverAnswer,
      );
      const log = new RawLog('sync');
      const genesis = log.found(alice, { server: key });
      const collection = log.collection ?? new Uint8Array(32);
      const blob = new Uint8Array(16).fill(5);
      const content = new Uint8Array(4 * MIB + 17).map((_, at) => (at * 31 + (at >> 12)) & 255);
      const ops = [
        log.op(alice),
        log.op(alice, { blobs: { add: [[blob, content.length]], drop: [] } }),
        log.op(alice),
      ];

      const path = join(directory, 'alice');
      const store = await openSqliteStore({ path });
      const sink = await store.blobs.write(blobName(blob), 'new');
      await sink.append(content);
      await sink.commit();
      const first = await createParty({
        store,
        transport: transportTo(server),
        signer,
        collections: [collection],
      });
      const lane = collectionLane(collection);
      const [entry] = alice.identity.entries;
      const body = encodeMessage(foundPersonRequest, { entry: entry ?? new Uint8Array(0) });
      await first.commit(
        first.outbox.put([
          { lane: IDENTITY_LANE, entry: { kind: 'request', method: 'POST', path: paths.people, body } },
          { lane, entry: { kind: 'found', collection, op: genesis, access: null } },
          { lane, entry: { kind: 'append', collection, ops: ops.slice(0, 1), access: null } },
          { lane, entry: { kind: 'blob', vault: log.vault, blob, ticket: null } },
          { lane, entry: { kind: 'append', collection, ops: ops.slice(1), access: null } },
        ]),
      );
      let killed: Promise<void> | null = null;
      const broken = first.sync.sync({
        onProgress: ({ phase, done }) => {
          if (phase === 'blob' && done >= 2 * MIB) killed ??= server.kill('SIGKILL');
        },
      });
      await expect(broken).rejects.toMatchObject({ code: 'sync/offline' });
      await killed;
      expect((await first.outbox.list()).map(({ kind }) => kind)).toEqual(['blob', 'append']);
      await first.sync.close();
      await store.close();

      server = await startServerProcess({ dataDir });
      const transport = transportTo(server);
      const reopened = await openSqliteStore({ path });
      const second = await createParty({ store: reopened, transport, signer, collections: [collection] });
      const offsets: number[] = [];
      const report = await second.sync.sync({
        onProgress: ({ phase, done }) => {
          if (phase === 'blob') offsets.push(done);
        },
      });
      expect(report).toEqual({ pushed: 2, pulled: 4, pending: 0, failed: [] });
      expect(offsets[0]).toBeGreaterThanOrEqual(2 * MIB);
      expect(second.host.pulled).toEqual([genesis, ...ops].map(bytesToHex));

      await reopened.blobs.remove(blobName(blob));
      const { blobs } = reopened;
      await downloadBlob({ transport, signer, blobs, vault: log.vault, blob, bytes: content.length });
      expect(equalBytes(await blobs.read(blobName(blob), 0, content.length), content)).toBe(true);
      await second.sync.close();
      await reopened.close();
    } finally {
      await server.kill('SIGKILL');
    }
  });

  it('hears of what another device pushed, and says what is refused', async () => {
    const server = await startServerProcess({ dataDir: join(directory, 'events') });
    try {
      const bob = rawPerson('bob');
      const signer = signerOf(bob);
      const transport = transportTo(server);
      const request = { method: 'GET', path: paths.inboxAfter(0), signer } as const;
      const { key } = await call(transport, { ...request, path: paths.server }, serverAnswer);
      await expect(call(transport, request, serverAnswer)).rejects.toMatchObject({ code: 'sync/refused' });
      const late = createHttpTransport({
        baseUrl: server.url,
        now: () => Date.now() - 3_600_000,
        random: systemRandom,
      });
      const store = await openSqliteStore({ path: join(directory, 'bob') });
      const party = await createParty({ store, transport, signer });
      const [entry] = bob.identity.entries;
      const body = encodeMessage(foundPersonRequest, { entry: entry ?? new Uint8Array(0) });
      await party.commit(
        party.outbox.put([
          { lane: IDENTITY_LANE, entry: { kind: 'request', method: 'POST', path: paths.people, body } },
        ]),
      );
      expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0, failed: [] });
      await expect(call(late, request, serverAnswer)).rejects.toMatchObject({ code: 'sync/clock' });

      const stop = new AbortController();
      const heard: string[] = [];
      const log = new RawLog('events');
      const genesis = log.found(bob, { server: key });
      const collection = log.collection ?? new Uint8Array(32);
      const listening = listenForChanges({
        transport,
        signer,
        signal: stop.signal,
        onOpen: () => {
          void party
            .commit(
              party.outbox.put([
                {
                  lane: collectionLane(collection),
                  entry: { kind: 'found', collection, op: genesis, access: null },
                },
              ]),
            )
            .then(() => party.sync.sync());
        },
        onChange: (targets) => {
          heard.push(...targets);
          stop.abort();
        },
      });
      await expect(listening).rejects.toMatchObject({ code: 'usage/aborted' });
      expect(heard).toContain(logTarget(collection));
      await party.sync.close();
      await store.close();
    } finally {
      await server.kill('SIGKILL');
    }
  });
});
