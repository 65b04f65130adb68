import { beforeAll, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { verify } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeHead } from '../../../src/formats/head.js';
import { decodeOp } from '../../../src/formats/op.js';
import {
  appendOpsAnswer,
  encodeMessage,
  foundCollectionAnswer,
  opsAnswer,
  putAccessRequest,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import {
  append,
  deviceSigner,
  enrol,
  foundLog,
  headOf,
  pull,
  pullAll,
  send,
} from '../../support/raw-client.js';
import { addDevice, bytesOf, member, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

const DAY_MS = 86_400_000;
let server: TestServer;
let owner: RawPerson;
let writer: RawPerson;
let reader: RawPerson;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer({ policy: { vaultsPerPersonMax: 100 } });
  owner = rawPerson('owner');
  writer = rawPerson('writer');
  reader = rawPerson('reader');
  for (const person of [owner, writer, reader]) expect((await enrol(server.url, person)).status).toBe(201);
  return server.close;
});

let count = 0;
async function newLog(options: { notAfter?: number | null; add?: Uint8Array[] } = {}) {
  const log = new RawLog(`log-${count}`, bytesOf(`vault-${count}`, 16));
  count += 1;
  const op = log.found(owner, {
    server: server.key,
    members: [member(owner), member(writer, 'writer')],
    notAfter: options.notAfter ?? null,
  });
  const { head, position } = (await foundLog(server.url, owner, op, options.add ?? [])).as(
    foundCollectionAnswer,
  );
  expect(position).toBe(1);
  return { log, collection: log.collection as Uint8Array, head, founding: op };
}

