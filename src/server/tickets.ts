import { equalBytes } from '../crypto/hash.js';
import { refuse } from './refuse.js';
import type { Services } from './services.js';
import type { Db } from './sql/database.js';

/**
 * Takes bytes and deposits off a ticket.
 *
 * Every reason to refuse is `ticket`, and a vault that does not exist is one of them: whoever tries tickets learns
 * nothing from the answers.
 */
export async function spendTicket(
  services: Services,
  db: Db,
  options: {
    readonly vault: Uint8Array;
    readonly ticket: Uint8Array;
    readonly person: Uint8Array;
    readonly bytes: number;
    readonly count: 0 | 1;
  },
): Promise<void> {
  const { vault, ticket, person, bytes, count } = options;
  const row = await db
    .selectFrom('tickets')
    .selectAll()
    .where('vault', '=', vault)
    .where('ticket', '=', ticket)
    .executeTakeFirst();
  const good =
    row !== undefined &&
    (row.depositor === null || equalBytes(row.depositor, person)) &&
    (row.expires === null || row.expires > services.now()) &&
    row.bytes + bytes <= row.bytes_max &&
    row.count < row.count_max;
  if (!good) throw refuse('ticket'); // R-DEP-1
  await db
    .updateTable('tickets')
    .set({ bytes: row.bytes + bytes, count: row.count + count })
    .where('vault', '=', vault)
    .where('ticket', '=', ticket)
    .execute();
}
