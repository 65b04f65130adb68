import { beforeAll, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encodeDepositHeader } from '../../../src/formats/deposit.js';
import { encodeWrapped } from '../../../src/formats/wrapped.js';
import {
  beginBlobRequest,
  blobAnswer,
  depositRequest,
  depositsAnswer,
  encodeMessage,
  type MessageValue,
  putTicketRequest,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { append, deviceSigner, enrol, foundLog, send } from '../../support/raw-client.js';
import { bytesOf, member, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

const DAY_MS = 86_400_000;
let server: TestServer;
let owner: RawPerson;
let writer: RawPerson;
let reader: RawPerson;
let lab: RawPerson;
let log: RawLog;
let collection: Uint8Array;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer();
  [owner, writer, reader, lab] = ['owner', 'writer', 'reader', 'lab'].map((name) => rawPerson(name)) as [
    RawPerson,
    RawPerson,
    RawPerson,
    RawPerson,
  ];
  for (const person of [owner, writer, reader, lab]) await enrol(server.url, person);
  log = new RawLog('blobs');
  const members = [member(owner), member(writer, 'writer')];
  await foundLog(server.url, owner, log.found(owner, { server: server.key, members }), [
    reader.identity.person,
  ]);
  collection = log.collection as Uint8Array;
  return server.close;
});

const begin = (
  person: RawPerson,
  blob: Uint8Array,
  bytes: number,
  ticket: Uint8Array | null = null,
  time?: number,
) =>
  send(server.url, {
    method: 'POST',
    path: paths.blob(log.vault, blob),
    body: encodeMessage(beginBlobRequest, { bytes, ticket }),
    signer: deviceSigner(person),
    ...(time && { time }),
  });
const put = (person: RawPerson, blob: Uint8Array, offset: number, body: Uint8Array, time?: number) =>
  send(server.url, {
    method: 'PATCH',
    path: paths.blobPiece(log.vault, blob, offset),
    body,
    signer: deviceSigner(person),
    ...(time && { time }),
  });
const get = (person: RawPerson, blob: Uint8Array, range?: string, time?: number) =>
  send(server.url, {
    method: 'GET',
    path: paths.blob(log.vault, blob),
    signer: deviceSigner(person),
    ...(range && { headers: { range } }),
    ...(time && { time }),
  });
const show = (blob: Uint8Array, bytes: number, person = owner) =>
  append(server.url, person, collection, [log.op(person, { blobs: { add: [[blob, bytes]], drop: [] } })]);

async function upload(person: RawPerson, name: string, bytes: number, ticket: Uint8Array | null = null) {
  const blob = bytesOf(name, 16);
  (await begin(person, blob, bytes, ticket)).as(blobAnswer);
  (await put(person, blob, 0, bytesOf(`${name} content`, bytes))).as(blobAnswer);
  return blob;
}

