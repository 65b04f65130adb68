import { bytesToHex, hexToBytes } from '../formats/id.js';
import { blobRow } from './blob-references.js';
import { cutFetches } from './fetch-log.js';
import { charge } from './quota.js';
import { removeDeposit } from './routes/deposits.js';
import type { Services } from './services.js';

/** What one sweep took away. */
export interface Collected {
  readonly deposits: number;
  readonly blobs: number;
  readonly files: number;
  /** Entries of fetch logs. */
  readonly fetches: number;
}

/**
 * Takes away deposits nobody took, blobs nothing refers to and what is old in fetch logs, after the grace of the policy.
 *
 * The row goes first, in a transaction that also gives the bytes back to the vault; a file whose row is gone goes
 * after, also one that a crash left behind.
 */
export async function collect(services: Services): Promise<Collected> {
  const { db, blobs, policy } = services;
  const now = services.now();
  const old = await db
    .selectFrom('deposits')
    .select(['vault', 'deposit'])
    .where('time', '<', now - policy.depositGraceMs)
    .execute();
  for (const { vault, deposit } of old)
    await db.transaction().execute((trx) => removeDeposit(services, trx, vault, deposit));
  const idle = await db
    .selectFrom('blobs')
    .select(['vault', 'blob'])
    .where('idle', '<', now - policy.blobGraceMs)
    .execute();
  for (const { vault, blob } of idle) {
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .deleteFrom('blobs')
        .where('vault', '=', vault)
        .where('blob', '=', blob)
        .where('idle', '<', now - policy.blobGraceMs)
        .returning('bytes')
        .executeTakeFirst();
      if (row) await charge(trx, vault, -row.bytes, policy);
    });
    if (!(await blobRow(db, vault, blob)))
      await blobs.remove({ vault: bytesToHex(vault), blob: bytesToHex(blob) });
  }
  let files = 0;
  for await (const name of blobs.list()) {
    if (await blobRow(db, hexToBytes(name.vault) as Uint8Array, hexToBytes(name.blob) as Uint8Array))
      continue;
    await blobs.remove(name);
    files += 1;
  }
  return { deposits: old.length, blobs: idle.length, files, fetches: await cutFetches(services) };
}
