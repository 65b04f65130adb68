import { beforeAll, describe, expect, it } from 'vitest';
import { signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encodeDepositHeader } from '../../../src/formats/deposit.js';
import { encodeSlot, encodeSlotPublic } from '../../../src/formats/slot.js';
import { encodeWrapped } from '../../../src/formats/wrapped.js';
import {
  appendIdentityRequest,
  appendOpsRequest,
  beginBlobRequest,
  depositRequest,
  encodeMessage,
  foundCollectionRequest,
  foundPersonRequest,
  putAccessRequest,
  putSlotRequest,
  putTicketRequest,
  sendRequest,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { append, deviceSigner, enrol, foundLog, type Signer, send } from '../../support/raw-client.js';
import { addDevice, bytesOf, member, RawLog, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

// Who asks. `device` is a device of the owner that the identity log on the server does not admit; `removed` was a
// reader; `other` is enrolled and has nothing to do with the vault.
const WHO = ['anonymous', 'device', 'other', 'removed', 'reader', 'writer', 'owner'] as const;
type Who = (typeof WHO)[number];

interface World {
  readonly server: TestServer;
  readonly people: Record<'owner' | 'writer' | 'reader' | 'removed' | 'other' | 'device', RawPerson>;
  readonly log: RawLog;
  readonly collection: Uint8Array;
}

interface Endpoint {
  readonly name: string;
  readonly request: (world: World, who: Who) => { method: string; path: string; body?: Uint8Array };
  /** The answer to each: null for yes, else the refusal's code. The first two are always `signature`. */
  readonly answers: Record<Exclude<Who, 'anonymous' | 'device'>, string | null>;
}

const NOBODY = { other: 'not-found', removed: 'not-found' } as const;
const ALL = { other: null, removed: null, reader: null, writer: null, owner: null } as const;
const OWNER_ONLY = { ...NOBODY, reader: 'forbidden', writer: 'forbidden', owner: null } as const;
const blobId = bytesOf('blob', 16);
const ticketId = bytesOf('ticket', 16);
const slotId = bytesOf('slot', 16);
const message = bytesOf('message', 16);
const deposit = bytesOf('deposit', 16);
const slotSeed = bytesOf('slot auth', 32);

const ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'POST identity',
    request: ({ people }) => ({
      method: 'POST',
      path: paths.identity(people.owner.identity.person),
      body: encodeMessage(appendIdentityRequest, { entries: [...people.owner.identity.entries] }),
    }),
    answers: { ...NOBODY, reader: 'not-found', writer: 'not-found', owner: null },
  },
  {
    name: 'GET identity',
    request: ({ people }) => ({ method: 'GET', path: paths.identityAfter(people.owner.identity.person, 0) }),
    answers: ALL,
  },
  {
    name: 'PUT slot',
    request: ({ people }) => ({
      method: 'PUT',
      path: paths.personSlot(people.owner.identity.person, slotId),
      body: encodeMessage(putSlotRequest, { slot: slotOf(people.owner, slotId) }),
    }),
    answers: { ...NOBODY, reader: 'not-found', writer: 'not-found', owner: null },
  },
  {
    name: 'DELETE slot',
    request: ({ people }) => ({
      method: 'DELETE',
      path: paths.personSlot(people.owner.identity.person, bytesOf('none', 16)),
    }),
    answers: { ...NOBODY, reader: 'not-found', writer: 'not-found', owner: null },
  },
  {
    name: 'GET slot with a device key',
    request: () => ({ method: 'GET', path: paths.slot(slotId) }),
    answers: {
      other: 'signature',
      removed: 'signature',
      reader: 'signature',
      writer: 'signature',
      owner: 'signature',
    },
  },
  {
    name: 'POST collections in the vault',
    request: ({ people, server, log }, who) => {
      const person = personOf(people, who);
      const op = new RawLog(`founded by ${who}`, log.vault).found(person, { server: server.key });
      return {
        method: 'POST',
        path: paths.collections,
        body: encodeMessage(foundCollectionRequest, { op, access: null }),
      };
    },
    answers: {
      other: 'forbidden',
      removed: 'forbidden',
      reader: 'forbidden',
      writer: 'forbidden',
      owner: null,
    },
  },
  {
    name: 'POST ops',
    request: ({ people, log, collection }, who) => ({
      method: 'POST',
      path: paths.ops(collection),
      body: encodeMessage(appendOpsRequest, { ops: [log.op(personOf(people, who))], access: null }),
    }),
    answers: { ...NOBODY, reader: 'forbidden', writer: null, owner: null },
  },
  {
    name: 'POST ops with an access change',
    request: ({ people, log, collection }, who) => ({
      method: 'POST',
      path: paths.ops(collection),
      body: encodeMessage(appendOpsRequest, {
        ops: [
          log.op(personOf(people, who === 'owner' ? 'owner' : 'writer'), who === 'owner' ? {} : { seq: 99 }),
        ],
        access: { add: [bytesOf('someone', 32)], remove: [] },
      }),
    }),
    answers: OWNER_ONLY,
  },
  {
    name: 'PUT access',
    request: ({ collection }) => ({
      method: 'PUT',
      path: paths.access(collection),
      body: encodeMessage(putAccessRequest, { add: [bytesOf('someone', 32)], remove: [] }),
    }),
    answers: OWNER_ONLY,
  },
  {
    name: 'GET ops',
    request: ({ collection }) => ({ method: 'GET', path: paths.opsAfter(collection, 0, 10) }),
    answers: { ...NOBODY, reader: null, writer: null, owner: null },
  },
  {
    name: 'GET head',
    request: ({ collection }) => ({ method: 'GET', path: paths.head(collection) }),
    answers: { ...NOBODY, reader: null, writer: null, owner: null },
  },
  {
    name: 'POST blob',
    request: ({ log }, who) => ({
      method: 'POST',
      path: paths.blob(log.vault, bytesOf(`blob of ${who}`, 16)),
      body: encodeMessage(beginBlobRequest, { bytes: 100, ticket: null }),
    }),
    answers: { ...NOBODY, reader: 'forbidden', writer: null, owner: null },
  },
  {
    name: 'POST blob with a ticket that does not exist',
    request: ({ log }, who) => ({
      method: 'POST',
      path: paths.blob(log.vault, bytesOf(`ticketed blob of ${who}`, 16)),
      body: encodeMessage(beginBlobRequest, { bytes: 100, ticket: bytesOf('no ticket', 16) }),
    }),
    answers: { other: 'ticket', removed: 'ticket', reader: 'ticket', writer: null, owner: null },
  },
  {
    name: 'PATCH a blob of the owner',
    request: ({ log }) => ({
      method: 'PATCH',
      path: paths.blobPiece(log.vault, blobId, 0),
      body: new Uint8Array(10),
    }),
    answers: { ...NOBODY, reader: 'not-found', writer: 'not-found', owner: null },
  },
  {
    name: 'GET a blob that is referred to',
    request: ({ log }) => ({ method: 'GET', path: paths.blob(log.vault, blobId) }),
    answers: { ...NOBODY, reader: null, writer: null, owner: null },
  },
  {
    name: 'PUT ticket',
    request: ({ log }) => ({
      method: 'PUT',
      path: paths.ticket(log.vault, ticketId),
      body: encodeMessage(putTicketRequest, { depositor: null, expires: null, bytesMax: 0, countMax: 0 }),
    }),
    answers: OWNER_ONLY,
  },
  {
    name: 'DELETE ticket',
    request: ({ log }) => ({ method: 'DELETE', path: paths.ticket(log.vault, ticketId) }),
    answers: OWNER_ONLY,
  },
  {
    name: 'POST deposit without a good ticket',
    request: ({ log, people }, who) => ({
      method: 'POST',
      path: paths.deposits(log.vault),
      body: encodeMessage(depositRequest, { deposit: depositOf(personOf(people, who), log.vault) }),
    }),
    answers: { other: 'ticket', removed: 'ticket', reader: 'ticket', writer: 'ticket', owner: 'ticket' },
  },
  {
    name: 'GET deposits',
    request: ({ log }) => ({ method: 'GET', path: paths.depositsAfter(log.vault, 0) }),
    answers: OWNER_ONLY,
  },
  {
    name: 'GET fetches',
    request: ({ log }) => ({ method: 'GET', path: paths.fetchesAfter(log.vault, 0, 10) }),
    answers: OWNER_ONLY,
  },
  {
    name: 'DELETE deposit',
    request: ({ log }) => ({ method: 'DELETE', path: paths.deposit(log.vault, deposit) }),
    answers: OWNER_ONLY,
  },
  {
    name: 'POST inbox',
    request: ({ people }, who) => ({
      method: 'POST',
      path: paths.personInbox(people.owner.identity.person),
      body: encodeMessage(sendRequest, { id: bytesOf(`to owner from ${who}`, 16), bytes: new Uint8Array(3) }),
    }),
    answers: ALL,
  },
  { name: 'GET inbox', request: () => ({ method: 'GET', path: paths.inboxAfter(0) }), answers: ALL },
  {
    name: 'DELETE inbox',
    request: () => ({ method: 'DELETE', path: paths.inboxItem(message) }),
    answers: ALL,
  },
];

