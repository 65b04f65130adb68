import { hash } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { Secret } from '../crypto/secret.js';
import { type SigningKeyPair, sign, signingKeyPairFromSeed } from '../crypto/sign.js';
import { VaultError } from '../errors.js';
import {
  encodeIdentityEntry,
  encodeSignedIdentityEntry,
  type IdentityEntry,
} from '../formats/identity-entry.js';
import { equalBytes } from '../crypto/hash.js';
import { type Identity, identityHead, verifyIdentityLog } from '../protocol/identity-chain.js';
import { deriveKemKey, type PersonalRoot } from './hierarchy.js';

/** The seed of the key that signs a person's identity log; opened only to change it. */
export type RootSeed = Secret<'root-seed'>;
/** The seed of one device's signing key. */
export type DeviceSeed = Secret<'device-seed'>;

/** A new person: all secrets are random, and their public side is an identity log of one entry. */
export interface NewIdentity {
  readonly identity: Identity;
  readonly rootSeed: RootSeed;
  readonly personalRoot: PersonalRoot;
  readonly deviceSeed: DeviceSeed;
}

/** Generates a person with a first device. The server learns nothing until the log is sent. SPEC §5. */
export function generateIdentity(random: RandomBytes, time: number): NewIdentity {
  const rootSeed = Secret.of('root-seed', random(32));
  const personalRoot = Secret.of('personal-root', random(32));
  const deviceSeed = generateDeviceSeed(random);
  const root = signingKeyPairFromSeed(rootSeed);
  const device = signingKeyPairFromSeed(deviceSeed);
  const entry: IdentityEntry = {
    v: 1,
    suite: 1,
    type: 'found',
    index: 0,
    person: null,
    previous: null,
    time,
    nonce: random(16),
    root: root.publicKey,
    device: device.publicKey,
    kemEpoch: 1,
    kem: deriveKemKey(personalRoot, 1).publicKey,
  };
  const identity = verifyIdentityLog([signEntry(entry, root, device)]);
  root.secretKey.wipe();
  device.secretKey.wipe();
  return { identity, rootSeed, personalRoot, deviceSeed };
}

export function generateDeviceSeed(random: RandomBytes): DeviceSeed {
  return Secret.of('device-seed', random(32));
}

/**
 * Admits a new device to a person's identity log; returns the log one entry longer.
 *
 * Throws `integrity/bad-chain` when the seed is not the root of this log.
 */
export function admitDevice(options: {
  readonly identity: Identity;
  readonly rootSeed: RootSeed;
  readonly deviceSeed: DeviceSeed;
  readonly time: number;
}): Identity {
  const { identity, rootSeed, deviceSeed, time } = options;
  const root = signingKeyPairFromSeed(rootSeed);
  if (!equalBytes(root.publicKey, identity.root)) throw new VaultError('integrity/bad-chain');
  const device = signingKeyPairFromSeed(deviceSeed);
  const [index, previous] = identityHead(identity);
  const entry: IdentityEntry = {
    v: 1,
    suite: 1,
    type: 'device.add',
    index,
    person: identity.person,
    previous,
    // R-ID-5: a slow clock must not make the log run backwards.
    time: Math.max(time, identity.time),
    device: device.publicKey,
  };
  const extended = verifyIdentityLog([signEntry(entry, root, device)], identity);
  root.secretKey.wipe();
  device.secretKey.wipe();
  return extended;
}

function signEntry(entry: IdentityEntry, root: SigningKeyPair, device: SigningKeyPair): Uint8Array {
  const entryBytes = encodeIdentityEntry(entry);
  return encodeSignedIdentityEntry({
    entryBytes,
    rootSignature: sign(root.secretKey, 'identity-entry', entryBytes),
    deviceSignature: sign(device.secretKey, 'identity-device', entryBytes),
  });
}

/** The pseudo-vault of a person's own index. SPEC §1.3. */
export function personalVaultId(person: Uint8Array): Uint8Array {
  return hash('personal-vault', person).slice(0, 16);
}