describe('a collection log on the server (PROTOCOL §4.3)', () => {
  it('is founded, appended to and pulled back byte for byte under a signed head', async () => {
    const { log, collection, founding } = await newLog();
    const ops = [log.op(owner), log.op(owner), log.op(writer)];
    const answer = (await append(server.url, owner, collection, ops.slice(0, 2))).as(appendOpsAnswer);
    expect(answer.positions).toEqual([2, 3]);
    await append(server.url, writer, collection, ops.slice(2));
    const pulled = await pullAll(server.url, writer, collection);
    expect(pulled.ops).toEqual([founding, ...ops]);
    let running: Uint8Array = new Uint8Array(32);
    for (const op of pulled.ops) {
      const { headerBytes, signature } = decodeOp(op);
      running = hash('log', running, headerBytes, signature);
    }
    const head = decodeHead(pulled.head[0]);
    expect(verify(server.key, 'head', ...pulled.head)).toBe(true);
    expect(head).toMatchObject({ collection, position: 4, hash: running });
  });

  it('takes a repeated append for the same append (R-SRV-1)', async () => {
    const { log, collection } = await newLog();
    const ops = [log.op(owner), log.op(owner)];
    await append(server.url, owner, collection, ops);
    const again = (await append(server.url, owner, collection, [...ops, log.op(owner)])).as(appendOpsAnswer);
    expect(again.positions).toEqual([2, 3, 4]);
    expect(decodeHead(again.head[0]).position).toBe(4);
    expect((await pullAll(server.url, owner, collection)).ops.length).toBe(4);
  });

  it('takes a repeated founding for the same founding, and shows it to no stranger', async () => {
    const { collection, founding } = await newLog();
    expect((await foundLog(server.url, owner, founding)).as(foundCollectionAnswer).position).toBe(1);
    expect((await foundLog(server.url, reader, founding)).code).toBe('not-found');
    expect(decodeHead((await headOf(server.url, owner, collection))[0]).position).toBe(1);
  });

  it('appends all ops of a request or none', async () => {
    const { log, collection } = await newLog();
    const good = log.op(owner);
    const reply = await append(server.url, owner, collection, [good, log.op(owner, { epoch: 9 })]);
    expect(reply.code).toBe('sequence');
    expect((await pullAll(server.url, owner, collection)).ops.length).toBe(1);
    expect((await append(server.url, owner, collection, [good])).status).toBe(200);
  });

  it('refuses another op under a number that is taken (R-SRV-1)', async () => {
    const { log, collection } = await newLog();
    await append(server.url, owner, collection, [log.op(owner)]);
    const other = log.op(owner, { seq: 2, bodies: [bytesOf('other', 40)] });
    expect((await append(server.url, owner, collection, [other])).code).toBe('sequence');
  });

  it('refuses a stale epoch (R-SRV-2)', async () => {
    const { log, collection } = await newLog();
    const late = log.op(writer);
    await append(server.url, owner, collection, [
      log.rotate(owner, [member(owner), member(writer, 'writer')]),
    ]);
    const reply = await append(server.url, writer, collection, [late]);
    expect([reply.status, reply.code]).toEqual([409, 'stale-epoch']);
  });

  it('refuses what the epoch is over for, also under an old date; a rotation goes on (R-SRV-2)', async () => {
    const notAfter = DAY_MS * (Math.floor(Date.now() / DAY_MS) + 2);
    const { log, collection } = await newLog({ notAfter });
    expect((await append(server.url, owner, collection, [log.op(owner)])).status).toBe(200);
    expect((await append(server.url, owner, collection, [log.op(owner, { time: notAfter + 1 })])).code).toBe(
      'not-after',
    );
    const time = notAfter + 1000;
    server.setTime(time);
    try {
      const backdated = log.op(owner, { seq: 3, time: notAfter - 500 });
      expect((await append(server.url, owner, collection, [backdated], { time })).code).toBe('not-after');
      const rotation = log.rotate(owner, [member(owner)], { time, skips: [3] });
      expect((await append(server.url, owner, collection, [rotation], { time })).status).toBe(200);
    } finally {
      server.setTime(null);
    }
  });

  it('refuses a hole, a wrong skip and a second founding (R-OP-4, R-OP-9)', async () => {
    const { log, collection } = await newLog();
    expect((await append(server.url, owner, collection, [log.op(owner, { seq: 3 })])).code).toBe('sequence');
    expect((await append(server.url, owner, collection, [log.op(owner, { seq: 3, skips: [1] })])).code).toBe(
      'sequence',
    );
    const second = new RawLog('second', log.vault).found(owner, { server: server.key });
    expect((await append(server.url, owner, collection, [second])).code).toBe('sequence');
  });

  it('refuses a body that has not the hash of its change (R-OP-8)', async () => {
    const { log, collection } = await newLog();
    const op = log.op(owner);
    op[op.length - 1] = (op[op.length - 1] as number) ^ 1;
    expect((await append(server.url, owner, collection, [op])).code).toBe('sequence');
  });

  it('refuses a flipped header (R-OP-1)', async () => {
    const { log, collection } = await newLog();
    const op = log.op(owner);
    op[400] = (op[400] as number) ^ 1;
    expect((await append(server.url, owner, collection, [op])).code).toMatch(
      /^(malformed|forbidden|sequence)$/,
    );
    expect((await pullAll(server.url, owner, collection)).ops.length).toBe(1);
  });

  it('refuses a device that the head in force does not admit (R-OP-3)', async () => {
    const { log, collection } = await newLog();
    const phone = addDevice(owner, `phone-${count}`);
    const reply = await append(server.url, owner, collection, [log.op(phone)]);
    expect(reply.code).toBe('forbidden');
  });

  it('refuses a control op by a writer (R-OP-5)', async () => {
    const { log, collection } = await newLog();
    const control = { type: 'admit', member: member(reader, 'writer') } as const;
    expect(
      (await append(server.url, writer, collection, [log.op(writer, { control, bodies: [] })])).code,
    ).toBe('forbidden');
  });

  it('refuses a collection that names another server (R-VLT-1)', async () => {
    const log = new RawLog('elsewhere');
    const reply = await foundLog(server.url, owner, log.found(owner, { server: bytesOf('elsewhere', 32) }));
    expect(reply.code).toBe('malformed');
  });

  it('binds a vault to its founder (R-VLT-1)', async () => {
    const { log } = await newLog();
    const intruder = new RawLog(`intruder-${count}`, log.vault);
    expect((await foundLog(server.url, reader, intruder.found(reader, { server: server.key }))).code).toBe(
      'forbidden',
    );
    const own = new RawLog(`second-${count}`, log.vault);
    expect((await foundLog(server.url, owner, own.found(owner, { server: server.key }))).status).toBe(200);
  });

  it('deletes the bodies that a prune names, and keeps the chain (R-SRV-4)', async () => {
    const { log, collection } = await newLog();
    const change = bytesOf(`pruned-${count}`, 16);
    const op = log.op(owner, {
      bodies: [bytesOf('a', 100), bytesOf('b', 100)],
      changes: [change, bytesOf(`kept-${count}`, 16)],
    });
    await append(server.url, owner, collection, [op]);
    await append(server.url, owner, collection, [
      log.op(owner, { control: { type: 'prune', changes: [change] }, bodies: [] }),
    ]);
    const { ops, head } = await pullAll(server.url, owner, collection);
    const served = decodeOp(ops[1] as Uint8Array);
    expect(served.bodies).toEqual([null, bytesOf('b', 100)]);
    expect(served.headerBytes).toEqual(decodeOp(op).headerBytes);
    expect(decodeHead(head[0]).position).toBe(3);
    expect((await append(server.url, owner, collection, [op])).as(appendOpsAnswer).positions).toEqual([2]);
  });

  it('ends a page of ops at its size and says that there is more', async () => {
    const { log, collection } = await newLog();
    for (let i = 0; i < 3; i++)
      await append(server.url, owner, collection, [
        log.op(owner, { bodies: [new Uint8Array(2_500_000).fill(i)] }),
      ]);
    const first = (await pull(server.url, owner, collection)).as(opsAnswer);
    expect([first.ops.length, first.more]).toEqual([3, true]);
    const rest = (await pull(server.url, owner, collection, 3)).as(opsAnswer);
    expect([rest.ops.length, rest.more]).toEqual([1, false]);
    const one = (await pull(server.url, owner, collection, 0, 1)).as(opsAnswer);
    expect([one.ops.length, one.more]).toEqual([1, true]);
  });

  it('ends an access at once: a reader removed, a writer rotated out (R-ACC-2)', async () => {
    const { log, collection } = await newLog({ add: [reader.identity.person] });
    expect((await pull(server.url, reader, collection)).status).toBe(200);
    const remove = [reader.identity.person];
    const rotation = log.rotate(owner, [member(owner)]);
    expect((await append(server.url, owner, collection, [rotation], { remove })).status).toBe(200);
    expect((await pull(server.url, reader, collection)).code).toBe('not-found');
    expect((await pull(server.url, writer, collection)).code).toBe('not-found');
    expect((await append(server.url, writer, collection, [log.op(writer)])).code).toBe('not-found');
  });

  it("takes an op from its author's side, not from a reader, except what it has lost", async () => {
    const { log, collection, head } = await newLog({ add: [reader.identity.person] });
    const op = log.op(owner);
    expect((await append(server.url, reader, collection, [op])).code).toBe('forbidden');
    // A head that is not ahead of the log proves no loss.
    expect((await append(server.url, reader, collection, [op], { restored: head })).code).toBe('forbidden');
    expect((await append(server.url, writer, collection, [op])).status).toBe(200);
  });

  it('does not undo an access change when an old append is repeated', async () => {
    const { log, collection } = await newLog();
    const ops = [log.op(owner)];
    const add = [reader.identity.person];
    await append(server.url, owner, collection, ops, { add });
    const body = encodeMessage(putAccessRequest, { add: [], remove: add });
    const put = await send(server.url, {
      method: 'PUT',
      path: paths.access(collection),
      body,
      signer: deviceSigner(owner),
    });
    expect(put.status).toBe(200);
    await append(server.url, owner, collection, ops, { add });
    expect((await pull(server.url, reader, collection)).code).toBe('not-found');
  });
});
