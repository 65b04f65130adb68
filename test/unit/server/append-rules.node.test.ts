import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sign } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encodeHead, type SignedHead } from '../../../src/formats/head.js';
import { decodeOp, encodeOp } from '../../../src/formats/op.js';
import { append, enrol, foundLog, pullAll } from '../../support/raw-client.js';
import { addDevice, bytesOf, member, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

const DAY_MS = 86_400_000;
let server: TestServer;
let owner: RawPerson;
let writer: RawPerson;
let stranger: RawPerson;
let serverSeed: Uint8Array;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer({ policy: { vaultsPerPersonMax: 100 } });
  [owner, writer, stranger] = ['owner', 'writer', 'stranger'].map((name) => rawPerson(name)) as [
    RawPerson,
    RawPerson,
    RawPerson,
  ];
  for (const person of [owner, writer, stranger]) await enrol(server.url, person);
  serverSeed = new Uint8Array(await readFile(join(server.dataDir, 'head-key')));
  return server.close;
});

const collectionOf = (log: RawLog) => log.collection as Uint8Array;
/** A head of the log with a hash it never had, signed with this seed. */
function headOf(log: RawLog, position: number, seed: Uint8Array): SignedHead {
  const collection = collectionOf(log);
  const bytes = encodeHead({ collection, position, hash: bytesOf('another history', 32), time: 1 });
  return [bytes, sign(seed, 'head', bytes)];
}

const incarnationOf = (person: RawPerson) => bytesOf(`${person.name}/incarnation`, 16);

/** An op that breaks a rule of SPEC §6.3, and how the server says so. */
const BROKEN: readonly [rule: string, code: string, make: (log: RawLog) => Uint8Array][] = [
  [
    'R-OP-1 another signature',
    'malformed',
    (log) => encodeOp({ ...decodeOp(log.op(owner)), signature: bytesOf('forged', 64) }),
  ],
  [
    'R-OP-2 another log',
    'malformed',
    (log) => {
      const other = new RawLog('elsewhere', log.vault);
      other.found(owner, { server: server.key });
      return other.op(owner);
    },
  ],
  ['R-OP-3 an author who is no member', 'forbidden', (log) => log.op(stranger)],
  ['R-OP-3 a device not admitted', 'forbidden', (log) => log.op(addDevice(owner, 'stolen'))],
  ['R-OP-4 a hole', 'sequence', (log) => log.op(owner, { seq: 9 })],
  [
    'R-OP-4 a new incarnation that closes nothing',
    'sequence',
    (log) => log.op(owner, { incarnation: bytesOf('opened again', 16) }),
  ],
  [
    'R-OP-5 a writer who prunes',
    'forbidden',
    (log) => log.op(writer, { control: { type: 'prune', changes: [] }, bodies: [] }),
  ],
  [
    'R-OP-5 an admission with a head that is not on the log',
    'forbidden',
    (log) => {
      const [id, , length] = member(stranger);
      return log.op(owner, {
        control: { type: 'admit', member: [id, 'writer', length, bytesOf('another head', 32)] },
        bodies: [],
      });
    },
  ],
  [
    'R-OP-6 a head ahead of the log',
    'sequence',
    (log) => log.op(owner, { seen: headOf(log, 2, serverSeed) }),
  ],
  [
    'R-OP-6 another hash at a position',
    'sequence',
    (log) => log.op(owner, { seen: headOf(log, 1, serverSeed) }),
  ],
  [
    'R-OP-6 a head of another server',
    'forbidden',
    (log) => log.op(owner, { seen: headOf(log, 1, bytesOf('another server', 32)) }),
  ],
  [
    'R-OP-7 a change id twice',
    'sequence',
    (log) =>
      log.op(owner, {
        changes: [bytesOf('one id', 16), bytesOf('one id', 16)],
        bodies: [bytesOf('a', 9), bytesOf('b', 9)],
      }),
  ],
  [
    'R-OP-8 another body',
    'sequence',
    (log) => encodeOp({ ...decodeOp(log.op(owner)), bodies: [bytesOf('other', 300)] }),
  ],
  ['R-OP-8 no body', 'sequence', (log) => encodeOp({ ...decodeOp(log.op(owner)), bodies: [null] })],
  [
    'R-OP-9 a second founding',
    'sequence',
    (log) => new RawLog('again', log.vault).found(owner, { server: server.key }),
  ],
  [
    'R-OP-10 a rotation that adds someone',
    'forbidden',
    (log) => log.rotate(owner, [member(owner), member(writer, 'writer'), member(stranger, 'writer')]),
  ],
  [
    'R-OP-10 a rotation without an owner',
    'forbidden',
    (log) => log.rotate(owner, [member(writer, 'writer')]),
  ],
  [
    'R-OP-11 a later end inside an epoch',
    'forbidden',
    (log) => log.op(owner, { control: { type: 'roster', notAfter: null, payloads: ['roster'] } }),
  ],
  [
    'R-OP-12 its own incarnation closed',
    'sequence',
    (log) => log.op(owner, { closes: [incarnationOf(owner), 1] }),
  ],
  [
    'R-OP-12 another device’s incarnation closed',
    'sequence',
    (log) => log.op(writer, { closes: [incarnationOf(owner), 1] }),
  ],
  [
    'R-OP-12 the incarnation in force closed at a number ahead of the log',
    'sequence',
    (log) => log.op(owner, { incarnation: bytesOf('opened again', 16), closes: [incarnationOf(owner), 2] }),
  ],
];

describe('an op that breaks a rule (PROTOCOL §5.1)', () => {
  let count = 0;

  async function newLog(): Promise<RawLog> {
    const log = new RawLog(`rules-${count}`, bytesOf(`rules vault ${count++}`, 16));
    const members = [member(owner), member(writer, 'writer')];
    const notAfter = DAY_MS * (Math.floor(Date.now() / DAY_MS) + 30);
    const founding = log.found(owner, { server: server.key, members, notAfter });
    expect((await foundLog(server.url, owner, founding)).status).toBe(200);
    return log;
  }

  it.each(BROKEN)('%s: refused with %s, and the log stays as it was (R-SRV-3)', async (_rule, code, make) => {
    const log = await newLog();
    const collection = collectionOf(log);
    const reply = await append(server.url, owner, collection, [make(log)]);
    expect(reply.code).toBe(code);
    expect((await pullAll(server.url, owner, collection)).ops.length).toBe(1);
  });
});
