import { deriveBytes, deriveKey } from '../crypto/kdf.js';
import { kemKeyPairFromSeed } from '../crypto/kem.js';
import { Secret } from '../crypto/secret.js';

/** The one secret from which a person's own keys are derived. It never leaves the device unwrapped. */
export type PersonalRoot = Secret<'personal-root'>;
/** The key of one epoch of one collection. */
export type CollectionKey = Secret<'collection-key'>;
/** The private half of an X-Wing key. */
export type KemSeed = Secret<'kem-seed'>;

/** The key of the personal index for an epoch. SPEC §6.5. */
export function derivePersonalIndexKey(root: PersonalRoot, epoch: number): CollectionKey {
  return Secret.of('collection-key', deriveBytes(root, 32, 'personal-index', u64(epoch)));
}

/** The key under which a collection's rosters are sealed, for the personal index. */
export function derivePersonalRosterKey(root: PersonalRoot): Secret<'roster-key'> {
  return Secret.of('roster-key', deriveBytes(root, 32, 'personal-roster'));
}

/** The key for what only this device's store holds. SPEC §3, type `local`. */
export function deriveLocalStoreKey(root: PersonalRoot): Secret<'derived'> {
  return deriveKey(root, 'local-store');
}

/** The person's X-Wing key of an epoch. SPEC §9. */
export function deriveKemKey(
  root: PersonalRoot,
  epoch: number,
): { readonly seed: KemSeed; readonly publicKey: Uint8Array } {
  const seed = Secret.of('kem-seed', deriveBytes(root, 32, 'person-kem', u64(epoch)));
  return { seed, publicKey: kemKeyPairFromSeed(seed).publicKey };
}

/** The X-Wing key to which deposits into a vault are sealed, from its seed in the vault's index. SPEC §11. */
export function depositKeyFromSeed(seed: Uint8Array): {
  readonly seed: KemSeed;
  readonly publicKey: Uint8Array;
} {
  const secret = Secret.of('kem-seed', seed.slice());
  return { seed: secret, publicKey: kemKeyPairFromSeed(secret).publicKey };
}

/** What an op publishes about a collection key, so that everyone uses the same one. SPEC §6.5. */
export function deriveKeyCommitment(
  key: CollectionKey,
  place: { readonly vault: Uint8Array; readonly nonce: Uint8Array; readonly epoch: number },
): Uint8Array {
  return deriveBytes(key, 32, 'key-commitment', place.vault, place.nonce, u64(place.epoch));
}

/** The id under which the deposit of this digest is adopted; the same deposit always gives the same item. SPEC §11. */
export function deriveAdoptedItem(adoptionKey: Secret<'adoption-key'>, digest: Uint8Array): Uint8Array {
  return deriveBytes(adoptionKey, 16, 'adopted', digest);
}

/** The item that names a thing in an index: one thing, one item, whoever writes it first. */
export function deriveIndexItem(rosterKey: Secret<'roster-key'>, kind: string, name: Uint8Array): Uint8Array {
  return deriveBytes(rosterKey, 16, 'index-item', new TextEncoder().encode(kind), name);
}

export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
