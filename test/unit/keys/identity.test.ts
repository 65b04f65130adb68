import { beforeAll, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { deriveKemKey, derivePersonalIndexKey, u64 } from '../../../src/keys/hierarchy.js';
import {
  admitDevice,
  generateDeviceSeed,
  generateIdentity,
  personalVaultId,
} from '../../../src/keys/identity.js';
import { admitsDevice, verifyIdentityLog } from '../../../src/protocol/identity-chain.js';
import { codeOf } from '../../support/code-of.js';
import { person, START } from '../../support/people.js';
import { seededRandom } from '../../support/seeded-random.js';

beforeAll(loadSodium);

it('makes a person whose log certifies itself, with keys of its own', () => {
  const { identity, rootSeed, personalRoot, deviceSeed } = generateIdentity(seededRandom('new'), START);
  expect(verifyIdentityLog(identity.entries)).toEqual(identity);
  expect(identity.root).toEqual(signingKeyPairFromSeed(rootSeed).publicKey);
  expect(identity.kem).toEqual(deriveKemKey(personalRoot, 1).publicKey);
  expect(identity.devices.map(({ device }) => device)).toEqual([
    signingKeyPairFromSeed(deviceSeed).publicKey,
  ]);
  expect(generateIdentity(seededRandom('newer'), START).identity.person).not.toEqual(identity.person);
});

it('admits a device with the root of this person only', async () => {
  const [alice, eve] = [person('alice'), person('eve')];
  const deviceSeed = generateDeviceSeed(seededRandom('phone'));
  const options = { identity: alice.identity, deviceSeed, time: START };
  expect(
    admitsDevice(
      admitDevice({ ...options, rootSeed: alice.rootSeed }),
      signingKeyPairFromSeed(deviceSeed).publicKey,
    ),
  ).toBe(true);
  expect(await codeOf(() => admitDevice({ ...options, rootSeed: eve.rootSeed }))).toBe('integrity/bad-chain');
});

it('R-ID-5 keeps the log in order on a clock that runs behind', () => {
  const { identity, rootSeed } = person('alice');
  const deviceSeed = generateDeviceSeed(seededRandom('slow clock'));
  expect(admitDevice({ identity, rootSeed, deviceSeed, time: START - 5_000 }).time).toBe(START);
});

it('derives another key for each epoch and each use', () => {
  const { personalRoot } = person('alice');
  const keys = [1, 2].map((epoch) => deriveKemKey(personalRoot, epoch).publicKey);
  expect(keys[0]).not.toEqual(keys[1]);
  expect(derivePersonalIndexKey(personalRoot, 1).kind).toBe('collection-key');
});

it('names the vault of a person’s own index after the person', () => {
  const { id } = person('alice');
  expect(personalVaultId(id)).toEqual(hash('personal-vault', id).slice(0, 16));
});

it('writes numbers as eight bytes, the highest first', () => {
  expect(u64(0x0102_0304_0506)).toEqual(Uint8Array.of(0, 0, 1, 2, 3, 4, 5, 6));
});