describe('blobs (PROTOCOL §4.4)', () => {
  it('go up in pieces, resume where the server is, and come down in ranges (R-BLB-1)', async () => {
    const blob = bytesOf('pieces', 16);
    const content = bytesOf('pieces content', 1000);
    expect((await begin(owner, blob, 1000)).as(blobAnswer)).toEqual({ offset: 0, complete: false });
    expect((await put(owner, blob, 0, content.subarray(0, 400))).as(blobAnswer)).toEqual({
      offset: 400,
      complete: false,
    });
    expect((await begin(owner, blob, 1000)).as(blobAnswer)).toEqual({ offset: 400, complete: false });
    for (const wrong of [0, 399, 401, 1000]) {
      const reply = await put(owner, blob, wrong, content.subarray(0, 10));
      expect([reply.status, reply.code, reply.details()]).toEqual([409, 'offset', { offset: 400 }]);
    }
    expect((await show(blob, 1000)).code).toBe('blob-incomplete');
    expect((await get(owner, blob)).code).toBe('not-found');
    expect((await put(owner, blob, 400, content.subarray(400))).as(blobAnswer)).toEqual({
      offset: 1000,
      complete: true,
    });
    expect((await put(owner, blob, 400, content.subarray(400))).as(blobAnswer)).toEqual({
      offset: 1000,
      complete: true,
    });
    const op = log.op(owner, { seq: 3, skips: [2], blobs: { add: [[blob, 1000]], drop: [] } });
    expect((await append(server.url, owner, collection, [op])).status).toBe(200);
    expect((await get(reader, blob)).body).toEqual(content);
    const range = await get(reader, blob, 'bytes=100-299');
    expect([range.status, range.headers.get('content-range')]).toEqual([206, 'bytes 100-299/1000']);
    expect(range.body).toEqual(content.subarray(100, 300));
    expect((await get(reader, blob, 'bytes=900-')).body).toEqual(content.subarray(900));
    expect((await get(reader, blob, 'bytes=1000-')).status).toBe(416);
  });

  it('are refused beyond the length declared, and under another length (R-BLB-1)', async () => {
    const blob = bytesOf('declared', 16);
    await begin(owner, blob, 100);
    expect((await put(owner, blob, 0, new Uint8Array(101))).code).toBe('too-large');
    expect((await begin(owner, blob, 200)).code).toBe('exists');
    expect((await begin(writer, blob, 100)).code).toBe('exists');
    expect((await begin(owner, bytesOf('huge', 16), 2 ** 41)).code).toBe('too-large');
    expect((await begin(owner, bytesOf('quota', 16), 11 * 2 ** 30)).code).toBe('quota');
  });

  it('take one piece at a time: of several at once one is written, and counted once (R-BLB-1)', async () => {
    const blob = bytesOf('at once', 16);
    await begin(owner, blob, 1_000_000);
    const pieces = Array.from({ length: 6 }, (_, i) => bytesOf(`at once ${i}`, 400_000));
    const replies = await Promise.all(pieces.map((piece) => put(owner, blob, 0, piece)));
    const written = replies.filter(({ code }) => code === null);
    expect(written.map((reply) => reply.as(blobAnswer).offset)).toEqual([400_000]);
    for (const { code } of replies) if (code !== null) expect(['busy', 'offset']).toContain(code);
    const rest = bytesOf('at once rest', 600_000);
    (await put(owner, blob, 400_000, rest)).as(blobAnswer);
    const own = new RawLog('at once', log.vault);
    await foundLog(server.url, owner, own.found(owner, { server: server.key }));
    const op = own.op(owner, { blobs: { add: [[blob, 1_000_000]], drop: [] } });
    await append(server.url, owner, own.collection as Uint8Array, [op]);
    const kept = pieces[replies.findIndex(({ code }) => code === null)] as Uint8Array;
    expect(Buffer.compare((await get(owner, blob)).body, Buffer.concat([kept, rest]))).toBe(0);
  });

  it('are refused to an op that states another length, or of another vault (R-REF-1)', async () => {
    const blob = await upload(owner, 'lengths', 64);
    for (const [vault, bytes] of [
      [log.vault, 65],
      [bytesOf('another vault', 16), 64],
    ] as const) {
      const own = new RawLog(`lengths ${bytes}`, vault);
      await foundLog(server.url, owner, own.found(owner, { server: server.key }));
      const op = own.op(owner, { blobs: { add: [[blob, bytes]], drop: [] } });
      expect((await append(server.url, owner, own.collection as Uint8Array, [op])).code).toBe(
        'blob-incomplete',
      );
    }
  });

  it('can be read only through a live reference, and go after the grace (R38, R-REF-3)', async () => {
    const own = new RawLog('other collection', log.vault);
    await foundLog(server.url, owner, own.found(owner, { server: server.key }));
    const other = own.collection as Uint8Array;
    const blob = await upload(owner, 'referred', 64);
    expect((await get(owner, blob)).code).toBe('not-found');
    await append(server.url, owner, other, [own.op(owner, { blobs: { add: [[blob, 64]], drop: [] } })]);
    expect((await get(owner, blob)).status).toBe(200);
    expect((await get(reader, blob)).code).toBe('not-found');
    await append(server.url, owner, other, [own.op(owner, { blobs: { add: [], drop: [blob] } })]);
    expect((await get(owner, blob)).code).toBe('not-found');
    const later = Date.now() + 8 * DAY_MS;
    try {
      await server.server.collect();
      expect((await begin(owner, blob, 64)).as(blobAnswer).complete).toBe(true);
      server.setTime(later);
      await server.server.collect();
      expect((await begin(owner, blob, 64, null, later)).as(blobAnswer)).toEqual({
        offset: 0,
        complete: false,
      });
    } finally {
      server.setTime(null);
    }
  });

  it('can not be shown or dropped by a writer whose they are not (R-REF-1, R-REF-2)', async () => {
    const own = new RawLog('with a writer', log.vault);
    const members = [member(owner), member(writer, 'writer')];
    await foundLog(server.url, owner, own.found(owner, { server: server.key, members }));
    const other = own.collection as Uint8Array;
    const secret = await upload(owner, 'not the writer s', 64);
    const add = own.op(writer, { blobs: { add: [[secret, 64]], drop: [] } });
    expect((await append(server.url, writer, other, [add])).code).toBe('forbidden');
    await append(server.url, owner, other, [own.op(owner, { blobs: { add: [[secret, 64]], drop: [] } })]);
    const drop = own.op(writer, { seq: 2, skips: [1], blobs: { add: [], drop: [secret] } });
    expect((await append(server.url, writer, other, [drop])).code).toBe('forbidden');
    expect((await get(writer, secret)).status).toBe(200);
    // What a writer can read they may show elsewhere, and what they showed they may drop there.
    const second = new RawLog('with a writer too', log.vault);
    await foundLog(server.url, owner, second.found(owner, { server: server.key, members }));
    const shown = second.op(writer, { blobs: { add: [[secret, 64]], drop: [] } });
    const dropped = second.op(writer, { blobs: { add: [], drop: [secret] } });
    const reply = await append(server.url, writer, second.collection as Uint8Array, [shown, dropped]);
    expect(reply.status).toBe(200);
  });
});

