import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { decodeHead } from '../../../src/formats/head.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { decodeOp, encodeOp, type Op } from '../../../src/formats/op.js';
import {
  CollectionLog,
  type LogOp,
  logKeys,
  pruneStoredBodies,
  type ServedOps,
} from '../../../src/log/collection-log.js';
import { createMemoryStore } from '../../../src/store/memory.js';
import type { Store } from '../../../src/store/port.js';
import { codeOf } from '../../support/code-of.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person } from '../../support/people.js';

let alice: Person;
let bob: Person;
let bench: LogBench;
let store: Store;
let log: CollectionLog;

beforeAll(async () => {
  await loadSodium();
  alice = person('alice');
  bob = person('bob');
});

beforeEach(() => {
  bench = new LogBench('collection log');
  bench.meet(alice, bob);
  bench.found(alice, [bench.member(alice), bench.member(bob, 'writer')]);
  store = createMemoryStore();
  log = new CollectionLog(bench.now.collection);
});

const identityOf = (id: Uint8Array) => bench.identities.get(bytesToHex(id)) ?? null;

/** What an honest server answers after `from`; `to` ends the page. */
function served(from = log.position, to = bench.ops.length): ServedOps {
  return { ops: bench.encoded().slice(from, to), head: bench.head(), more: to < bench.ops.length };
}

/** Verifies an answer into a log, stores it, commits it. */
async function take(answer: ServedOps, into = log): Promise<readonly LogOp[]> {
  const verified = into.verify(answer, identityOf);
  expect(await store.write(verified.writes)).toBe(true);
  verified.commit();
  return verified.accepted;
}

async function load(): Promise<{ log: CollectionLog; ops: LogOp[] }> {
  const ops: LogOp[] = [];
  const collection = bench.now.collection;
  return {
    log: await CollectionLog.load({ store, collection, identityOf, visit: (op) => ops.push(op) }),
    ops,
  };
}

const withoutBodies = (op: Op): Uint8Array => encodeOp({ ...op, bodies: op.bodies.map(() => null) });
const changesOf = (position: number) => (decodedOps[position - 1] as LogOp).header.changes.map(([id]) => id);
let decodedOps: readonly LogOp[] = [];

/** The log with the body of its second op missing, before the page ends or a prune names it. */
function withHole(from = 0, to = bench.ops.length): ServedOps {
  const ops = bench.ops.map((op, i) => (i === 1 ? withoutBodies(op) : encodeOp(op)));
  return { ops: ops.slice(from, to), head: bench.head(), more: to < ops.length };
}

function prune(changes: Uint8Array[]): void {
  const draft = bench.draft(alice, { control: { type: 'prune', changes }, changes: [] }, []);
  for (const change of changes) bench.pruned.add(bytesToHex(change));
  bench.apply(bench.sign(alice, draft));
}

function rotate(members: Parameters<LogBench['rotation']>[0]): void {
  bench.append(alice, { control: bench.rotation(members) });
}

