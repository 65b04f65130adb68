import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { systemRandom } from '../../src/crypto/random.js';
import { decodeOp, decodeOpHeader } from '../../src/formats/op.js';
import { appendOpsAnswer, appendOpsRequest, encodeMessage } from '../../src/protocol/messages.js';
import { paths } from '../../src/protocol/paths.js';
import { openServer } from '../../src/server/open-server.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { call } from '../../src/sync/answer.js';
import { createHttpTransport } from '../../src/sync/http.js';
import type { Transport } from '../../src/sync/transport.js';
import { addDocuments, documentRecords } from './documents.js';
import { compare, timed } from './measure.js';
import { createParty, type Party } from './party.js';
import type { Workload } from './row.js';

const RECORDS_PER_BATCH = 100;

/** A signed request with a batch of records, checked and stored, against the bare rows. */
export const serverAppend: Workload = {
  name: 'server-append',
  about: 'append batches of 100 records to the server, SQLite with synchronous=FULL',
  async run({ quick }) {
    const batches = quick ? 5 : 40;
    const rounds = quick ? 1 : 5;
    const directory = await mkdtemp(join(tmpdir(), 'coffret-bench-'));
    const policy = Object.fromEntries(Object.keys(DEFAULT_POLICY).map((name) => [name, 1e12]));
    const server = await openServer({ dataDir: join(directory, 'server'), log: 'silent', policy });
    const fetch: typeof globalThis.fetch = async (url, init) => server.fetch(new Request(url, init));
    const transport = createHttpTransport({
      baseUrl: 'http://localhost',
      now: Date.now,
      random: systemRandom,
      fetch,
    });
    const bare = openBare(join(directory, 'bare.sqlite'));
    try {
      const party = await createParty({ transport, serverKey: server.key });
      const collection = await addDocuments(party, documentRecords(1));
      await party.session.sync.sync();
      const prepare = await preparedBatches(party, batches * (rounds + 1));
      const { ours, peer } = await compare(rounds, {
        ours: (round) =>
          timed(async () => {
            for (const op of prepare.slice(round * batches, (round + 1) * batches))
              await append(party, transport, collection.id, op);
          }),
        peer: (round) => {
          const rows = prepare
            .slice(round * batches, (round + 1) * batches)
            .map((op) => rowsOf(collection.id, op));
          return timed(() => {
            for (const row of rows) bare.insert(row);
          });
        },
      });
      const each = (ms: number) => `${(ms / batches).toFixed(2)} ms`;
      return [
        {
          workload: `append ${String(batches)} batches of ${String(RECORDS_PER_BATCH)} records`,
          figure: 'speed against libsql inserts of the same rows',
          value: peer / ours,
          unit: '×',
          budget: { atLeast: 0.3 },
          from: `${each(ours)}, ${each(peer)} a batch`,
        },
      ];
    } finally {
      bare.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

/** Signed ops of a hundred records each, in the order in which the log takes them. */
async function preparedBatches(party: Party, batches: number): Promise<Uint8Array[]> {
  await addDocuments(party, documentRecords(batches * RECORDS_PER_BATCH));
  const ops: Uint8Array[] = [];
  for (const { id } of await party.session.outbox.list()) {
    const queued = await party.session.outbox.read(id);
    if (queued?.entry.kind === 'append') ops.push(...queued.entry.ops);
  }
  return ops;
}

async function append(
  { session }: Party,
  transport: Transport,
  collection: Uint8Array,
  op: Uint8Array,
): Promise<void> {
  const body = encodeMessage(appendOpsRequest, { ops: [op], access: null });
  await call(
    transport,
    { method: 'POST', path: paths.ops(collection), body, signer: session.signer },
    appendOpsAnswer,
  );
}

interface Rows {
  readonly op: readonly [
    collection: Uint8Array,
    hash: Uint8Array,
    device: Uint8Array,
    incarnation: Uint8Array,
    seq: number,
    op: Uint8Array,
  ];
  readonly changes: readonly Uint8Array[];
}

function rowsOf(collection: Uint8Array, bytes: Uint8Array): Rows {
  const { headerBytes, signature } = decodeOp(bytes);
  const { device, incarnation, seq, changes } = decodeOpHeader(headerBytes);
  // Any 32 bytes do for the hash.
  return {
    op: [collection, signature.slice(0, 32), device, incarnation, seq, bytes],
    changes: changes.map(([change]) => change),
  };
}

/** The two tables that an append fills, in the same mode, and nothing around them: one transaction a batch. */
function openBare(path: string) {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('secure_delete = ON');
  database.exec(`
    create table ops (collection blob not null, position integer not null, hash blob not null, device blob not null, incarnation blob not null, seq integer not null, op blob not null, primary key (collection, position));
    create unique index ops_by_number on ops (collection, device, incarnation, seq);
    create table changes (collection blob not null, change blob not null, position integer not null, primary key (collection, change)) without rowid;
  `);
  const insertOp = database.prepare(
    'insert into ops (collection, position, hash, device, incarnation, seq, op) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const insertChange = database.prepare(
    'insert into changes (collection, change, position) values (?, ?, ?)',
  );
  let position = 0;
  return {
    insert({ op: [collection, hash, device, incarnation, seq, bytes], changes }: Rows): void {
      position++;
      database.exec('begin');
      insertOp.run([collection, position, hash, device, incarnation, seq, bytes]);
      for (const change of changes) insertChange.run([collection, change, position]);
      database.exec('commit');
    },
    close: () => database.close(),
  };
}