let world: World;

beforeAll(async () => {
  await loadSodium();
  const server = await startTestServer({ policy: { enrolmentsPerAddressPerMinute: 100 } });
  const [owner, writer, reader, removed, other] = ['owner', 'writer', 'reader', 'removed', 'other'].map(
    (name) => rawPerson(name),
  );
  if (!owner || !writer || !reader || !removed || !other) throw new Error('no people');
  for (const person of [owner, writer, reader, removed, other]) await enrol(server.url, person);
  const log = new RawLog('matrix');
  const founding = log.found(owner, {
    server: server.key,
    members: [member(owner), member(writer, 'writer')],
  });
  const add = [reader.identity.person, removed.identity.person];
  await foundLog(server.url, owner, founding, add);
  const collection = log.collection as Uint8Array;
  const signer = deviceSigner(owner);
  const blob = bytesOf('content', 100);
  const body = encodeMessage(beginBlobRequest, { bytes: 100, ticket: null });
  await send(server.url, { method: 'POST', path: paths.blob(log.vault, blobId), body, signer });
  await send(server.url, {
    method: 'PATCH',
    path: paths.blobPiece(log.vault, blobId, 0),
    body: blob,
    signer,
  });
  const op = log.op(owner, { blobs: { add: [[blobId, 100]], drop: [] } });
  const answer = await append(server.url, owner, collection, [op], { remove: [removed.identity.person] });
  expect(answer.status).toBe(200);
  world = {
    server,
    people: { owner, writer, reader, removed, other, device: addDevice(owner, 'stolen') },
    log,
    collection,
  };
  return server.close;
});

