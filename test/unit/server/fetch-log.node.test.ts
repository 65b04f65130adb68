import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeFetchEntry, decodeFetchHead } from '../../../src/formats/fetch-log.js';
import { extendFetches, type FetchRun } from '../../../src/protocol/fetch-chain.js';
import { beginBlobRequest, encodeMessage, fetchesAnswer } from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { backUp, restore } from '../../../src/server/backup.js';
import { DEFAULT_POLICY } from '../../../src/server/policy.js';
import { append, deviceSigner, enrol, foundLog, pull, send } from '../../support/raw-client.js';
import { bytesOf, member, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

const DAY_MS = 86_400_000;
const POLICY = { fetchesPerVaultMax: 8, fetchesPerPersonPerDay: 6 };
let server: TestServer;
let owner: RawPerson;
let writer: RawPerson;
let reader: RawPerson;
let log: RawLog;
let collection: Uint8Array;
let number = 0;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer({ policy: POLICY });
  [owner, writer, reader] = ['owner', 'writer', 'reader'].map((name) => rawPerson(name)) as [
    RawPerson,
    RawPerson,
    RawPerson,
  ];
  for (const person of [owner, writer, reader]) await enrol(server.url, person);
  return server.close;
});

beforeEach(async () => {
  server.setTime(null);
  await found(new RawLog(`fetches ${number++}`));
});

async function found(next: RawLog): Promise<void> {
  log = next;
  const members = [member(owner), member(writer, 'writer')];
  await foundLog(server.url, owner, log.found(owner, { server: server.key, members }), [
    reader.identity.person,
  ]);
  collection = log.collection as Uint8Array;
  const more = [1, 2, 3, 4].map((n) => log.op(owner, { bodies: [bytesOf(`body ${n}`, 20)] }));
  expect((await append(server.url, owner, collection, more)).status).toBe(200);
}

const ask = (person: RawPerson, after = 0, limit = 1000, at = server.url, time?: number) =>
  send(at, {
    method: 'GET',
    path: paths.fetchesAfter(log.vault, after, limit),
    signer: deviceSigner(person),
    ...(time !== undefined && { time }),
  });
const get = (person: RawPerson, blob: Uint8Array, range?: string) =>
  send(server.url, {
    method: 'GET',
    path: paths.blob(log.vault, blob),
    signer: deviceSigner(person),
    ...(range && { headers: { range } }),
  });
const listed = async (after = 0) => (await ask(owner, after)).as(fetchesAnswer);
const said = async () =>
  (await listed()).entries
    .map(decodeFetchEntry)
    .map(({ person, device, what }) => ({ person, device, what }));
const by = ({ identity, device }: RawPerson) => ({ person: identity.person, device });
const extend = (known: FetchRun | null, answer: Awaited<ReturnType<typeof listed>>) =>
  extendFetches(known, answer, { vault: log.vault, server: server.key });

async function upload(name: string): Promise<Uint8Array> {
  const blob = bytesOf(name, 16);
  const body = encodeMessage(beginBlobRequest, { bytes: 1000, ticket: null });
  const signer = deviceSigner(owner);
  await send(server.url, { method: 'POST', path: paths.blob(log.vault, blob), body, signer });
  const path = paths.blobPiece(log.vault, blob, 0);
  await send(server.url, { method: 'PATCH', path, body: bytesOf(`${name} content`, 1000), signer });
  const op = log.op(owner, { blobs: { add: [[blob, 1000]], drop: [] } });
  expect((await append(server.url, owner, collection, [op])).status).toBe(200);
  return blob;
}

