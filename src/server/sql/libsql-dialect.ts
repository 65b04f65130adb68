import { Mutex } from 'async-mutex';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type Libsql from 'libsql';

const STATEMENTS_MAX = 200;

/**
 * Kysely over one `libsql` connection.
 *
 * Kysely's own driver expects what better-sqlite3 does; libsql returns BLOBs as `ArrayBuffer` and is asked for
 * `begin immediate`, so that a transaction that reads first never fails on its first write. Prepared statements are kept.
 */
export function libsqlDialect(database: Libsql.Database): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(database),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function createDriver(database: Libsql.Database): Driver {
  const mutex = new Mutex();
  const connection = createConnection(database);
  const run = async (sql: string) => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    init: async () => {},
    acquireConnection: async () => {
      await mutex.acquire();
      return connection;
    },
    releaseConnection: async () => mutex.release(),
    beginTransaction: () => run('begin immediate'),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    destroy: async () => {
      database.close();
    },
  };
}

function createConnection(database: Libsql.Database): DatabaseConnection {
  const statements = new Map<string, Libsql.Statement<unknown[]>>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    if (statements.size >= STATEMENTS_MAX) statements.clear();
    statements.set(sql, statement);
    return statement;
  };
  return {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
      const statement = prepared(sql);
      if (statement.reader) {
        const rows = statement.all(parameters as unknown[]) as Record<string, unknown>[];
        for (const row of rows) {
          for (const name in row) {
            const value = row[name];
            if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
          }
        }
        return { rows: rows as Row[] };
      }
      const { changes } = statement.run(parameters as unknown[]);
      return { rows: [], numAffectedRows: BigInt(changes) };
    },
    // biome-ignore lint/correctness/useYield: SQLite answers at once, nothing here streams rows.
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new Error('Rows are not streamed.');
    },
  };
}
