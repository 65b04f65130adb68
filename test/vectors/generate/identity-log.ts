import { type SigningKeyPair, sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { encode } from '../../../src/formats/codec.js';
import { encodeSignedIdentityEntry, type IdentityEntry } from '../../../src/formats/identity-entry.js';
import { type Identity, identityHead, verifyIdentityLog } from '../../../src/protocol/identity-chain.js';
import { person, START, withNewDevice } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';
import { writeVector } from './write.js';

await loadSodium();
const random = seededRandom('vectors of identity logs');
const spec = '§5';
const alice = person('alice');
const eve = person('eve');
const root = signingKeyPairFromSeed(alice.rootSeed);
const phone = signingKeyPairFromSeed(random(32));
const [first] = alice.identity.entries as [Uint8Array];
const [index, previous] = identityHead(alice.identity);
const next = {
  v: 1,
  suite: 1,
  type: 'device.add',
  index,
  person: alice.id,
  previous,
  time: START + 5,
  device: phone.publicKey,
} as const;

function signed(
  entry: object,
  by: SigningKeyPair = root,
  device: SigningKeyPair = phone,
  labels = ['identity-entry', 'identity-device'],
): Uint8Array {
  const entryBytes = encode(entry as IdentityEntry);
  const [rootLabel, deviceLabel] = labels as [string, string];
  const rootSignature = sign(by.secretKey, rootLabel, entryBytes);
  return encodeSignedIdentityEntry({
    entryBytes,
    rootSignature,
    deviceSignature: sign(device.secretKey, deviceLabel, entryBytes),
  });
}
function ok(name: string, title: string, identity: Identity): void {
  const output = {
    person: identity.person,
    head: identityHead(identity),
    devices: identity.devices,
    kem: identity.kem,
  };
  writeVector('identity-log', name, {
    title,
    spec,
    expect: 'ok',
    input: { entries: identity.entries },
    output,
  });
}
function bad(name: string, rule: string, expect: string, title: string, ...entries: Uint8Array[]): void {
  writeVector('identity-log', name, { title, spec, rule, expect, input: { entries: [first, ...entries] } });
}

const three = withNewDevice(withNewDevice(alice), 'third device').identity;
ok('one-device', 'a person with one device', alice.identity);
ok('three-devices', 'a person with three devices', three);
ok(
  'same-time',
  'two entries of one time',
  verifyIdentityLog([signed({ ...next, time: START })], alice.identity),
);

bad('wrong-index', 'R-ID-2', 'bad-chain', 'an index one too high', signed({ ...next, index: 2 }));
bad('wrong-person', 'R-ID-2', 'bad-chain', 'another person', signed({ ...next, person: eve.id }));
bad(
  'wrong-previous',
  'R-ID-2',
  'bad-chain',
  'another predecessor',
  signed({ ...next, previous: random(32) }),
);
bad('founded-twice', 'R-ID-2', 'bad-chain', 'the first entry again', first);
bad(
  'exchanged',
  'R-ID-2',
  'bad-chain',
  'the second and the third entry exchanged',
  three.entries[2] as Uint8Array,
  three.entries[1] as Uint8Array,
);
bad(
  'left-out',
  'R-ID-2',
  'bad-chain',
  'the second of three entries left out',
  three.entries[2] as Uint8Array,
);
bad(
  'root-of-another',
  'R-ID-2',
  'bad-signature',
  'the root signature of another person',
  signed(next, signingKeyPairFromSeed(eve.rootSeed)),
);
bad(
  'device-of-another',
  'R-ID-2',
  'bad-signature',
  'the signature of another device',
  signed(next, root, signingKeyPairFromSeed(eve.deviceSeed)),
);
bad(
  'root-label',
  'R-ID-2',
  'bad-signature',
  'a root signature under the label of a device',
  signed(next, root, phone, ['identity-device', 'identity-device']),
);
bad(
  'device-label',
  'R-ID-2',
  'bad-signature',
  'a device signature under the label of the root',
  signed(next, root, phone, ['identity-entry', 'identity-entry']),
);
bad(
  'device-twice',
  'R-ID-3',
  'bad-chain',
  'a device that is there already',
  signed({ ...next, device: alice.device }, root, signingKeyPairFromSeed(alice.deviceSeed)),
);
bad(
  'unknown-type',
  'R-ID-4',
  'unsupported',
  'an entry of a later version',
  signed({ ...next, type: 'device.remove' }),
);
bad(
  'time-backwards',
  'R-ID-5',
  'bad-chain',
  'an entry one millisecond older than the one before',
  signed({ ...next, time: START - 1 }),
);
bad('suite-2', 'R-SUITE-1', 'unsupported', 'another suite', signed({ ...next, suite: 2 }));
bad('version-2', 'R-SUITE-1', 'unsupported', 'another version', signed({ ...next, v: 2 }));
bad('extra-field', 'R-CBOR-1', 'malformed', 'a field too many', signed({ ...next, name: 'phone' }));
bad('short-device', 'R-CBOR-1', 'malformed', 'a device of 31 bytes', signed({ ...next, device: random(31) }));
writeVector('identity-log', 'no-entries', {
  title: 'no entries',
  spec,
  rule: 'R-ID-2',
  expect: 'bad-chain',
  input: { entries: [] },
});
const trailing = Uint8Array.of(...first, 0);
writeVector('identity-log', 'trailing-byte', {
  title: 'a byte after the entry',
  spec,
  rule: 'R-CBOR-1',
  expect: 'malformed',
  input: { entries: [trailing] },
});
