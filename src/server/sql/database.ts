import { Kysely, Migrator, sql } from 'kysely';
import Database from 'libsql';
import { libsqlDialect } from './libsql-dialect.js';
import { MIGRATIONS, type Schema } from './schema.js';

/** The server's tables; inside `db.transaction()`, the transaction. */
export type Db = Kysely<Schema>;

/**
 * Opens the database file, makes it where there is none and brings it to the newest schema.
 *
 * What is committed survives a power cut (WAL, `synchronous=FULL`).
 */
export async function openDatabase(options: { readonly path: string }): Promise<Db> {
  const database = new Database(options.path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('busy_timeout = 5000');
  database.pragma('secure_delete = ON');
  const db = new Kysely<Schema>({ dialect: libsqlDialect(database) });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Brings all that is written into the file itself, which may then get another name. */
export async function settleDatabase(db: Db): Promise<void> {
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
}

/** Writes a copy as of one moment to a file that is not there yet; the database may be in use, also by another process. */
export function copyDatabase(options: { readonly path: string; readonly to: string }): void {
  const database = new Database(options.path);
  try {
    database.pragma('busy_timeout = 5000');
    database.prepare('vacuum into ?').run([options.to]);
  } finally {
    database.close();
  }
}
