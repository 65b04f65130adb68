import { describe, expect, it } from 'vitest';
import { VaultError, type VaultErrorCode } from '../../../src/errors.js';
import { encode } from '../../../src/formats/codec.js';
import { bytesToBase64url, bytesToHex } from '../../../src/formats/id.js';
import { createMemoryStore } from '../../../src/store/memory.js';
import { encodeRefusal } from '../../../src/protocol/refusal.js';
import { blobName, collectionLane, IDENTITY_LANE } from '../../../src/sync/outbox.js';
import type { SyncProgress } from '../../../src/sync/run.js';
import type { Transport } from '../../../src/sync/transport.js';
import { createRelay, type Relay } from '../../support/relay.js';
import { collectionId, createParty, putOps, testOp } from '../../support/sync-party.js';

const a = collectionId(0);
const b = collectionId(1);
const c = collectionId(2);

async function withLogs(lengths: readonly number[]): Promise<Relay> {
  const relay = createRelay();
  const writer = await createParty({ store: createMemoryStore(), transport: relay });
  for (const [n, length] of lengths.entries()) {
    const id = collectionId(n);
    const ops = Array.from({ length }, (_, at) => testOp(id, at));
    await writer.commit(putOps(writer.outbox, id, ops));
  }
  await writer.sync.sync();
  (relay.requests as unknown[]).length = 0;
  return relay;
}

