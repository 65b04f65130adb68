import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeFetchHead, type SignedFetchHead } from '../../../src/formats/fetch-log.js';
import { extendFetches } from '../../../src/protocol/fetch-chain.js';
import { createMemoryStore, type Store } from '../../../src/store/index.js';
import { type FetchLimits, type FetchLog, FetchLogs } from '../../../src/vault/fetch-logs.js';
import { Transaction } from '../../../src/vault/transaction.js';
import { codeOf } from '../../support/code-of.js';
import { FetchTeller, signFetchesWith } from '../../support/fetch-teller.js';

const SEED = new Uint8Array(32).fill(1);
const VAULT = new Uint8Array(16).fill(3);
const OTHER = new Uint8Array(16).fill(4);
const LOG = new Uint8Array(32).fill(5);
const WHO = { person: new Uint8Array(32).fill(6), device: new Uint8Array(32).fill(7), time: 2000 };

let store: Store;
let logs: FetchLogs;
let teller: FetchTeller;
beforeAll(loadSodium);
beforeEach(() => {
  store = createMemoryStore();
  logs = new FetchLogs(store);
  teller = new FetchTeller(signFetchesWith(SEED), VAULT, 1000);
  for (let n = 1; n <= 12; n++) teller.deliver(['ops', LOG, n, n], WHO);
});

async function write(change: (transaction: Transaction) => void | Promise<void>): Promise<void> {
  const transaction = new Transaction();
  await change(transaction);
  await store.write(transaction.writes);
  transaction.commit();
}

/** As a sync takes them in, a page at a time. */
async function take(change: Parameters<FetchTeller['answer']>[1] = {}, limit = 1000): Promise<void> {
  const log = logs.of(VAULT);
  const known = log.runs.at(-1) ?? null;
  const served = teller.answer(known?.position ?? 0, change, limit);
  const source = { vault: VAULT, server: signingKeyPairFromSeed(SEED).publicKey };
  const { run, isNew } = extendFetches(known, served, source);
  const runs = isNew ? [...log.runs, run] : [...log.runs.slice(0, -1), run];
  await write(async (transaction) =>
    logs.put(
      transaction,
      VAULT,
      await logs.bounded(transaction, VAULT, { runs, finding: null }),
      served.entries,
    ),
  );
}

const positions = async (from = logs) =>
  (await from.read(VAULT)).map(({ lines }) => lines.map(({ position }) => position));
async function reopened(limits?: FetchLimits): Promise<FetchLogs> {
  const again = new FetchLogs(store, limits);
  await again.refresh();
  return again;
}