describe('verify', () => {
  it('changes nothing until the commit', async () => {
    bench.append(bob);
    const verified = log.verify(served(), identityOf);
    expect(verified.accepted.map(({ position, role }) => [position, role])).toEqual([
      [1, 'owner'],
      [2, 'writer'],
    ]);
    expect([log.position, log.state, log.head]).toEqual([0, null, null]);
    verified.commit();
    expect(log.state).toEqual(bench.state);
    expect(log.hashAt(1)).toEqual(bench.hashes[0]);
    expect([log.hashAt(0), log.hashAt(3)]).toEqual([null, null]);
  });

  it('takes none of an answer whose last op breaks a rule', async () => {
    bench.append(bob);
    bench.append(bob);
    const answer = served();
    const last = decodeOp(answer.ops[2] as Uint8Array);
    const signature = last.signature.slice();
    signature[0] = (signature[0] ?? 0) ^ 1;
    const ops = [...answer.ops.slice(0, 2), encodeOp({ ...last, signature })];
    expect(await codeOf(() => log.verify({ ...answer, ops }, identityOf))).toBe('integrity/bad-signature');
    expect(log.position).toBe(0);
  });

  it('refuses the log of another collection from its first op (R-OP-2)', async () => {
    const other = new CollectionLog(bench.random(32));
    const answer = { ...served(0), head: null };
    expect(await codeOf(() => other.verify(answer, identityOf))).toBe('integrity/wrong-audience');
  });

  it('knows where a change stands, and of a void op knows none', async () => {
    const late = bench.draft(bob);
    bench.append(bob);
    bench.restart(bob);
    const again = bench.draft(
      bob,
      { closes: [late.header.incarnation, 1], changes: late.header.changes },
      late.bodies,
    );
    rotate([bench.member(alice), bench.member(bob, 'writer')]);
    bench.apply(bench.sign(bob, again));
    const accepted = await take(served());
    expect(accepted.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied', 'void']);
    expect(log.positionOf((accepted[1] as LogOp).header.changes[0]?.[0] as Uint8Array)).toBe(2);
    expect(log.positionOf(late.header.changes[0]?.[0] as Uint8Array)).toBeNull();
  });

  it('agreesWith finds who was shown another history', async () => {
    bench.append(bob);
    await take(served());
    const shown = (position: number, hash?: Uint8Array) =>
      log.agreesWith(decodeHead(bench.head(position, hash ? { hash } : {})[0]));
    expect([shown(1), shown(2)]).toEqual([true, true]);
    expect([shown(1, bench.random(32)), shown(2, bench.random(32))]).toEqual([false, false]);
    // Of what is not here yet nothing can be said.
    expect(shown(3, bench.random(32))).toBe(true);
  });
});

describe('a body that is missing', () => {
  beforeEach(() => {
    bench.append(bob);
    bench.append(bob);
    decodedOps = new CollectionLog(bench.now.collection).verify(served(0), identityOf).accepted;
  });

  it('R-OP-8: is a drop when no prune names it', async () => {
    expect(await codeOf(() => log.verify(withHole(), identityOf))).toBe('integrity/dropped');
  });

  it('R-OP-8: is a drop when a prune names another', async () => {
    prune(changesOf(3));
    expect(await codeOf(() => log.verify(withHole(), identityOf))).toBe('integrity/dropped');
  });

  it('R-OP-8: is none when a prune in the same answer names it', async () => {
    prune(changesOf(2));
    const accepted = await take(withHole());
    expect((accepted[1] as LogOp).bodies).toEqual([null]);
  });

  it('R-OP-8: is none when the prune comes in a later page', async () => {
    prune(changesOf(2));
    await take(withHole(0, 3));
    await take(withHole(3));
    expect(log.position).toBe(4);
  });

  it('R-OP-8: is a drop when the last page comes without the prune', async () => {
    bench.append(bob);
    await take(withHole(0, 3));
    expect(await codeOf(() => log.verify(withHole(3), identityOf))).toBe('integrity/dropped');
  });

  it('R-OP-8: is not forgotten when the store is opened again between two pages', async () => {
    bench.append(bob);
    await take(withHole(0, 3));
    const { log: reopened } = await load();
    expect(await codeOf(() => reopened.verify(withHole(3), identityOf))).toBe('integrity/dropped');
    prune(changesOf(2));
    await take(withHole(3), reopened);
    expect(reopened.position).toBe(5);
  });

  it('R-OP-8: a body with another hash or length is no body of this op', async () => {
    const op = bench.ops[1] as Op;
    for (const body of [bench.random(300), bench.random(10)]) {
      const ops = bench.encoded();
      ops[1] = encodeOp({ ...op, bodies: [body] });
      const answer = { ops, head: bench.head(), more: false };
      expect(await codeOf(() => log.verify(answer, identityOf))).toBe('integrity/bad-chain');
    }
  });
});

describe('load', () => {
  beforeEach(async () => {
    bench.append(bob);
    rotate([bench.member(alice)]);
    await take(served());
  });

  it('gives the same log, and each op once, in order', async () => {
    const { log: loaded, ops } = await load();
    expect(loaded.state).toEqual(log.state);
    expect(loaded.head).toEqual(log.head);
    expect(ops.map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(ops.map(({ header }) => header)).toEqual(
      new CollectionLog(log.collection).verify(served(0), identityOf).accepted.map(({ header }) => header),
    );
  });

  it('is empty where nothing is stored', async () => {
    const collection = bench.random(32);
    const visit = () => expect.unreachable();
    const empty = await CollectionLog.load({ store, collection, identityOf, visit });
    expect([empty.position, empty.state, empty.head]).toEqual([0, null, null]);
  });

  it('goes on where it was: what comes next is verified in full', async () => {
    const { log: loaded } = await load();
    bench.append(alice);
    const answer = served(3);
    const op = decodeOp(answer.ops[0] as Uint8Array);
    const forged = encodeOp({ ...op, signature: bench.random(64) });
    expect(await codeOf(() => loaded.verify({ ...answer, ops: [forged] }, identityOf))).toBe(
      'integrity/bad-signature',
    );
    await take(answer, loaded);
    expect(loaded.position).toBe(4);
  });

  it('leaves aside what was stored past the remembered mark', async () => {
    const keys = logKeys(log.collection);
    await store.write([{ type: 'put', key: keys.op(4), value: bench.random(100) }]);
    expect((await load()).log.position).toBe(3);
  });

  it('finds any changed byte of a header or a signature: store/damaged', async () => {
    const key = logKeys(log.collection).op(2);
    const whole = (await store.get(key)) as Uint8Array;
    const { headerBytes, signature, bodies } = decodeOp(whole);
    const codes = new Set<string>();
    for (let i = 0; i < headerBytes.length + signature.length; i++) {
      const [header, mark] = [headerBytes.slice(), signature.slice()];
      if (i < header.length) header[i] = (header[i] ?? 0) ^ 1;
      else mark[i - header.length] = (mark[i - header.length] ?? 0) ^ 1;
      const value = encodeOp({ headerBytes: header, signature: mark, bodies });
      await store.write([{ type: 'put', key, value }]);
      codes.add(await codeOf(load));
    }
    expect([...codes]).toEqual(['store/damaged']);
    await store.write([{ type: 'put', key, value: whole }]);
    expect(await codeOf(load)).toBe('ok');
  });

  it('finds an op that is gone: store/damaged', async () => {
    for (const position of [1, 2, 3]) {
      const key = logKeys(log.collection).op(position);
      const value = (await store.get(key)) as Uint8Array;
      await store.write([{ type: 'delete', key }]);
      expect(await codeOf(load)).toBe('store/damaged');
      await store.write([{ type: 'put', key, value }]);
    }
  });
});

describe('pruneStoredBodies', () => {
  it('forgets the bodies named and keeps the chain and all else', async () => {
    const draft = bench.draft(bob, {}, [bench.random(100), bench.random(200)]);
    bench.apply(bench.sign(bob, draft));
    bench.append(bob);
    const [gone] = draft.header.changes[0] as (typeof draft.header.changes)[0];
    prune([gone]);
    await take(served());
    expect(await store.write(await pruneStoredBodies(store, log, [gone, bench.random(16)]))).toBe(true);
    const { log: loaded, ops } = await load();
    expect((ops[1] as LogOp).bodies).toEqual([null, draft.bodies[1]]);
    expect((ops[2] as LogOp).bodies).toEqual((bench.ops[2] as Op).bodies);
    expect(loaded.state).toEqual(bench.state);
    // Nor does what comes next take the erased body for a dropped one.
    bench.append(bob);
    await take(served(4), loaded);
    expect(loaded.position).toBe(5);
  });

  it('finds that the op is not in the store: store/damaged', async () => {
    bench.append(bob);
    const accepted = await take(served());
    const [change] = (accepted[1] as LogOp).header.changes[0] as [Uint8Array, Uint8Array, number];
    await store.write([{ type: 'delete', key: logKeys(log.collection).op(2) }]);
    expect(await codeOf(() => pruneStoredBodies(store, log, [change]))).toBe('store/damaged');
  });
});