describe('sync', () => {
  it('pushes, then pulls what others pushed, and says so', async () => {
    const relay = await withLogs([7, 2]);
    relay.inbox.push({ cursor: 4, from: new Uint8Array(32), bytes: Uint8Array.of(8) });
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a, b] });
    await party.commit(putOps(party.outbox, b, [testOp(b, 99)]));
    const seen: SyncProgress[] = [];
    const states: string[] = [];
    party.sync.onState((state) => states.push(state));
    const report = await party.sync.sync({ onProgress: (progress) => seen.push(progress) });
    expect(report).toEqual({ pushed: 1, pulled: 11, pending: 0, failed: [] });
    expect(party.host.inbox).toEqual(['08']);
    expect(states).toEqual(['syncing', 'synced']);
    expect(seen).toContainEqual({ phase: 'push', done: 1, total: 1 });
    expect(seen.at(-1)).toEqual({ phase: 'pull', done: 11, total: 11 });
  });

  it('sends in the same run what the host queues while it receives', async () => {
    const relay = createRelay();
    relay.inbox.push({ cursor: 1, from: new Uint8Array(32), bytes: Uint8Array.of(8) });
    const party = await createParty({ store: createMemoryStore(), transport: relay });
    const { receivedInbox } = party.host;
    party.host.receivedInbox = async (items) => {
      await receivedInbox(items);
      await party.commit(putOps(party.outbox, a, [testOp(a, 0)]));
    };
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0 });
    expect(relay.logs.get(bytesToHex(a))).toHaveLength(1);
  });

  it('does what follows from a run after each one, in the background too, and sends it at once; never for ever', async () => {
    const relay = createRelay();
    const party = await createParty({ store: createMemoryStore(), transport: relay });
    let follows = 1;
    let calls = 0;
    party.host.afterRun = async (report) => {
      calls += 1;
      if (follows === 0) return { report, again: false };
      follows -= 1;
      await party.commit(putOps(party.outbox, a, [testOp(a, calls)]));
      return { report: { ...report, failed: [] }, again: true };
    };
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0 });
    expect(calls).toBe(2);
    follows = Infinity;
    await party.sync.sync();
    expect(calls).toBe(5);
    follows = 0;
    const synced = new Promise<void>((resolve) => {
      party.sync.onState((state) => {
        if (state === 'synced') resolve();
      });
    });
    party.sync.start();
    await synced;
    await party.sync.close();
    expect(calls).toBeGreaterThan(5);
    expect(await party.outbox.list()).toEqual([]);
  });

  it('takes a file that someone else has uploaded as sent', async () => {
    const relay = createRelay();
    const transport: Transport = {
      send: async (request) =>
        request.path.includes('/blobs/')
          ? { status: 409, headers: new Headers(), body: encodeRefusal('exists') }
          : relay.send(request),
    };
    const party = await createParty({ store: createMemoryStore(), transport });
    const blob = new Uint8Array(16).fill(7);
    const sink = await party.store.blobs.write(blobName(blob), 'new');
    await sink.append(Uint8Array.of(1, 2, 3));
    await sink.commit();
    const entry = { kind: 'blob', vault: new Uint8Array(16), blob, ticket: null } as const;
    await party.commit([
      ...party.outbox.put([{ lane: collectionLane(a), entry }]),
      ...putOps(party.outbox, a, [testOp(a, 0)]),
    ]);
    expect(await party.sync.sync()).toMatchObject({ pushed: 2, pending: 0, failed: [] });
    expect(party.host.refusals).toEqual([]);
  });

  it('sends nothing before the identity is known', async () => {
    const relay = createRelay();
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a] });
    const { outbox, commit } = party;
    await commit(putOps(outbox, a, [testOp(a, 0)]));
    const entry = { kind: 'request', method: 'POST', path: '/v1/people', body: Uint8Array.of(1) } as const;
    await commit(outbox.put([{ lane: IDENTITY_LANE, entry }]));
    await party.sync.sync();
    expect(relay.requests[0]?.line).toBe('POST /v1/people');
    expect(relay.requests.length).toBe(4);
  });

  it('pulls a refused collection before it asks the host, then sends what the host made of it', async () => {
    const relay = await withLogs([2]);
    relay.refuse(`POST /v1/collections/${bytesToHex(a)}`, 'stale-epoch');
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a] });
    await party.commit(putOps(party.outbox, a, [testOp(a, 50)]));
    party.host.onRefused = async (queued, code) => {
      expect(code).toBe('stale-epoch');
      expect(party.host.pulled.length).toBe(2);
      relay.refuse(`POST /v1/collections/${bytesToHex(a)}`, null);
      await party.commit([...party.outbox.remove(queued.id), ...putOps(party.outbox, a, [testOp(a, 51)])]);
      return true;
    };
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0, failed: [] });
    expect(relay.logs.get(bytesToHex(a))?.at(-1)).toEqual(testOp(a, 51));
    expect(party.host.pulled.at(-1)).toBe(bytesToHex(testOp(a, 51)));
  });

  it('stops the lane of a refusal that the host keeps, and only that lane', async () => {
    const relay = createRelay();
    relay.refuse(`POST /v1/collections/${bytesToHex(a)}`, 'forbidden');
    const party = await createParty({ store: createMemoryStore(), transport: relay });
    await party.commit([
      ...putOps(party.outbox, a, [testOp(a, 0)]),
      ...putOps(party.outbox, a, [testOp(a, 1)]),
      ...putOps(party.outbox, b, [testOp(b, 0)]),
    ]);
    const report = await party.sync.sync();
    expect(report).toMatchObject({ pushed: 1, pending: 2 });
    expect(report.failed).toEqual([{ lane: bytesToHex(a), code: 'forbidden' }]);
    expect(party.sync.state).toBe('pending');
    expect(party.host.refusals).toEqual(['forbidden']);
  });

  it('takes a repeated delete of what is gone for done', async () => {
    const relay = createRelay();
    relay.refuse('DELETE /v1/inbox', 'not-found');
    const party = await createParty({ store: createMemoryStore(), transport: relay });
    const entry = { kind: 'request', method: 'DELETE', path: '/v1/inbox/00', body: null } as const;
    await party.commit(party.outbox.put([{ lane: 'inbox', entry }]));
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0, failed: [] });
  });

  it('makes the same requests after an integrity failure of whatever kind (A11, R18)', async () => {
    const codes: VaultErrorCode[] = [
      'integrity/open-failed',
      'integrity/bad-signature',
      'integrity/fork',
      'integrity/rollback',
      'format/malformed',
      'format/unsupported',
    ];
    const traces = new Set<string>();
    for (const code of codes) {
      const relay = await withLogs([7, 7, 2]);
      const store = createMemoryStore();
      const party = await createParty({ store, transport: relay, collections: [a, b, c] });
      party.host.broken.set(bytesToHex(b), new VaultError(code));
      const report = await party.sync.sync();
      expect(report.failed).toEqual([{ lane: `collection/${bytesToHex(b)}`, code }]);
      expect(party.host.pulled.length).toBe(9);
      expect(relay.requests.filter(({ line }) => line.includes(bytesToHex(b)))).toHaveLength(1);
      traces.add(relay.requests.map(({ line }) => line).join('\n'));
    }
    expect(traces.size).toBe(1);
  });

  it('does not let a server keep it pulling for nothing', async () => {
    const relay = await withLogs([7]);
    const transport: Transport = {
      send: async (request) => {
        const answer = await relay.send(request);
        if (!request.path.includes('/ops?')) return answer;
        const head = [encode(['no head']), new Uint8Array(64)];
        return { ...answer, body: encode({ ops: [], head, more: true }) };
      },
    };
    const party = await createParty({ store: createMemoryStore(), transport, collections: [a] });
    const report = await party.sync.sync();
    expect(report.failed).toEqual([{ lane: `collection/${bytesToHex(a)}`, code: 'sync/bad-answer' }]);
    expect(relay.requests.length).toBeLessThanOrEqual(6);
  });

  it('honours Retry-After', async () => {
    let asked = false;
    const relay = createRelay(() => {
      const first = !asked;
      asked = true;
      return first ? 'rate' : 'none';
    });
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [] });
    const start = party.clock.now();
    await party.sync.sync();
    expect(party.clock.now() - start).toBe(7000);
    expect(party.clock.waits).toBe(1);
  });

  it('ends with sync/offline, keeps everything, and goes on later', async () => {
    let online = false;
    const relay = createRelay(() => (online ? 'none' : 'lost-request'));
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a] });
    await party.commit(putOps(party.outbox, a, [testOp(a, 0)]));
    await expect(party.sync.sync()).rejects.toMatchObject({ code: 'sync/offline' });
    expect(party.sync.state).toBe('offline');
    // Two at once, then three attempts alone.
    expect(relay.requests.length).toBe(5);
    online = true;
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pulled: 1, pending: 0 });
  });

  it('stops when told: before, while waiting for its turn, in a request, in a pause', async () => {
    const relay = createRelay();
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a] });
    await party.commit(putOps(party.outbox, a, [testOp(a, 0)]));
    const abort = new AbortController();
    const running = party.sync.sync({ signal: abort.signal });
    const queued = party.sync.sync({ signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'usage/aborted' });
    await expect(queued).rejects.toMatchObject({ code: 'usage/aborted' });
    await expect(party.sync.sync({ signal: abort.signal })).rejects.toMatchObject({ code: 'usage/aborted' });
    expect(await party.outbox.list()).toHaveLength(1);
    expect(await party.sync.sync()).toMatchObject({ pushed: 1, pending: 0 });
  });

  it('throws what the store or the host threw, and keeps what is queued', async () => {
    const relay = await withLogs([1]);
    const party = await createParty({ store: createMemoryStore(), transport: relay, collections: [a] });
    party.host.broken.set(bytesToHex(a), new VaultError('store/quota'));
    await expect(party.sync.sync()).rejects.toMatchObject({ code: 'store/quota' });
    party.host.broken.set(bytesToHex(a), new VaultError('access/locked'));
    await expect(party.sync.sync()).rejects.toMatchObject({ code: 'access/locked' });
  });

  it('is closed once and for all', async () => {
    const hanging: Transport = {
      send: ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => reject(new VaultError('usage/aborted')));
        }),
    };
    const party = await createParty({ store: createMemoryStore(), transport: hanging });
    const running = party.sync.sync();
    running.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 0));
    await party.sync.close();
    await expect(running).rejects.toMatchObject({ code: 'usage/closed' });
    await expect(party.sync.sync()).rejects.toMatchObject({ code: 'usage/closed' });
    expect(() => party.sync.start()).toThrow(/usage\/closed/);
  });
});

