import { equalBytes } from '../crypto/hash.js';
import { bytesToHex } from '../formats/id.js';
import type { OpHeader } from '../formats/op.js';
import type { LogState } from '../protocol/log-state.js';
import { refuse } from './refuse.js';
import type { Services } from './services.js';
import type { Db } from './sql/database.js';

/**
 * Applies what an op says about blobs, in its transaction. PROTOCOL §5.3.
 *
 * A blob it adds must be complete, of this vault and this size, and its author must be allowed to show it: who uploaded
 * it, an owner here, or someone who can read it already. A reference is dropped by who made it or by an owner. For an op
 * that this server had once and lost (`wasLost`) the blob need not be there: it was checked then.
 */
export async function applyBlobChanges(
  services: Services,
  db: Db,
  options: {
    readonly collection: Uint8Array;
    readonly state: LogState;
    readonly header: OpHeader;
    readonly wasLost: boolean;
  },
): Promise<void> {
  const { collection, state, header, wasLost } = options;
  const { vault } = state;
  const isOwner = state.members.some(
    ({ person, role }) => role === 'owner' && equalBytes(person, header.person),
  );
  for (const [blob, bytes] of header.blobs.add) {
    const row = await blobRow(db, vault, blob);
    if (!wasLost) {
      if (!row || row.offset !== row.bytes || row.bytes !== bytes)
        throw refuse('blob-incomplete', { blob: bytesToHex(blob) }); // R-REF-1
      const mayShow =
        isOwner || equalBytes(row.person, header.person) || (await canRead(db, vault, blob, header.person));
      if (!mayShow) throw refuse('forbidden'); // R-REF-1
    }
    await db
      .insertInto('blob_references')
      .values({ vault, blob, collection, person: header.person })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await markUse(services, db, vault, blob);
  }
  for (const blob of header.blobs.drop) {
    const reference = await db
      .selectFrom('blob_references')
      .select('person')
      .where('vault', '=', vault)
      .where('blob', '=', blob)
      .where('collection', '=', collection)
      .executeTakeFirst();
    if (!reference) continue;
    if (!isOwner && !equalBytes(reference.person, header.person)) throw refuse('forbidden'); // R-REF-2
    await db
      .deleteFrom('blob_references')
      .where('vault', '=', vault)
      .where('blob', '=', blob)
      .where('collection', '=', collection)
      .execute();
    await markUse(services, db, vault, blob);
  }
}

/** Whether a person may read a collection that refers to the blob (R-REF-3). */
export async function canRead(
  db: Db,
  vault: Uint8Array,
  blob: Uint8Array,
  person: Uint8Array,
): Promise<boolean> {
  const references = db
    .selectFrom('blob_references')
    .select('collection')
    .where('vault', '=', vault)
    .where('blob', '=', blob);
  const member = db
    .selectFrom('members')
    .select('person')
    .where('person', '=', person)
    .where('collection', 'in', references);
  const reader = db
    .selectFrom('readers')
    .select('person')
    .where('person', '=', person)
    .where('collection', 'in', references);
  return (await member.unionAll(reader).limit(1).execute()).length > 0;
}

/** Notes whether anything refers to a blob, and since when nothing does. */
export async function markUse(
  services: Services,
  db: Db,
  vault: Uint8Array,
  blob: Uint8Array,
): Promise<void> {
  const reference = db
    .selectFrom('blob_references')
    .select('blob')
    .where('vault', '=', vault)
    .where('blob', '=', blob);
  const deposit = db
    .selectFrom('deposit_blobs')
    .select('blob')
    .where('vault', '=', vault)
    .where('blob', '=', blob);
  const used = (await reference.unionAll(deposit).limit(1).execute()).length > 0;
  const update = db.updateTable('blobs').where('vault', '=', vault).where('blob', '=', blob);
  if (used) await update.set({ idle: null }).execute();
  else await update.set({ idle: services.now() }).where('idle', 'is', null).execute();
}

/** A blob's row, or `undefined`. */
export function blobRow(db: Db, vault: Uint8Array, blob: Uint8Array) {
  return db
    .selectFrom('blobs')
    .selectAll()
    .where('vault', '=', vault)
    .where('blob', '=', blob)
    .executeTakeFirst();
}
