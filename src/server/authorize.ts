import { refuse } from './refuse.js';
import type { Db } from './sql/database.js';

/** What a person may do in a collection, or in a vault the most they may in any of its collections. */
export type Role = 'owner' | 'writer' | 'reader';

const RANK: Readonly<Record<Role, number>> = { reader: 1, writer: 2, owner: 3 };

/** The role in a collection; `null` for a stranger and for a collection that does not exist. */
export async function roleInCollection(
  db: Db,
  collection: Uint8Array,
  person: Uint8Array,
): Promise<Role | null> {
  const member = await db
    .selectFrom('members')
    .select('role')
    .where('collection', '=', collection)
    .where('person', '=', person)
    .executeTakeFirst();
  if (member) return member.role;
  const reader = await db
    .selectFrom('readers')
    .select('person')
    .where('collection', '=', collection)
    .where('person', '=', person)
    .executeTakeFirst();
  return reader ? 'reader' : null;
}

/** The highest role in any collection of a vault. */
export async function roleInVault(db: Db, vault: Uint8Array, person: Uint8Array): Promise<Role | null> {
  const members = await db
    .selectFrom('members')
    .select('role')
    .distinct()
    .where('vault', '=', vault)
    .where('person', '=', person)
    .execute();
  if (members.some(({ role }) => role === 'owner')) return 'owner';
  if (members.length > 0) return 'writer';
  const reader = await db
    .selectFrom('readers')
    .select('person')
    .where('vault', '=', vault)
    .where('person', '=', person)
    .limit(1)
    .executeTakeFirst();
  return reader ? 'reader' : null;
}

/** Refuses a stranger as if there were nothing (`not-found`), someone with a lower role with `forbidden` (R-ACC-1). */
export function requireRole(role: Role | null, least: Role): asserts role is Role {
  if (role === null) throw refuse('not-found');
  if (RANK[role] < RANK[least]) throw refuse('forbidden');
}

/** Everyone who may pull a collection. */
export async function audienceOf(db: Db, collection: Uint8Array): Promise<Uint8Array[]> {
  const members = db.selectFrom('members').select('person').where('collection', '=', collection);
  const readers = db.selectFrom('readers').select('person').where('collection', '=', collection);
  return (await members.union(readers).execute()).map(({ person }) => person);
}

/** The owners of any collection of a vault. */
export async function ownersOf(db: Db, vault: Uint8Array): Promise<Uint8Array[]> {
  const rows = await db
    .selectFrom('members')
    .select('person')
    .distinct()
    .where('vault', '=', vault)
    .where('role', '=', 'owner')
    .execute();
  return rows.map(({ person }) => person);
}