describe('background sync', () => {
  it('syncs when told and when the server says so, pulls only what the event names', async () => {
    const relay = await withLogs([1, 1]);
    let say = (_: string): void => {};
    const transport: Transport = {
      send: relay.send,
      async *listen({ signal }) {
        yield ': hello\n\n';
        while (!signal.aborted) {
          yield await new Promise<string>((resolve) => {
            say = resolve;
            signal.addEventListener('abort', () => resolve(''));
          });
        }
      },
    };
    const party = await createParty({ store: createMemoryStore(), transport, collections: [a, b] });
    const synced = () =>
      new Promise<void>((resolve) => {
        const end = party.sync.onState((state) => {
          if (state !== 'synced') return;
          end();
          resolve();
        });
      });
    let done = synced();
    party.sync.start();
    await done;
    expect(party.host.pulled.length).toBe(2);
    done = synced();
    await done; // once more, since the stream opened
    const before = relay.requests.length;

    done = synced();
    await party.commit(putOps(party.outbox, a, [testOp(a, 7)]));
    party.sync.notify();
    expect(party.sync.state).toBe('pending');
    await done;
    expect(relay.requests.slice(before).map(({ line }) => line)).toEqual([
      `POST /v1/collections/${bytesToHex(a)}/ops`,
    ]);

    done = synced();
    const notice = encode({ collections: [b], inbox: false, vaults: [] });
    say(`event: change\ndata: ${bytesToBase64url(notice)}\n\n`);
    await done;
    const last = relay.requests.at(-1)?.line;
    expect(last).toBe(`GET /v1/collections/${bytesToHex(b)}/ops?after=1&limit=1000`);
    expect(relay.requests.length).toBe(before + 2);
    await party.sync.close();
  });

  it('comes back after being offline, at ever longer intervals, and polls when nothing happens', async () => {
    let failing = 30;
    const relay = createRelay(() => {
      failing -= 1;
      return failing > 0 ? 'lost-request' : 'none';
    });
    const errors: unknown[] = [];
    const store = createMemoryStore();
    const onError = (error: unknown) => errors.push(error);
    const party = await createParty({ store, transport: relay, collections: [], onError });
    await party.commit(putOps(party.outbox, a, [testOp(a, 0)]));
    const synced = new Promise<void>((resolve) => {
      party.sync.onState((state) => {
        if (state === 'synced' && relay.requests.length > 40) resolve();
      });
    });
    party.sync.start();
    await synced;
    expect(errors.length).toBe(5);
    expect(errors.every((error) => (error as VaultError).code === 'sync/offline')).toBe(true);
    expect(relay.logs.get(bytesToHex(a))).toHaveLength(1);
    expect(party.clock.waits).toBeLessThan(80);
    await party.sync.close();
  });
});