describe('the log of what was delivered (PROTOCOL §5.6)', () => {
  it('R-DLV-1 has a signed, chained entry for every answer with ops, also to owners, and none for an empty one', async () => {
    expect((await listed()).entries).toEqual([]);
    await pull(server.url, reader, collection);
    await pull(server.url, reader, collection, 5);
    await pull(server.url, owner, collection, 2, 2);
    await pull(server.url, reader, collection);
    expect(await said()).toEqual([
      { ...by(reader), what: ['ops', collection, 1, 5] },
      { ...by(owner), what: ['ops', collection, 3, 4] },
    ]);
    expect(extend(null, await listed()).run.position).toBe(2);
    const { run } = extend(null, (await ask(owner, 0, 1)).as(fetchesAnswer));
    expect(extend(run, await listed(1)).run).toMatchObject({ position: 2 });
    expect((await listed(2)).entries).toEqual([]);
    expect((await pull(server.url, rawPerson('stranger'), collection)).status).toBe(401);
    expect(await said()).toHaveLength(2);
  });

  it('R-DLV-1 has one entry a day for a blob and device, whatever the ranges: no range escapes', async () => {
    const blob = await upload(`blob ${number}`);
    expect((await get(reader, blob, 'bytes=1000-')).status).toBe(416);
    expect((await get(reader, bytesOf('unknown', 16))).status).toBe(404);
    expect(await said()).toEqual([]);
    expect((await get(reader, blob, 'bytes=1-')).status).toBe(206);
    expect(await said()).toEqual([{ ...by(reader), what: ['blob', blob] }]);
    for (const range of [undefined, 'bytes=0-99', 'bytes=500-'])
      expect((await get(reader, blob, range)).status).toBeLessThan(300);
    expect(await said()).toEqual([{ ...by(reader), what: ['blob', blob] }]);
    await get(writer, blob);
    await Promise.all([get(owner, blob), get(owner, blob), get(owner, blob, 'bytes=5-')]);
    expect(await said()).toHaveLength(3);
    server.setTime(Date.now() + DAY_MS);
    const later = { signer: deviceSigner(reader), time: Date.now() + DAY_MS };
    await send(server.url, { method: 'GET', path: paths.blob(log.vault, blob), ...later });
    server.setTime(null);
    expect(await said()).toHaveLength(4);
  });

  it('R-DLV-1 keeps none of a person’s own pseudo-vault', async () => {
    const personal = new RawLog('personal', hash('personal-vault', owner.identity.person).slice(0, 16));
    await found(personal);
    expect((await pull(server.url, owner, collection)).status).toBe(200);
    expect((await listed()).entries).toEqual([]);
  });

  it('R-ACC-1 is for owners of the vault only', async () => {
    await pull(server.url, reader, collection);
    expect((await ask(reader)).code).toBe('forbidden');
    expect((await ask(writer)).code).toBe('forbidden');
    const stranger = rawPerson('nobody here');
    await enrol(server.url, stranger);
    expect((await ask(stranger)).code).toBe('not-found');
    expect((await ask(owner, 0, 0)).code).toBe('malformed');
    const path = `${paths.fetches(log.vault)}?after=x`;
    expect((await send(server.url, { method: 'GET', path, signer: deviceSigner(owner) })).code).toBe(
      'malformed',
    );
    expect((await send(server.url, { method: 'GET', path: paths.fetches(log.vault) })).status).toBe(401);
  });

  it('R-DLV-2 nobody can crowd out what they fetched: who has too many entries in a day is not served', async () => {
    for (let limit = 1; limit <= 5; limit++) await pull(server.url, reader, collection, 0, limit);
    await pull(server.url, reader, collection, 1, 1);
    const refused = await pull(server.url, reader, collection, 2, 1);
    expect([refused.code, refused.headers.get('retry-after')]).toEqual(['rate', '3600']);
    // What is in the log already may be had again; others are served.
    expect((await pull(server.url, reader, collection)).status).toBe(200);
    expect((await pull(server.url, writer, collection)).status).toBe(200);
    expect(await said()).toHaveLength(7);
  });

  it('R-DLV-2 nobody fills the log of a vault alone while its entries are kept', () => {
    const { fetchesPerPersonPerDay, fetchKeptMs, fetchesPerVaultMax } = DEFAULT_POLICY;
    expect(2 * fetchesPerPersonPerDay * (fetchKeptMs / DAY_MS)).toBeLessThan(fetchesPerVaultMax);
  });

  it('R-DLV-3 cuts what is old or too much, and keeps the hash at the cut', async () => {
    for (let limit = 1; limit <= 5; limit++) await pull(server.url, reader, collection, 0, limit);
    for (let limit = 1; limit <= 5; limit++) await pull(server.url, writer, collection, 0, limit);
    const before = extend(null, await listed()).run;
    const early = extend(null, (await ask(owner, 0, 1)).as(fetchesAnswer)).run;
    expect((await server.server.collect()).fetches).toBe(2);
    const answer = await listed();
    expect(answer.entries).toHaveLength(8);
    const head = decodeFetchHead(answer.head[0]);
    expect([head.position, head.cut, head.hash]).toEqual([10, 2, before.hash]);
    expect(head.since).toBeLessThanOrEqual(Date.now());
    expect(extend(null, answer).run.hash).toEqual(before.hash);
    expect(extend(before, await listed(10)).isNew).toBe(false);
    expect(extend(early, await listed(1)).isNew).toBe(true);
    expect((await server.server.collect()).fetches).toBe(0);
    // All of it, when all is old; then it goes on from there.
    server.setTime(Date.now() + 401 * DAY_MS);
    expect((await server.server.collect()).fetches).toBeGreaterThanOrEqual(8);
    server.setTime(null);
    const empty = await listed();
    expect(empty.entries).toEqual([]);
    expect(extend(before, await listed(10)).run.hash).toEqual(before.hash);
    await pull(server.url, owner, collection);
    const { run } = extend(before, await listed(10));
    expect([run.position, decodeFetchHead((await listed()).head[0]).cut]).toEqual([11, 10]);
  });

  it('R-DLV-2 an owner is served all the same: a new device fetches everything at once', async () => {
    const last = 5;
    for (let after = 0; after < last; after++)
      for (let limit = 1; limit <= last - after; limit++)
        expect((await pull(server.url, owner, collection, after, limit)).status).toBe(200);
    expect(await said()).toHaveLength((last * (last + 1)) / 2);
  });

  it('a restored backup leaves a gap that shows, and contradicts nothing it signed', async () => {
    const base = await mkdtemp(join(tmpdir(), 'coffret-fetches-'));
    try {
      await pull(server.url, reader, collection);
      await backUp({ dataDir: server.dataDir, to: join(base, 'backup') });
      await pull(server.url, writer, collection);
      const { run } = extend(null, await listed());
      await restore({ from: join(base, 'backup'), dataDir: join(base, 'new') });
      const second = await startTestServer({ dataDir: join(base, 'new') });
      try {
        await pull(second.url, writer, collection);
        const answer = (await ask(owner, run.position, 1000, second.url)).as(fetchesAnswer);
        const after = extend(run, answer);
        expect([after.isNew, answer.entries.length]).toEqual([true, 1]);
        expect(after.run.position).toBeGreaterThan(2 ** 32);
      } finally {
        await second.close();
      }
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  });

  it('finds what it looks for at every pull and download in an index', () => {
    const database = new Database(join(server.dataDir, 'coffret.sqlite'), { readonly: true });
    const plans = [
      'select position from fetches where vault = ? and delivered = ?',
      'select count(*) from fetches where vault = ? and person = ? and time > ?',
      'select position, hash from fetches where vault = ? order by position desc limit 1',
    ].map((query) =>
      database.prepare(`explain query plan ${query}`).all([1, 1, 1].slice(0, query.split('?').length - 1)),
    );
    database.close();
    for (const plan of plans)
      expect(JSON.stringify(plan)).toMatch(/SEARCH fetches USING (COVERING INDEX|INDEX|PRIMARY KEY)/);
  });
});
