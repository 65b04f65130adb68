import { equalBytes } from '../crypto/hash.js';
import { bytesToHex } from '../formats/id.js';
import { admitsDevice, type Identity, verifyIdentityLog } from '../protocol/identity-chain.js';
import type { Db } from './sql/database.js';

const CACHE_MAX = 5000;

/** The verified identity logs of people, read from the tables and kept while they do not grow. */
export interface IdentityCache {
  /** `null` when the person is not known here. */
  load(db: Db, person: Uint8Array): Promise<Identity | null>;
  /** Whether the person is known here and their log admits the device. */
  isEnrolled(db: Db, person: Uint8Array, device: Uint8Array): Promise<boolean>;
}

/** Verifies each log once; of a longer one only what is new. */
export function createIdentityCache(): IdentityCache {
  const cache = new Map<string, Identity>();
  async function load(db: Db, person: Uint8Array): Promise<Identity | null> {
    const row = await db
      .selectFrom('people')
      .select('length')
      .where('person', '=', person)
      .executeTakeFirst();
    if (!row) return null;
    const key = bytesToHex(person);
    const known = cache.get(key) ?? null;
    if (known !== null && known.entries.length === row.length) return known;
    const usable = known !== null && known.entries.length < row.length ? known : null;
    const rows = await db
      .selectFrom('identity_entries')
      .select('entry')
      .where('person', '=', person)
      .where('position', '>', usable?.entries.length ?? 0)
      .orderBy('position')
      .execute();
    const identity = verifyIdentityLog(
      rows.map(({ entry }) => entry),
      usable,
    );
    cache.delete(key);
    cache.set(key, identity);
    if (cache.size > CACHE_MAX) cache.delete(cache.keys().next().value as string);
    return identity;
  }
  return {
    load,
    async isEnrolled(db, person, device) {
      const identity = await load(db, person);
      return identity !== null && equalBytes(identity.person, person) && admitsDevice(identity, device);
    },
  };
}
