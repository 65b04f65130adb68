import type { Policy } from './policy.js';
import { refuse } from './refuse.js';
import type { Db } from './sql/database.js';

/** Counts bytes to a vault (fewer if negative). Refuses with `quota`, which undoes the transaction it runs in. */
export async function charge(db: Db, vault: Uint8Array, bytes: number, policy: Policy): Promise<void> {
  const row = await db
    .updateTable('vaults')
    .set((column) => ({ bytes: column('bytes', '+', bytes) }))
    .where('vault', '=', vault)
    .returning('bytes')
    .executeTakeFirst();
  if (!row) throw refuse('not-found');
  if (bytes > 0 && row.bytes > policy.vaultBytesMax)
    throw refuse('quota', { bytesMax: policy.vaultBytesMax });
}

/** Refuses with `quota` when a depositor would have more waiting in a vault than one may. */
export async function requireDepositRoom(
  db: Db,
  options: {
    readonly vault: Uint8Array;
    readonly person: Uint8Array;
    readonly bytes: number;
    readonly policy: Policy;
  },
): Promise<void> {
  const { vault, person, bytes, policy } = options;
  const deposits = await db
    .selectFrom('deposits')
    .select(({ fn, val }) => [
      fn.countAll<number>().as('count'),
      fn.coalesce(fn.sum<number>(fn('length', ['bytes'])), val(0)).as('bytes'),
    ])
    .where('vault', '=', vault)
    .where('person', '=', person)
    .executeTakeFirstOrThrow();
  const blobs = await db
    .selectFrom('blobs')
    .select(({ fn, val }) => fn.coalesce(fn.sum<number>('bytes'), val(0)).as('bytes'))
    .where('vault', '=', vault)
    .where('person', '=', person)
    .where('ticket', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('blob_references')
            .select('blob_references.blob')
            .whereRef('blob_references.vault', '=', 'blobs.vault')
            .whereRef('blob_references.blob', '=', 'blobs.blob'),
        ),
      ),
    )
    .executeTakeFirstOrThrow();
  if (
    deposits.bytes + blobs.bytes + bytes > policy.depositorBytesMax ||
    deposits.count >= policy.depositorCountMax
  ) {
    throw refuse('quota');
  }
}
