import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VaultError } from '../errors.js';
import { bytesToHex } from '../formats/id.js';
import { leaveFetchGaps } from './fetch-log.js';
import { DATA_FILES } from './open-server.js';
import { copyDatabase, openDatabase, settleDatabase } from './sql/database.js';

/**
 * Copies a server's data, also while it runs: the database as of one moment, then every blob it says is complete.
 *
 * The copy holds the head-signing key; keep it like one. Throws `store/not-empty` when `to` holds a backup already.
 */
export async function backUp(options: {
  readonly dataDir: string;
  readonly to: string;
}): Promise<{ blobs: number }> {
  const { dataDir, to } = options;
  if (await exists(join(to, DATA_FILES.database))) throw new VaultError('store/not-empty');
  if (!(await exists(join(dataDir, DATA_FILES.database)))) throw new VaultError('store/empty');
  await mkdir(to, { recursive: true, mode: 0o700 });
  await copyFile(join(dataDir, DATA_FILES.headKey), join(to, DATA_FILES.headKey));
  await chmod(join(to, DATA_FILES.headKey), 0o600);
  // The name with the final ending comes last, so that half a backup is not taken for one.
  const unfinished = join(to, `${DATA_FILES.database}.part`);
  await rm(unfinished, { force: true });
  copyDatabase({ path: join(dataDir, DATA_FILES.database), to: unfinished });
  const blobs = await copyBlobs({ database: unfinished, from: dataDir, to });
  await rename(unfinished, join(to, DATA_FILES.database));
  return { blobs };
}

/**
 * Puts a backup where a server starts from.
 *
 * A restored server is an older one: clients see a rollback, say so, and send again what it lost (PROTOCOL §5.5). That
 * only works under the same head-signing key: when `dataDir` still has one, it must be the backup's. Throws
 * `store/not-empty` when there is a database, `store/empty` when there is no backup, `store/damaged` for another key.
 */
export async function restore(options: {
  readonly from: string;
  readonly dataDir: string;
}): Promise<{ blobs: number }> {
  const { from, dataDir } = options;
  if (!(await exists(join(from, DATA_FILES.database)))) throw new VaultError('store/empty');
  if (await exists(join(dataDir, DATA_FILES.database))) throw new VaultError('store/not-empty');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const key = await readFile(join(from, DATA_FILES.headKey));
  const present =
    (await exists(join(dataDir, DATA_FILES.headKey))) && (await readFile(join(dataDir, DATA_FILES.headKey)));
  if (present && !present.equals(key)) throw new VaultError('store/damaged', { file: DATA_FILES.headKey });
  await copyFile(join(from, DATA_FILES.headKey), join(dataDir, DATA_FILES.headKey));
  await chmod(join(dataDir, DATA_FILES.headKey), 0o600);
  const database = join(dataDir, DATA_FILES.database);
  await copyFile(join(from, DATA_FILES.database), `${database}.part`);
  const blobs = await copyBlobs({ database: `${database}.part`, from, to: dataDir });
  await beginAnew(`${database}.part`);
  await rename(`${database}.part`, database);
  return { blobs };
}

async function beginAnew(path: string): Promise<void> {
  const db = await openDatabase({ path });
  try {
    await leaveFetchGaps(db, Date.now());
    await settleDatabase(db);
  } finally {
    await db.destroy();
  }
}

async function copyBlobs(options: {
  readonly database: string;
  readonly from: string;
  readonly to: string;
}): Promise<number> {
  const { database, from, to } = options;
  const db = await openDatabase({ path: database });
  let copied = 0;
  try {
    const rows = await db.selectFrom('blobs').select(['vault', 'blob', 'bytes', 'offset']).execute();
    for (const { vault, blob, bytes, offset } of rows) {
      const path = join(DATA_FILES.blobs, bytesToHex(vault), bytesToHex(blob));
      const there = offset === bytes && (await exists(join(from, path)));
      if (there) {
        await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
        await copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE);
        copied += 1;
        continue;
      }
      // An upload under way starts again; an empty promise of a blob would be worse than none.
      await db
        .updateTable('blobs')
        .set({ offset: 0 })
        .where('vault', '=', vault)
        .where('blob', '=', blob)
        .execute();
    }
  } finally {
    await db.destroy();
  }
  return copied;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
