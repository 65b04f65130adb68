import { Secret } from '../../src/crypto/secret.js';
import { type SigningKeyPair, signingKeyPairFromSeed } from '../../src/crypto/sign.js';
import { deriveKemKey, type KemSeed, type PersonalRoot } from '../../src/keys/hierarchy.js';
import {
  admitDevice,
  type DeviceSeed,
  generateDeviceSeed,
  generateIdentity,
  type RootSeed,
} from '../../src/keys/identity.js';
import type { Identity } from '../../src/protocol/identity-chain.js';
import { seededRandom } from './seeded-random.js';

/** The time at which every story of the tests begins. */
export const START = 1_750_000_000_000;

/** A person of a story with their newest device and all their secrets. */
export interface Person {
  readonly name: string;
  readonly identity: Identity;
  readonly id: Uint8Array;
  readonly device: Uint8Array;
  readonly deviceKey: SigningKeyPair['secretKey'];
  readonly deviceSeed: DeviceSeed;
  readonly rootSeed: RootSeed;
  readonly personalRoot: PersonalRoot;
  readonly kemSeed: KemSeed;
}

/** A person whose keys depend on the name alone. */
export function person(name: string): Person {
  const { identity, rootSeed, personalRoot, deviceSeed } = generateIdentity(
    seededRandom(`person ${name}`),
    START,
  );
  return withDevice(
    { name, identity, rootSeed, personalRoot, kemSeed: deriveKemKey(personalRoot, 1).seed },
    deviceSeed,
  );
}

/** The same person on a second device, which the identity log admits. */
export function withNewDevice(owner: Person, name = 'second device'): Person {
  const deviceSeed = generateDeviceSeed(seededRandom(`${owner.name} ${name}`));
  const { rootSeed } = owner;
  const identity = admitDevice({ identity: owner.identity, rootSeed, deviceSeed, time: START + 1000 });
  return withDevice({ ...owner, identity }, deviceSeed);
}

function withDevice(
  rest: Pick<Person, 'name' | 'identity' | 'rootSeed' | 'personalRoot' | 'kemSeed'>,
  deviceSeed: DeviceSeed,
): Person {
  const { publicKey, secretKey } = signingKeyPairFromSeed(deviceSeed);
  return { ...rest, id: rest.identity.person, device: publicKey, deviceKey: secretKey, deviceSeed };
}

/** A secret of any kind from plain bytes, which stay usable. */
export function secretOf<Kind extends string>(kind: Kind, bytes: Uint8Array): Secret<Kind> {
  return Secret.of(kind, bytes.slice());
}
