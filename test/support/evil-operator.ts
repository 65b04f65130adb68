import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'libsql';
import { hash } from '../../src/crypto/hash.js';
import { sign, signingKeyPairFromSeed } from '../../src/crypto/sign.js';
import { encodeHead } from '../../src/formats/head.js';
import { hexToBytes } from '../../src/formats/id.js';
import { decodeOp } from '../../src/formats/op.js';
import { DATA_FILES } from '../../src/server/open-server.js';
import { type SignFetches, signFetchesWith } from './fetch-teller.js';

/** Whoever runs the server: holds its head-signing key and its database, and can hand out anything in any order. */
export interface Operator {
  /** The key by which clients know the server. */
  readonly publicKey: Uint8Array;
  /** Signs a head as the real server would; `time` is the moment it claims. */
  signHead(
    collection: string,
    position: number,
    headHash: Uint8Array,
    time?: number,
  ): [Uint8Array, Uint8Array];
  /** Signs what was delivered, whether it was or not. */
  readonly signFetches: SignFetches;
  /** The whole log of a collection, as the real server holds it. */
  ops(collection: string): Uint8Array[];
  /** The running hash over these ops, and a head signed for it, whatever they are. */
  headFor(collection: string, ops: readonly Uint8Array[], time?: number): [Uint8Array, Uint8Array];
  /** Everything else: rows of its tables, for reading and for writing. */
  query<Row>(statement: string, ...values: readonly unknown[]): Row[];
  run(statement: string, ...values: readonly unknown[]): void;
}

/** Takes the operator's place at a server's data directory; the server may go on running. */
export async function becomeOperator(dataDir: string): Promise<Operator> {
  const seed = new Uint8Array(await readFile(join(dataDir, DATA_FILES.headKey)));
  const withDatabase = <T>(work: (database: InstanceType<typeof Database>) => T): T => {
    const database = new Database(join(dataDir, DATA_FILES.database));
    try {
      database.pragma('busy_timeout = 5000');
      return work(database);
    } finally {
      database.close();
    }
  };
  const query = <Row>(statement: string, ...values: readonly unknown[]): Row[] =>
    withDatabase((database) => database.prepare(statement).all(values as unknown[]) as Row[]);
  const signHead: Operator['signHead'] = (collection, position, headHash, time = Date.now()) => {
    const bytes = encodeHead({
      collection: hexToBytes(collection) as Uint8Array,
      position,
      hash: headHash,
      time,
    });
    return [bytes, sign(seed, 'head', bytes)];
  };
  return {
    publicKey: signingKeyPairFromSeed(seed).publicKey,
    signHead,
    signFetches: signFetchesWith(seed),
    query,
    run: (statement, ...values) =>
      withDatabase((database) => void database.prepare(statement).run(values as unknown[])),
    ops: (collection) =>
      query<{ op: Uint8Array }>(
        'select op from ops where collection = ? order by position',
        hexToBytes(collection),
      ).map(({ op }) => new Uint8Array(op)),
    headFor(collection, ops, time) {
      return signHead(collection, ops.length, runningHash(ops), time);
    },
  };
}

/** The running hash after these ops. SPEC §6.4. */
export function runningHash(ops: readonly Uint8Array[]): Uint8Array {
  let running: Uint8Array = new Uint8Array(32);
  for (const bytes of ops) {
    const { headerBytes, signature } = decodeOp(bytes);
    running = hash('log', running, headerBytes, signature);
  }
  return running;
}
