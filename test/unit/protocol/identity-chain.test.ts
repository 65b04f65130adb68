import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { type SigningKeyPair, sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import {
  decodeIdentityEntry,
  decodeSignedIdentityEntry,
  encodeIdentityEntry,
  encodeSignedIdentityEntry,
  type IdentityEntry,
} from '../../../src/formats/identity-entry.js';
import { LIMITS } from '../../../src/formats/limits.js';
import {
  admitsDevice,
  hasIdentityHead,
  type Identity,
  identityHead,
  verifyIdentityLog,
} from '../../../src/protocol/identity-chain.js';
import { codeOf } from '../../support/code-of.js';
import { type Person, person, START, withNewDevice } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

type DeviceAdd = Extract<IdentityEntry, { type: 'device.add' }>;

const random = seededRandom('identity chain');
let alice: Person;
let eve: Person;
let root: SigningKeyPair;
let phone: SigningKeyPair;
let next: DeviceAdd;

beforeAll(async () => {
  await loadSodium();
  alice = person('alice');
  eve = person('eve');
  root = signingKeyPairFromSeed(alice.rootSeed);
});

beforeEach(() => {
  phone = signingKeyPairFromSeed(random(32));
  next = entryAfter(alice.identity, phone.publicKey);
});

function entryAfter(identity: Identity, device: Uint8Array): DeviceAdd {
  const [index, previous] = identityHead(identity);
  return {
    v: 1,
    suite: 1,
    type: 'device.add',
    index,
    person: identity.person,
    previous,
    time: identity.time,
    device,
  };
}

function signed(entry: IdentityEntry, by = root, device = phone): Uint8Array {
  return signedBytes(encodeIdentityEntry(entry), by, device);
}

function signedBytes(entryBytes: Uint8Array, by = root, device = phone): Uint8Array {
  return encodeSignedIdentityEntry({
    entryBytes,
    rootSignature: sign(by.secretKey, 'identity-entry', entryBytes),
    deviceSignature: sign(device.secretKey, 'identity-device', entryBytes),
  });
}

const verdict = (entries: readonly Uint8Array[], known: Identity | null = null) =>
  codeOf(() => verifyIdentityLog(entries, known));
const after = (entry: Uint8Array) => verdict([entry], alice.identity);

describe('an identity log', () => {
  it('gives the person, the devices and the heads that SPEC §5 says', () => {
    const identity = verifyIdentityLog([...alice.identity.entries, signed(next)]);
    const [first, second] = identity.entries.map((entry) => decodeSignedIdentityEntry(entry).entryBytes) as [
      Uint8Array,
      Uint8Array,
    ];
    const start = hash('identity', new Uint8Array(32), first);
    expect(identity.person).toEqual(hash('person', first));
    expect(identity.heads).toEqual([start, hash('identity', start, second)]);
    expect(identity.devices).toEqual([
      { device: alice.device, since: 1 },
      { device: phone.publicKey, since: 2 },
    ]);
  });

  it('is the same whether it is verified at once or entry by entry', () => {
    const whole = verifyIdentityLog([...alice.identity.entries, signed(next)]);
    expect(verifyIdentityLog([signed(next)], alice.identity)).toEqual(whole);
  });

  it('admits a device from the head that names it', () => {
    const identity = verifyIdentityLog([signed(next)], alice.identity);
    expect(admitsDevice(identity, phone.publicKey)).toBe(true);
    expect(admitsDevice(identity, phone.publicKey, identityHead(alice.identity))).toBe(false);
    expect(admitsDevice(identity, alice.device, identityHead(alice.identity))).toBe(true);
    expect(admitsDevice(identity, eve.device)).toBe(false);
    expect(admitsDevice(identity, alice.device, [1, random(32)])).toBe(false);
  });

  it('knows its own heads only', () => {
    const identity = verifyIdentityLog([signed(next)], alice.identity);
    expect(hasIdentityHead(identity, identityHead(alice.identity))).toBe(true);
    expect(hasIdentityHead(identity, [2, identityHead(alice.identity)[1]])).toBe(false);
    expect(hasIdentityHead(alice.identity, identityHead(identity))).toBe(false);
    expect(hasIdentityHead(identity, [0, new Uint8Array(32)])).toBe(false);
  });

  it('is never empty, nor longer than its limit', async () => {
    expect(await verdict([])).toBe('integrity/bad-chain');
    const many = Array.from({ length: LIMITS.identityEntriesMax }, () => signed(next));
    expect(await verdict(many, alice.identity)).toBe('format/too-large');
  });
});

describe('R-ID-2 place and signatures', () => {
  it('R-ID-2 refuses another index', async () => {
    expect(await after(signed({ ...next, index: 2 }))).toBe('integrity/bad-chain');
    expect(await after(signed({ ...next, index: 0 }))).toBe('integrity/bad-chain');
  });

  it('R-ID-2 refuses another person', async () => {
    expect(await after(signed({ ...next, person: eve.id }))).toBe('integrity/bad-chain');
  });

  it('R-ID-2 refuses another predecessor', async () => {
    expect(await after(signed({ ...next, previous: random(32) }))).toBe('integrity/bad-chain');
  });

  it('R-ID-2 refuses a second beginning, and a log without one', async () => {
    expect(await after(alice.identity.entries[0] as Uint8Array)).toBe('integrity/bad-chain');
    expect(await verdict([signed({ ...next, index: 0 })])).toBe('integrity/bad-chain');
  });

  it('R-ID-2 refuses a beginning with a later index', async () => {
    const first = decodeIdentityEntry(
      decodeSignedIdentityEntry(alice.identity.entries[0] as Uint8Array).entryBytes,
    );
    const moved = encode({ ...first, index: 1 } as never);
    expect(await verdict([signedBytes(moved)], alice.identity)).toBe('format/malformed');
  });

  it('R-ID-2 refuses the root signature of another person', async () => {
    expect(await after(signed(next, signingKeyPairFromSeed(eve.rootSeed)))).toBe('integrity/bad-signature');
  });

  it('R-ID-2 refuses a device that did not sign', async () => {
    expect(await after(signed(next, root, signingKeyPairFromSeed(eve.deviceSeed)))).toBe(
      'integrity/bad-signature',
    );
  });

  it('R-ID-2 refuses signatures that changed places, also when root and device are one key', async () => {
    const entryBytes = encodeIdentityEntry({ ...next, device: root.publicKey });
    const rootSignature = sign(root.secretKey, 'identity-entry', entryBytes);
    const deviceSignature = sign(root.secretKey, 'identity-device', entryBytes);
    const entry = (a: Uint8Array, b: Uint8Array) =>
      encodeSignedIdentityEntry({ entryBytes, rootSignature: a, deviceSignature: b });
    expect(await after(entry(rootSignature, deviceSignature))).toBe('ok');
    expect(await after(entry(deviceSignature, deviceSignature))).toBe('integrity/bad-signature');
    expect(await after(entry(rootSignature, rootSignature))).toBe('integrity/bad-signature');
  });

  it('R-ID-2 refuses entries in another order', async () => {
    const longer = withNewDevice(withNewDevice(alice), 'third device').identity.entries;
    const [first, second, third] = longer as [Uint8Array, Uint8Array, Uint8Array];
    expect(await verdict([first, second, third])).toBe('ok');
    expect(await verdict([first, third, second])).toBe('integrity/bad-chain');
    expect(await verdict([first, third])).toBe('integrity/bad-chain');
    expect(await verdict([second, third])).toBe('integrity/bad-chain');
  });
});

it('R-ID-3 refuses a device that is there already', async () => {
  const device = signingKeyPairFromSeed(alice.deviceSeed);
  expect(await after(signed({ ...next, device: alice.device }, root, device))).toBe('integrity/bad-chain');
});

it('R-ID-4 does not guess what an unknown entry means', async () => {
  expect(await after(signedBytes(encode({ ...next, type: 'device.remove' })))).toBe('format/unsupported');
  expect(await after(signedBytes(encode({ ...next, type: 7 })))).toBe('format/malformed');
});

it('R-ID-5 refuses an entry older than the one before', async () => {
  expect(await after(signed({ ...next, time: START - 1 }))).toBe('integrity/bad-chain');
  expect(await after(signed({ ...next, time: START }))).toBe('ok');
});

it('R-SUITE-1 refuses another version or suite of an entry', async () => {
  expect(await after(signedBytes(encode({ ...next, suite: 2 })))).toBe('format/unsupported');
  expect(await after(signedBytes(encode({ ...next, v: 2 })))).toBe('format/unsupported');
});

it('R-CBOR-1 refuses an entry with a field too many, too few or of another size', async () => {
  expect(await after(signedBytes(encode({ ...next, more: 1 })))).toBe('format/malformed');
  const { previous: _, ...less } = next;
  expect(await after(signedBytes(encode(less)))).toBe('format/malformed');
  expect(await after(signedBytes(encode({ ...next, device: random(31) })))).toBe('format/malformed');
});