describe('the fetch logs on a device', () => {
  it('come back as they were kept, stretch by stretch, and of one vault are not of another', async () => {
    await take({ position: 2 });
    await take({ position: 3 });
    await take({ position: 11, cut: 9 });
    expect(await positions()).toEqual([
      [1, 2, 3],
      [10, 11],
    ]);
    expect(await positions(await reopened())).toEqual(await positions());
    expect((await reopened()).of(VAULT)).toEqual(logs.of(VAULT));
    expect(await logs.read(OTHER)).toEqual([]);
  });

  it('show what a head covers and nothing beyond; what is not covered can be taken back', async () => {
    await take({ position: 2 });
    await take({}, 4);
    await take({}, 4);
    expect(logs.of(VAULT).runs.at(-1)?.position).toBe(10);
    expect(await positions()).toEqual([[1, 2]]);
    await write(async (transaction) => {
      const log: FetchLog = await logs.withoutUncovered(transaction, VAULT);
      logs.put(transaction, VAULT, log);
    });
    expect(logs.of(VAULT).runs.at(-1)?.position).toBe(2);
    expect(await store.scan({ prefix: 'fetch-lines/' })).toHaveLength(1);
    await take({}, 7);
    await take();
    expect(await positions(await reopened())).toEqual([teller.entries.map((_, at) => at + 1)]);
  });

  it('are not shown when the copy is not what the server signed', async () => {
    await take();
    const [row] = await store.scan({ prefix: 'fetch-lines/' });
    const { key, value } = row as { key: string; value: Uint8Array };
    for (const at of [value.length - 1, Math.floor(value.length / 2)]) {
      const bytes = value.slice();
      bytes[at] = (bytes[at] as number) ^ 1;
      await store.write([{ type: 'put', key, value: bytes }]);
      expect(await codeOf(() => logs.read(VAULT))).toBe('store/damaged');
    }
    await store.write([{ type: 'delete', key }]);
    expect(await codeOf(() => logs.read(VAULT))).toBe('store/damaged');
  });

  it('are begun anew, and say so, where what was kept of them cannot be read: that stops nothing else', async () => {
    await take({ position: 5 }, 2);
    const name = `fetch-log/${'03'.repeat(16)}`;
    const [row] = await store.scan({ prefix: name });
    const { key, value } = row as { key: string; value: Uint8Array };
    for (const damaged of [new Uint8Array([1]), value.slice(0, -1), new Uint8Array(4 * 1024 * 1024 + 1)]) {
      await store.write([{ type: 'put', key, value: damaged }]);
      logs = await reopened();
      expect(logs.of(VAULT)).toMatchObject({ runs: [], finding: { code: 'store/damaged' } });
      expect(await positions()).toEqual([]);
    }
    // Nothing of before is in the way, page by page or not.
    await take({ position: 3 });
    expect(await store.scan({ prefix: 'fetch-lines/' })).toHaveLength(1);
    await take();
    expect(logs.of(VAULT).finding).toBeNull();
    expect(await positions(await reopened())).toEqual([teller.entries.map((_, at) => at + 1)]);
  });

  it('keep the newest stretches, however often a server cuts, and the entries of no other', async () => {
    logs = await reopened({ runsMax: 3, entriesMax: 100 });
    for (let position = 1; position <= 11; position += 2) await take({ position, cut: position - 1 });
    expect(await positions()).toEqual([[7], [9], [11]]);
    expect(await positions(await reopened())).toEqual(await positions());
    expect(await store.scan({ prefix: 'fetch-lines/' })).toHaveLength(3);
    // The oldest of them still knows the head before the gap.
    const { before } = logs.of(VAULT).runs[0] as FetchLog['runs'][number];
    expect(decodeFetchHead((before as SignedFetchHead)[0]).position).toBe(5);
  });

  it('keep so many entries, and say that they are whole from a later time on', async () => {
    const untimed = teller.entries.length;
    for (let n = 1; n <= 28; n++) teller.deliver(['ops', LOG, n, n], { ...WHO, time: 3000 + n });
    logs = await reopened({ runsMax: 3, entriesMax: 20 });
    for (let position = 5; position <= 40; position += 5) {
      await take({ position });
      expect((await positions()).flat().length).toBeLessThanOrEqual(20);
    }
    const kept = (await positions()).flat();
    expect(kept.at(-1)).toBe(40);
    const [run] = logs.of(VAULT).runs;
    expect(run?.from).toMatchObject({
      position: (kept[0] as number) - 1,
      since: 3001 + (kept[0] as number) - untimed,
    });
    expect((await reopened()).of(VAULT)).toEqual(logs.of(VAULT));
    expect(await positions(await reopened())).toEqual([kept]);
    expect((await store.scan({ prefix: 'fetch-lines/' })).length).toBeLessThanOrEqual(4);
  });

  it('keep so many entries also of what no head covers so far, and go on to where one does', async () => {
    logs = await reopened({ runsMax: 3, entriesMax: 5 });
    await take({ position: 2 });
    for (let page = 0; page < 5; page++) await take({}, 2);
    expect(logs.of(VAULT).runs.at(-1)?.head).toEqual(teller.head());
    expect((await positions()).flat()).toEqual([9, 10, 11, 12]);
    expect(await positions(await reopened())).toEqual(await positions());
  });

  it('have another version when something was kept, and not for a later head alone', async () => {
    await take();
    const { version } = logs;
    const run = logs.of(VAULT).runs[0] as FetchLog['runs'][number];
    logs.freshen(VAULT, { ...run, head: teller.head({ time: 99_999 }) });
    expect(logs.version).toBe(version);
    expect(logs.of(VAULT).runs[0]?.head).toEqual(teller.head({ time: 99_999 }));
    teller.deliver(['ops', LOG, 13, 13], WHO);
    await take();
    expect(logs.version).not.toBe(version);
    // What this session wrote itself is not news when it looks again; what another one wrote is.
    const own = logs.version;
    await logs.refresh();
    expect(logs.version).toBe(own);
    const other = await reopened();
    const kept = logs;
    logs = other;
    teller.deliver(['ops', LOG, 14, 14], WHO);
    await take();
    await kept.refresh();
    expect(kept.version).not.toBe(own);
    expect(await positions(kept)).toEqual(await positions(other));
  });
});