describe.each(ENDPOINTS)('$name (R35, R-ACC-1)', ({ request, answers }) => {
  it.each(WHO)('asked by %s', async (who) => {
    const { server, people } = world;
    const signer: Signer = who === 'anonymous' ? null : deviceSigner(personOf(people, who));
    const expected = who === 'anonymous' || who === 'device' ? 'signature' : answers[who];
    const isIdentity = paths.identity(people.owner.identity.person);
    const { method, path, body } = request(world, who);
    const reply = await send(server.url, { method, path, signer, ...(body && { body }) });
    // A device names itself in the entry it brings, so its own entry is what it may send: this request has no such entry.
    if (who === 'device' && method === 'POST' && path === isIdentity) expect(reply.code).toBe('not-found');
    else expect(reply.code).toBe(expected);
    if (reply.code !== null) expect(reply.body.length).toBeLessThan(200);
  });
});

it('no signature of a stranger gets a byte: founding a person with another key or entry is refused (A28, R-ENR-1)', async () => {
  const { server, people } = world;
  const victim = people.owner;
  const thief = rawPerson('thief');
  const entry = victim.identity.entries[0] as Uint8Array;
  const body = encodeMessage(foundPersonRequest, { entry });
  const reply = await send(server.url, {
    method: 'POST',
    path: paths.people,
    body,
    signer: deviceSigner(thief),
  });
  expect(reply.code).toBe('forbidden');
  const asVictim: Signer = {
    keyId: { type: 'device', person: victim.identity.person, device: thief.device },
    seed: thief.seed,
  };
  const add = encodeMessage(appendIdentityRequest, { entries: [thief.identity.entries[0] as Uint8Array] });
  const path = paths.identity(victim.identity.person);
  expect((await send(server.url, { method: 'POST', path, body: add, signer: asVictim })).code).toBe(
    'not-found',
  );
  expect((await send(server.url, { method: 'GET', path: paths.inboxAfter(0), signer: asVictim })).code).toBe(
    'signature',
  );
});

it('a new device enrols itself with an entry the root has signed, and no other way', async () => {
  const { server, people } = world;
  const phone = addDevice(people.other, 'phone');
  const path = paths.identity(phone.identity.person);
  const body = encodeMessage(appendIdentityRequest, { entries: [phone.identity.entries[1] as Uint8Array] });
  expect(
    (await send(server.url, { method: 'GET', path: paths.inboxAfter(0), signer: deviceSigner(phone) })).code,
  ).toBe('signature');
  expect((await send(server.url, { method: 'POST', path, body, signer: deviceSigner(phone) })).status).toBe(
    200,
  );
  expect((await send(server.url, { method: 'POST', path, body, signer: deviceSigner(phone) })).status).toBe(
    200,
  );
  expect(
    (await send(server.url, { method: 'GET', path: paths.inboxAfter(0), signer: deviceSigner(phone) }))
      .status,
  ).toBe(200);
});

