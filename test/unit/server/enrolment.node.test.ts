import { beforeAll, describe, expect, it } from 'vitest';
import { sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeSignedIdentityEntry, encodeSignedIdentityEntry } from '../../../src/formats/identity-entry.js';
import { passkeyPrfInput } from '../../../src/formats/prf-input.js';
import {
  decodeSlot,
  decodeSlotPublic,
  encodeSlot,
  encodeSlotPublic,
  type SlotPublic,
} from '../../../src/formats/slot.js';
import { WIRE_LIMITS } from '../../../src/protocol/limits.js';
import {
  decodeMessage,
  encodeMessage,
  foundPersonRequest,
  putSlotRequest,
  slotAnswer,
} from '../../../src/protocol/messages.js';
import { paths } from '../../../src/protocol/paths.js';
import { deviceSigner, enrol, send } from '../../support/raw-client.js';
import { bytesOf, type RawPerson, rawPerson } from '../../support/raw-ops.js';
import { startTestServer, type TestServer } from '../../support/test-server.js';

let server: TestServer;

beforeAll(async () => {
  await loadSodium();
  server = await startTestServer();
  return server.close;
});

describe('enrolment (PROTOCOL §4.1)', () => {
  const found = (person: RawPerson, entry: Uint8Array) =>
    send(server.url, {
      method: 'POST',
      path: paths.people,
      body: encodeMessage(foundPersonRequest, { entry }),
      signer: deviceSigner(person),
    });

  it('needs the signatures of root and device over the entry (R-ENR-1)', async () => {
    const alice = rawPerson('alice');
    const thief = bytesOf('thief', 32);
    const entry = decodeSignedIdentityEntry(alice.identity.entries[0] as Uint8Array);
    for (const forged of [
      { ...entry, rootSignature: sign(thief, 'identity-entry', entry.entryBytes) },
      { ...entry, deviceSignature: sign(thief, 'identity-device', entry.entryBytes) },
    ]) {
      const reply = await found(alice, encodeSignedIdentityEntry(forged));
      expect([reply.status, reply.code]).toEqual([400, 'malformed']);
    }
    expect((await found(alice, encodeSignedIdentityEntry(entry))).status).toBe(201);
  });

  it('is limited by address (R-ENR-1)', async () => {
    let address = 'one';
    // The clock stands still: no limit is refilled while the test is slow.
    const time = Date.now();
    const small = await startTestServer({
      policy: { enrolmentsPerAddressPerMinute: 2 },
      now: () => time,
      addressOf: () => address,
    });
    try {
      const statuses: number[] = [];
      for (const name of ['a', 'b', 'c']) statuses.push((await enrol(small.url, rawPerson(name))).status);
      address = 'two';
      statuses.push((await enrol(small.url, rawPerson('d'))).status);
      expect(statuses).toEqual([201, 201, 429, 201]);
    } finally {
      await small.close();
    }
  });
});

describe('slots (PROTOCOL §4.2)', () => {
  let person: RawPerson;
  beforeAll(async () => {
    person = rawPerson('with slots');
    await enrol(server.url, person);
  });

  const put = (name: string, change: Partial<SlotPublic> = {}) => {
    const slot = bytesOf(name, 16);
    const publicBytes = encodeSlotPublic({
      v: 1,
      suite: 1,
      person: person.identity.person,
      slot,
      kind: 'phrase',
      created: 1,
      kdf: null,
      auth: bytesOf(`${name} auth`, 32),
      kem: bytesOf(`${name} kem`, 1216),
      ...change,
    } as SlotPublic);
    const sealed = { sealedRootSeed: bytesOf('a', 200), sealedPersonalRoot: bytesOf('b', 200) };
    return send(server.url, {
      method: 'PUT',
      path: paths.personSlot(person.identity.person, slot),
      body: encodeMessage(putSlotRequest, { slot: encodeSlot({ publicBytes, ...sealed }) }),
      signer: deviceSigner(person),
    });
  };

  it('are kept only with a key to ask for them, and never for a passphrase (R-SLT-2)', async () => {
    const kdf = { memory: 64 * 2 ** 20, passes: 3, salt: bytesOf('salt', 16) };
    for (const change of [
      { auth: null },
      { kind: 'passphrase', kdf },
      { slot: bytesOf('another slot', 16) },
      { person: bytesOf('someone else', 32) },
    ] as Partial<SlotPublic>[]) {
      const reply = await put('refused', change);
      expect([reply.status, reply.code, reply.details()]).toEqual([400, 'malformed', { at: 'slot' }]);
    }
  });

  it('of a passkey are kept and served as those of a phrase, to their own key alone (R-SLT-1)', async () => {
    const seed = bytesOf('passkey auth', 32);
    const slot = bytesOf('passkey', 16);
    const auth = signingKeyPairFromSeed(seed).publicKey;
    const passkey = { kind: 'passkey', kdf: { prf: passkeyPrfInput() }, auth } as Partial<SlotPublic>;
    expect((await put('passkey', passkey)).status).toBe(200);
    const get = (by: Uint8Array) =>
      send(server.url, {
        method: 'GET',
        path: paths.slot(slot),
        signer: { keyId: { type: 'slot', slot }, seed: by },
      });
    expect((await get(bytesOf('wrong', 32))).code).toBe('signature');
    const reply = await get(seed);
    expect(reply.status).toBe(200);
    const { slot: served } = decodeMessage(slotAnswer, reply.body);
    expect(decodeSlotPublic(decodeSlot(served).publicBytes)).toMatchObject(passkey);
    const device = deviceSigner(person);
    const path = paths.personSlot(person.identity.person, slot);
    expect((await send(server.url, { method: 'DELETE', path, signer: device })).status).toBe(200);
    expect((await get(seed)).code).toBe('signature');
  });

  it('are at most 16 a person; one already there can still be replaced (R-SLT-2)', async () => {
    for (let i = 0; i < WIRE_LIMITS.slotsPerPersonMax; i++) expect((await put(`slot-${i}`)).status).toBe(200);
    expect((await put('one too many')).code).toBe('quota');
    expect((await put('slot-3', { created: 2 })).status).toBe(200);
  });
});