describe('deposits (PROTOCOL §4.5)', () => {
  const depositOf = (
    person: RawPerson,
    name: string,
    ticket: Uint8Array,
    blobs: [Uint8Array, number][] = [],
  ) => {
    const headerBytes = encodeDepositHeader({
      v: 1,
      suite: 1,
      type: 'deposit',
      vault: log.vault,
      deposit: bytesOf(name, 16),
      ticket,
      person: person.identity.person,
      device: person.device,
      kem: bytesOf('kem', 32),
      time: 1,
      blobs,
    });
    return encodeWrapped({
      headerBytes,
      encapsulation: bytesOf('e', 1120),
      sealed: bytesOf('s', 400),
      signature: bytesOf('g', 64),
    });
  };
  const deposit = (person: RawPerson, bytes: Uint8Array, time?: number) =>
    send(server.url, {
      method: 'POST',
      path: paths.deposits(log.vault),
      body: encodeMessage(depositRequest, { deposit: bytes }),
      signer: deviceSigner(person),
      ...(time && { time }),
    });
  const list = async (after = 0) =>
    (
      await send(server.url, {
        method: 'GET',
        path: paths.depositsAfter(log.vault, after),
        signer: deviceSigner(owner),
      })
    ).as(depositsAnswer);
  const setTicket = async (name: string, terms: Partial<MessageValue<typeof putTicketRequest>> = {}) => {
    const ticket = bytesOf(name, 16);
    const all = { depositor: lab.identity.person, expires: null, bytesMax: 10_000, countMax: 2, ...terms };
    const body = encodeMessage(putTicketRequest, all);
    await send(server.url, {
      method: 'PUT',
      path: paths.ticket(log.vault, ticket),
      body,
      signer: deviceSigner(owner),
    });
    return ticket;
  };

  it('come with their blobs, once, and are for owners only (R-REF-3)', async () => {
    const ticket = await setTicket('good');
    const blob = await upload(lab, 'lab result', 500, ticket);
    const bytes = depositOf(lab, 'one', ticket, [[blob, 500]]);
    expect((await deposit(lab, bytes)).status).toBe(200);
    expect((await deposit(lab, bytes)).status).toBe(200);
    const { items, more } = await list();
    expect([items.map((item) => item.bytes), more]).toEqual([[bytes], false]);
    expect((await get(owner, blob)).body).toEqual(bytesOf('lab result content', 500));
    for (const person of [lab, reader, writer]) expect((await get(person, blob)).code).toBe('not-found');
    // Adopted: an owner's op refers to the blob, then the deposit goes.
    const own = new RawLog('adopting', log.vault);
    await foundLog(server.url, owner, own.found(owner, { server: server.key }));
    const adopt = own.op(owner, { blobs: { add: [[blob, 500]], drop: [] } });
    expect((await append(server.url, owner, own.collection as Uint8Array, [adopt])).status).toBe(200);
    const path = paths.deposit(log.vault, bytesOf('one', 16));
    await send(server.url, { method: 'DELETE', path, signer: deviceSigner(owner) });
    expect((await list()).items).toEqual([]);
    expect((await get(owner, blob)).status).toBe(200);
  });

  it.each<[string, () => Promise<{ ticket: Uint8Array; person?: RawPerson; time?: number }>]>([
    ['an unknown ticket', async () => ({ ticket: bytesOf('unknown', 16) })],
    [
      'a revoked ticket',
      async () => {
        const ticket = await setTicket('revoked');
        await send(server.url, {
          method: 'DELETE',
          path: paths.ticket(log.vault, ticket),
          signer: deviceSigner(owner),
        });
        return { ticket };
      },
    ],
    ["someone else's ticket", async () => ({ ticket: await setTicket('of the lab'), person: reader })],
    ['an expired ticket', async () => ({ ticket: await setTicket('expired', { expires: Date.now() - 1 }) })],
    ['a ticket for fewer bytes', async () => ({ ticket: await setTicket('small', { bytesMax: 300 }) })],
    ['a ticket for fewer deposits', async () => ({ ticket: await setTicket('none', { countMax: 0 }) })],
  ])('%s is refused in the same words (R-DEP-1)', async (name, make) => {
    const { ticket, person = lab } = await make();
    const reply = await deposit(person, depositOf(person, name, ticket));
    expect([reply.status, reply.code, reply.details()]).toEqual([403, 'ticket', {}]);
    const blob = await begin(person, bytesOf(`${name} blob`, 16), 400, ticket);
    expect(blob.code).toBe('ticket');
  });

  it('a vault that does not exist answers as a ticket that does not (R-DEP-1)', async () => {
    const nowhere = bytesOf('no vault', 16);
    const body = encodeMessage(beginBlobRequest, { bytes: 400, ticket: bytesOf('good', 16) });
    const path = paths.blob(nowhere, bytesOf('blob of nowhere', 16));
    const reply = await send(server.url, { method: 'POST', path, body, signer: deviceSigner(lab) });
    const known = await begin(lab, bytesOf('blob of nowhere', 16), 400, bytesOf('unknown', 16));
    expect([reply.status, reply.body]).toEqual([known.status, known.body]);
    expect(reply.code).toBe('ticket');
  });

  it('a ticket is used up by bytes and by deposits, and new terms do not refill it (R-DEP-1)', async () => {
    const ticket = await setTicket('counted', { countMax: 2 });
    expect((await deposit(lab, depositOf(lab, 'c1', ticket))).status).toBe(200);
    expect((await deposit(lab, depositOf(lab, 'c2', ticket))).status).toBe(200);
    expect((await deposit(lab, depositOf(lab, 'c3', ticket))).code).toBe('ticket');
    await setTicket('counted', { countMax: 2, bytesMax: 1_000_000 });
    expect((await deposit(lab, depositOf(lab, 'c3', ticket))).code).toBe('ticket');
  });

  it('a depositor can not deposit for another, nor a blob that is not complete or not theirs (R-DEP-2)', async () => {
    const ticket = await setTicket('strict', { countMax: 10 });
    expect((await deposit(reader, depositOf(lab, 'for another', ticket))).code).toBe('forbidden');
    const half = bytesOf('half', 16);
    await begin(lab, half, 100, ticket);
    expect((await deposit(lab, depositOf(lab, 'half', ticket, [[half, 100]]))).code).toBe('blob-incomplete');
    const own = await upload(owner, 'of the owner', 100);
    expect((await deposit(lab, depositOf(lab, 'theft', ticket, [[own, 100]]))).code).toBe('blob-incomplete');
  });

  it('a depositor has a limit over all tickets of a vault', async () => {
    const small = await startTestServer({ policy: { depositorBytesMax: 1000 } });
    try {
      for (const person of [owner, lab]) await enrol(small.url, person);
      const vaultLog = new RawLog('blobs');
      await foundLog(small.url, owner, vaultLog.found(owner, { server: small.key }));
      const codes = [];
      for (const name of ['t1', 't2']) {
        const body = encodeMessage(putTicketRequest, {
          depositor: null,
          expires: null,
          bytesMax: 10_000,
          countMax: 9,
        });
        const path = paths.ticket(vaultLog.vault, bytesOf(name, 16));
        await send(small.url, { method: 'PUT', path, body, signer: deviceSigner(owner) });
        const request = encodeMessage(beginBlobRequest, { bytes: 600, ticket: bytesOf(name, 16) });
        const blob = paths.blob(vaultLog.vault, bytesOf(`${name} blob`, 16));
        codes.push(
          (await send(small.url, { method: 'POST', path: blob, body: request, signer: deviceSigner(lab) }))
            .code,
        );
      }
      expect(codes).toEqual([null, 'quota']);
    } finally {
      await small.close();
    }
  });

  it('what nobody takes goes after the grace, with its blobs', async () => {
    const ticket = await setTicket('left', { countMax: 10 });
    const blob = await upload(lab, 'left result', 300, ticket);
    await deposit(lab, depositOf(lab, 'left', ticket, [[blob, 300]]));
    const later = Date.now() + 181 * DAY_MS;
    try {
      server.setTime(later);
      await server.server.collect();
      server.setTime(later + 8 * DAY_MS);
      await server.server.collect();
      expect((await get(owner, blob, undefined, later + 8 * DAY_MS)).code).toBe('not-found');
    } finally {
      server.setTime(null);
    }
    expect((await list()).items).toEqual([]);
  });
});
