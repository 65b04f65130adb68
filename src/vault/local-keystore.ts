import * as z from 'zod/mini';
import { hash } from '../crypto/hash.js';
import type { RandomBytes } from '../crypto/random.js';
import { expose, Secret } from '../crypto/secret.js';
import { openData, sealData } from '../envelope/data.js';
import { VaultError } from '../errors.js';
import { encode } from '../formats/codec.js';
import { boundedText, collectionBytes, decodeAs, digest, personBytes } from '../formats/shape.js';
import type { Binding } from '../formats/sealed.js';
import { decodeSlot, decodeSlotPublic } from '../formats/slot.js';
import { deriveLocalStoreKey, type PersonalRoot } from '../keys/hierarchy.js';
import type { DeviceSeed } from '../keys/identity.js';
import type { Expectation, Store, Write } from '../store/port.js';

const SLOT = 'person/slot';
const DEVICE = 'person/device';

/** What must hold for a store to take a person in. */
export const NO_SLOT: Expectation = { key: SLOT, value: null };

const device = z.strictObject({
  seed: digest,
  person: personBytes,
  index: collectionBytes,
  server: boundedText(2048),
  serverKey: digest,
  name: boundedText(200),
  kind: z.enum(['patient', 'professional', 'institution', 'app']),
  recovered: z.boolean(),
});

/** What this device keeps of its person beside the slot, sealed under the personal root. */
export interface DeviceProfile {
  readonly seed: DeviceSeed;
  readonly person: Uint8Array;
  readonly index: Uint8Array;
  readonly server: string;
  readonly serverKey: Uint8Array;
  readonly name: string;
  readonly kind: 'patient' | 'professional' | 'institution' | 'app';
  /** Whether this device joined with a recovery phrase: then it cannot know how old the first state shown was. */
  readonly recovered: boolean;
}

/** The passphrase slot kept in this store, or `null` in an empty store. */
export async function readLocalSlot(store: Store): Promise<Uint8Array | null> {
  return store.get(SLOT);
}

/** Whose store this is, by its slot alone. Throws `store/empty`, `format/*`. */
export async function readSlotPerson(store: Store): Promise<Uint8Array> {
  const slot = await store.get(SLOT);
  if (slot === null) throw new VaultError('store/empty');
  return decodeSlotPublic(decodeSlot(slot).publicBytes).person;
}

/** The writes that keep slot and device profile. */
export function keepDevice(
  slot: Uint8Array,
  profile: DeviceProfile,
  root: PersonalRoot,
  random: RandomBytes,
): Write[] {
  const key = deriveLocalStoreKey(root);
  const plaintext = encode({ ...profile, seed: expose(profile.seed) });
  const sealed = sealData(key, localBinding(DEVICE), plaintext, random);
  plaintext.fill(0);
  key.wipe();
  return [
    { type: 'put', key: SLOT, value: slot },
    { type: 'put', key: DEVICE, value: sealed },
  ];
}

/** Opens the device profile. Throws `store/damaged` when it is missing or does not open. */
export async function openDevice(store: Store, root: PersonalRoot): Promise<DeviceProfile> {
  const sealed = await store.get(DEVICE);
  if (sealed === null) throw new VaultError('store/damaged', { what: 'device' });
  const key = deriveLocalStoreKey(root);
  try {
    const profile = decodeAs(device, openData(key, localBinding(DEVICE), sealed), 16 * 1024);
    return { ...profile, seed: Secret.of('device-seed', profile.seed.slice()) };
  } catch {
    throw new VaultError('store/damaged', { what: 'device' });
  } finally {
    key.wipe();
  }
}

function localBinding(key: string): Binding {
  const none = { vault: null, collection: null, epoch: null, person: null, device: null };
  return { type: 'local', ...none, object: hash('local', new TextEncoder().encode(key)) };
}
