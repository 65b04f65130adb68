import { decodeHead } from '../formats/head.js';
import { bytesToHex } from '../formats/id.js';
import { decodeOp, decodeOpHeader, type Op, type OpHeader } from '../formats/op.js';
import type { Identity } from '../protocol/identity-chain.js';
import type { LogContext } from '../protocol/log-rules.js';
import type { LogState } from '../protocol/log-state.js';
import type { IdentityCache } from './identities.js';
import type { Db } from './sql/database.js';

/** An op as it came, with its header read. */
export interface IncomingOp extends Op {
  readonly bytes: Uint8Array;
  readonly header: OpHeader;
}

/** Reads an op. Throws `format/*`. */
export function readOp(bytes: Uint8Array): IncomingOp {
  const op = decodeOp(bytes);
  return { ...op, bytes, header: decodeOpHeader(op.headerBytes) };
}

/** What the rules of the log look up, fetched before they run, and what they add while they do. */
export interface AppendContext {
  readonly rules: LogContext;
  /** Makes an op that was applied visible to the rules of the ops after it. */
  applied(header: OpHeader, state: LogState): void;
}

const ROWS = 400;

/** Fetches all that the rules may ask about these ops, in a handful of queries. */
export async function createAppendContext(options: {
  readonly db: Db;
  readonly identities: IdentityCache;
  readonly state: LogState | null;
  readonly ops: readonly IncomingOp[];
}): Promise<AppendContext> {
  const { db, identities, state, ops } = options;
  const people = new Map<string, Identity | null>();
  for (const person of peopleIn(state, ops)) {
    const key = bytesToHex(person);
    if (!people.has(key)) people.set(key, await identities.load(db, person));
  }
  const changes = new Set<string>();
  const hashes = new Map<number, Uint8Array>();
  if (state !== null) {
    const named = ops.flatMap(({ header }) => header.changes.map(([change]) => change));
    for (const some of slices(named)) {
      const rows = await db
        .selectFrom('changes')
        .select('change')
        .where('collection', '=', state.collection)
        .where('change', 'in', some)
        .execute();
      for (const { change } of rows) changes.add(bytesToHex(change));
    }
    const seen = ops.flatMap(({ header }) =>
      header.seen === null ? [] : [decodeHead(header.seen[0]).position],
    );
    for (const some of slices([...new Set(seen)])) {
      const rows = await db
        .selectFrom('ops')
        .select(['position', 'hash'])
        .where('collection', '=', state.collection)
        .where('position', 'in', some)
        .execute();
      for (const { position, hash } of rows) hashes.set(position, hash);
    }
  }
  return {
    rules: {
      identityOf: (person) => people.get(bytesToHex(person)) ?? null,
      hashAt: (position) => hashes.get(position) ?? null,
      hasChange: (change) => changes.has(bytesToHex(change)),
      signatures: 'verify',
    },
    applied(header, after) {
      for (const [change] of header.changes) changes.add(bytesToHex(change));
      hashes.set(after.position, after.hash);
    },
  };
}

function* peopleIn(state: LogState | null, ops: readonly IncomingOp[]): Generator<Uint8Array> {
  for (const { person } of state?.members ?? []) yield person;
  for (const { header } of ops) {
    yield header.person;
    const { control } = header;
    if (control === null) continue;
    if ('members' in control) for (const [person] of control.members) yield person;
    if ('member' in control) yield control.member[0];
  }
}

/** SQLite takes a bounded number of values in one statement. */
function* slices<T>(values: readonly T[]): Generator<T[]> {
  for (let start = 0; start < values.length; start += ROWS) yield values.slice(start, start + ROWS);
}
