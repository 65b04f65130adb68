import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';

/** What a server holds at one moment, by name. */
export interface Inventory {
  readonly ops: string[];
  readonly blobs: string[];
}

type Row = Record<string, unknown>;

/** Runs one query on the server's database, beside the server or without it. */
export function query(dataDir: string, sql: string): Row[] {
  const database = new Database(join(dataDir, 'coffret.sqlite'), { timeout: 5000 });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}

export function inventory(dataDir: string): Inventory {
  const ops = query(dataDir, 'select collection, position from ops');
  return {
    ops: ops.map(({ collection, position }) => `${bytes(collection).toString('hex')}/${position}`),
    blobs: blobFiles(dataDir).map(({ blob }) => blob),
  };
}

/** The uploads of at least this size: how much of each is on disk for good. */
export function uploads(
  dataDir: string,
  bytesMin: number,
): { readonly bytes: number; readonly offset: number }[] {
  const rows = query(dataDir, 'select bytes, "offset" from blobs');
  return (rows as { bytes: number; offset: number }[]).filter((row) => row.bytes >= bytesMin);
}

/** Everything that waits in inboxes. */
export function inboxItems(dataDir: string): string[] {
  return query(dataDir, 'select bytes from inbox').map((row) => bytes(row.bytes).toString('base64'));
}

export function blobFiles(
  dataDir: string,
): { readonly vault: string; readonly blob: string; readonly path: string }[] {
  const root = join(dataDir, 'blobs');
  return readdirSync(root).flatMap((vault) =>
    readdirSync(join(root, vault)).map((blob) => ({ vault, blob, path: join(root, vault, blob) })),
  );
}

/** Which of these byte strings occur in any file of the server's, its journal included. */
export function findOnServer(paths: readonly string[], needles: ReadonlyMap<string, Buffer>): string[] {
  const found = new Set<string>();
  for (const path of paths.flatMap(filesUnder)) {
    const content = readFileSync(path);
    for (const [name, needle] of needles) if (content.includes(needle)) found.add(name);
  }
  return [...found];
}

/** Every column that the server keeps, with one value of it, shortened. */
export function columns(
  dataDir: string,
): { readonly table: string; readonly rows: number; readonly fields: string[] }[] {
  const tables = query(
    dataDir,
    "select name from sqlite_master where type = 'table' and name not like 'kysely%' order by name",
  );
  return tables.map(({ name: table }) => {
    const fields = query(dataDir, `select name from pragma_table_info('${table}')`).map(({ name }) =>
      String(name),
    );
    const [{ rows } = { rows: 0 }] = query(dataDir, `select count(*) as rows from "${table}"`) as {
      rows: number;
    }[];
    // The fullest row: a null says less than a value.
    const order = fields.map((field) => `("${field}" is null)`).join(' + ');
    const [sample] = query(dataDir, `select * from "${table}" order by ${order} limit 1`);
    return {
      table: String(table),
      rows,
      fields: fields.map((field) => (sample === undefined ? field : `${field} ${shorten(sample[field])}`)),
    };
  });
}

/** The same in words: the table in the protocol's specification. */
export function statedView(): string[][] {
  const protocol = fileURLToPath(new URL('../src/protocol/PROTOCOL.md', import.meta.resolve('coffret')));
  const [, section = ''] = readFileSync(protocol, 'utf8').split('## §8 ');
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

function shorten(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number' || typeof value === 'string') return String(value).slice(0, 16);
  const content = bytes(value);
  const start = content.subarray(0, 4).toString('hex');
  return content.length <= 4 ? start : `${start}… (${content.length} B)`;
}

function bytes(value: unknown): Buffer {
  return Buffer.from(value as ArrayBuffer);
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}