it('a slot goes only to its own key, and an unknown slot answers like a wrong signature (R-SLT-1)', async () => {
  const { server, people } = world;
  const body = encodeMessage(putSlotRequest, { slot: slotOf(people.owner, slotId) });
  const path = paths.personSlot(people.owner.identity.person, slotId);
  expect(
    (await send(server.url, { method: 'PUT', path, body, signer: deviceSigner(people.owner) })).status,
  ).toBe(200);
  const get = (slot: Uint8Array, seed: Uint8Array) =>
    send(server.url, {
      method: 'GET',
      path: paths.slot(slot),
      signer: { keyId: { type: 'slot', slot }, seed },
    });
  expect((await get(slotId, slotSeed)).status).toBe(200);
  const wrong = await get(slotId, bytesOf('wrong', 32));
  const unknown = await get(bytesOf('unknown slot', 16), slotSeed);
  expect([wrong.status, wrong.code]).toEqual([401, 'signature']);
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  expect([...unknown.headers.keys()]).toEqual([...wrong.headers.keys()]);
  // Nor does the key of one slot open another, of the same person or not.
  const second = bytesOf('second slot', 16);
  const another = encodeMessage(putSlotRequest, { slot: slotOf(people.owner, second) });
  const at = paths.personSlot(people.owner.identity.person, second);
  await send(server.url, { method: 'PUT', path: at, body: another, signer: deviceSigner(people.owner) });
  const keyOfFirst: Signer = { keyId: { type: 'slot', slot: slotId }, seed: slotSeed };
  const crossed = await send(server.url, { method: 'GET', path: paths.slot(second), signer: keyOfFirst });
  expect(crossed.code).toBe('signature');
  // The key of one slot is no key to anything else.
  const signer: Signer = { keyId: { type: 'slot', slot: slotId }, seed: slotSeed };
  expect((await send(server.url, { method: 'GET', path: paths.inboxAfter(0), signer })).code).toBe(
    'signature',
  );
  const other = paths.identityAfter(people.writer.identity.person, 0);
  expect((await send(server.url, { method: 'GET', path: other, signer })).code).toBe('not-found');
  const own = paths.identityAfter(people.owner.identity.person, 0);
  expect((await send(server.url, { method: 'GET', path: own, signer })).status).toBe(200);
});

it('someone unknown and someone known answer alike (R-ACC-1, R-BOX-1)', async () => {
  const { server, people } = world;
  const signer = deviceSigner(people.other);
  const body = encodeMessage(sendRequest, { id: bytesOf('m1', 16), bytes: new Uint8Array(8) });
  const known = await send(server.url, {
    method: 'POST',
    path: paths.personInbox(people.owner.identity.person),
    body,
    signer,
  });
  const unknown = await send(server.url, {
    method: 'POST',
    path: paths.personInbox(bytesOf('nobody', 32)),
    body,
    signer,
  });
  expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
  const strange = await send(server.url, {
    method: 'GET',
    path: paths.head(bytesOf('no collection', 32)),
    signer,
  });
  const hidden = await send(server.url, { method: 'GET', path: paths.head(world.collection), signer });
  expect([strange.status, strange.body]).toEqual([hidden.status, hidden.body]);
});

function personOf(people: World['people'], who: Who): RawPerson {
  return people[who === 'anonymous' ? 'other' : who];
}

function slotOf(person: RawPerson, slot: Uint8Array): Uint8Array {
  const publicBytes = encodeSlotPublic({
    v: 1,
    suite: 1,
    person: person.identity.person,
    slot,
    kind: 'phrase',
    created: 1,
    kdf: null,
    auth: signingKeyPairFromSeed(slotSeed).publicKey,
    kem: bytesOf('slot kem', 1216),
  });
  return encodeSlot({
    publicBytes,
    sealedRootSeed: bytesOf('a', 200),
    sealedPersonalRoot: bytesOf('b', 200),
  });
}

function depositOf(person: RawPerson, vault: Uint8Array): Uint8Array {
  const headerBytes = encodeDepositHeader({
    v: 1,
    suite: 1,
    type: 'deposit',
    vault,
    deposit,
    ticket: bytesOf('no ticket', 16),
    person: person.identity.person,
    device: person.device,
    kem: bytesOf('kem', 32),
    time: 1,
    blobs: [],
  });
  return encodeWrapped({
    headerBytes,
    encapsulation: bytesOf('e', 1120),
    sealed: bytesOf('s', 400),
    signature: bytesOf('g', 64),
  });
}
