import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/formats/id.js';
import { createMemoryStore } from '../../src/store/memory.js';
import type { Store } from '../../src/store/port.js';
import { IDENTITY_LANE } from '../../src/sync/outbox.js';
import type { Transport } from '../../src/sync/transport.js';
import { createRelay, type Fault } from '../support/relay.js';
import { collectionId, createParty, putOps, testOp } from '../support/sync-party.js';

const FAULTS: readonly Fault[] = [
  'lost-request',
  'lost-answer',
  'timeout',
  'internal',
  'busy',
  'rate',
  'garbage',
  'cut',
  'empty',
];

/** Stops the world at the nth call of a store or transport: that call and all later ones never come back. */
function createGuillotine(callsMax: number) {
  let calls = 0;
  let fall = (): void => {};
  const fallen = new Promise<'fallen'>((resolve) => {
    fall = () => resolve('fallen');
  });
  const never = new Promise<never>(() => {});
  const guard =
    <Arguments extends readonly unknown[], Result>(run: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      calls += 1;
      if (calls > callsMax) {
        fall();
        return never;
      }
      const result = await run(...args);
      // A call may take effect and its caller never hear of it.
      return calls > callsMax ? never : result;
    };
  const store = (real: Store): Store => ({
    get: guard((key) => real.get(key)),
    getMany: guard((keys) => real.getMany(keys)),
    scan: guard((options) => real.scan(options)),
    write: guard((batch, expect) => real.write(batch, expect)),
    blobs: real.blobs,
    close: () => real.close(),
    destroy: () => real.destroy(),
  });
  const transport = (real: Transport): Transport => ({ send: guard((request) => real.send(request)) });
  return { fallen, store, transport };
}

const a = collectionId(0);
const b = collectionId(1);

async function queueWork(party: Awaited<ReturnType<typeof createParty>>): Promise<void> {
  const { outbox, commit } = party;
  const request = (body: number) =>
    ({ kind: 'request', method: 'POST', path: '/v1/people', body: Uint8Array.of(body) }) as const;
  await commit(outbox.put([{ lane: IDENTITY_LANE, entry: request(1) }]));
  for (let n = 0; n < 4; n += 1) await commit(putOps(outbox, a, [testOp(a, 2 * n), testOp(a, 2 * n + 1)]));
  for (let n = 0; n < 3; n += 1) await commit(putOps(outbox, b, [testOp(b, n)]));
  await commit(outbox.put([{ lane: 'inbox', entry: request(2) }]));
}

const expectedLogs = {
  a: Array.from({ length: 8 }, (_, n) => bytesToHex(testOp(a, n))),
  b: Array.from({ length: 3 }, (_, n) => bytesToHex(testOp(b, n))),
};

function expectAllThere(relay: ReturnType<typeof createRelay>): void {
  expect(relay.logs.get(bytesToHex(a))?.map(bytesToHex)).toEqual(expectedLogs.a);
  expect(relay.logs.get(bytesToHex(b))?.map(bytesToHex)).toEqual(expectedLogs.b);
  expect(relay.taken).toEqual(['01', '02']);
}

/** Ten appends or requests were queued; whatever was sent twice was sent byte for byte. */
function expectNoOtherBytes(relay: ReturnType<typeof createRelay>): void {
  const writes = relay.requests.filter(({ line }) => !line.startsWith('GET'));
  expect(new Set(writes.map(({ line, body }) => `${line} ${body}`)).size).toBeLessThanOrEqual(9);
}

describe('a crash during sync', () => {
  it('loses nothing and doubles nothing, at whatever call it happens', async () => {
    let crashes = 0;
    for (let callsMax = 0; ; callsMax += 1) {
      const store = createMemoryStore();
      const relay = createRelay();
      await queueWork(await createParty({ store, transport: relay }));
      const { fallen, ...guillotine } = createGuillotine(callsMax);
      const doomed = createParty({
        store: guillotine.store(store),
        transport: guillotine.transport(relay),
        collections: [a, b],
      }).then(({ sync }) => sync.sync());
      const outcome = await Promise.race([fallen, doomed]);

      const next = await createParty({ store, transport: relay, collections: [a, b], seed: 2 });
      const report = await next.sync.sync();
      expect(report).toMatchObject({ pending: 0, failed: [] });
      expectAllThere(relay);
      expectNoOtherBytes(relay);
      if (outcome !== 'fallen') break;
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(20);
  });

  it('sends again, byte for byte, what was sent and not yet answered', async () => {
    const store = createMemoryStore();
    const relay = createRelay();
    const first = await createParty({ store, transport: relay });
    await first.commit(putOps(first.outbox, a, [testOp(a, 0)]));
    let sent = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      sent = resolve;
    });
    const transport: Transport = {
      send: async (request) => {
        await relay.send(request);
        if (request.method === 'POST') sent();
        return new Promise(() => {});
      },
    };
    const doomed = await createParty({ store, transport });
    void doomed.sync.sync();
    await arrived;

    const next = await createParty({ store, transport: relay, seed: 3 });
    expect((await next.outbox.list()).length).toBe(1);
    expect(await next.sync.sync()).toMatchObject({ pushed: 1, pending: 0 });
    const posts = relay.requests.filter(({ line }) => line.startsWith('POST'));
    expect(posts).toHaveLength(2);
    expect(posts[1]).toEqual(posts[0]);
    expect(relay.logs.get(bytesToHex(a))).toHaveLength(1);
    expect(next.host.appendedOps).toEqual([bytesToHex(testOp(a, 0))]);
  });
});

describe('sync over a bad network', () => {
  it('delivers everything once, in order, whatever goes wrong on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant<Fault>('none'), fc.constantFrom(...FAULTS)), { maxLength: 40 }),
        fc.nat(1000),
        async (faults, seed) => {
          const script = [...faults];
          const relay = createRelay(() => script.shift() ?? 'none');
          const store = createMemoryStore();
          const party = await createParty({ store, transport: relay, collections: [a, b], seed });
          await queueWork(party);
          for (let call = 0; ; call += 1) {
            expect(call).toBeLessThan(faults.length + 2);
            const report = await party.sync.sync().catch((error: { code: string }) => {
              expect(error.code).toMatch(/^sync\/(offline|timeout|server-error|rate-limited|bad-answer)$/);
              return null;
            });
            if (report?.pending === 0 && report.failed.length === 0) break;
          }
          expectAllThere(relay);
          expectNoOtherBytes(relay);
          expect(relay.most.all).toBeLessThanOrEqual(4);
          expect(relay.most.onePath).toBe(1);
          expect(party.host.pulled.filter((op) => expectedLogs.a.includes(op))).toEqual(expectedLogs.a);
          expect(party.host.pulled.filter((op) => expectedLogs.b.includes(op))).toEqual(expectedLogs.b);
          expect(relay.requests.length).toBeLessThanOrEqual(20 + 3 * faults.length * 4);
        },
      ),
      { numRuns: 150 },
    );
  });
});
