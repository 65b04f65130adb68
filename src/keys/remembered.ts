import { equalBytes } from '../crypto/hash.js';
import { generateDeviceKey, openWithDeviceKey, sealWithDeviceKey } from '../crypto/device-key.js';
import type { RandomBytes } from '../crypto/random.js';
import { expose, Secret } from '../crypto/secret.js';
import { VaultError } from '../errors.js';
import { decodeRemembered, encodeRemembered, encodeRememberedBinding } from '../formats/remembered.js';
import type { PersonalRoot } from './hierarchy.js';

/** For whom, where and how long a personal root is remembered; all of it is bound to what is kept. */
export interface RememberedPlace {
  readonly person: Uint8Array;
  readonly store: string;
}

/** A personal root that stays open for a while: sealed bytes, and a key that can be used but not read. SPEC §9.2. */
export interface RememberedRoot {
  readonly key: CryptoKey;
  readonly bytes: Uint8Array;
}

/** Seals the personal root under a fresh key that cannot be exported. Throws `usage/insecure-context`. */
export async function rememberRoot(options: {
  readonly root: PersonalRoot;
  readonly place: RememberedPlace;
  readonly since: number;
  readonly expires: number;
  readonly random: RandomBytes;
}): Promise<RememberedRoot> {
  const { root, place, since, expires, random } = options;
  const bound = { ...place, since, expires };
  const key = await generateDeviceKey();
  const { iv, sealed } = await sealWithDeviceKey(key, encodeRememberedBinding(bound), expose(root), random);
  return { key, bytes: encodeRemembered({ v: 1, suite: 1, ...bound, iv, sealed }) };
}

/**
 * Opens what `rememberRoot` made, for the same person in the same store, while its time lasts.
 *
 * Throws `access/not-remembered` before `since` and from `expires` on, `integrity/open-failed` for anything else that
 * does not fit, `format/*`.
 */
export async function openRememberedRoot(
  { key, bytes }: RememberedRoot,
  place: RememberedPlace,
  now: number,
): Promise<PersonalRoot> {
  const kept = decodeRemembered(bytes);
  const { person, store, since, expires } = kept;
  // R-REM-1, R-REM-2: a clock that was set back does not make it last longer.
  if (store !== place.store || !equalBytes(person, place.person))
    throw new VaultError('integrity/open-failed');
  if (now < since || now >= expires) throw new VaultError('access/not-remembered', { reason: 'over' });
  const root = await openWithDeviceKey(key, encodeRememberedBinding(kept), kept);
  return Secret.of('personal-root', root);
}
