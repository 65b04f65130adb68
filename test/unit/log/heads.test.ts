import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sign, signingKeyPairFromSeed } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import type { SignedHead } from '../../../src/formats/head.js';
import { bytesToHex } from '../../../src/formats/id.js';
import { CollectionLog, isSignedHead } from '../../../src/log/collection-log.js';
import { checkHead } from '../../../src/log/heads.js';
import { codeOf } from '../../support/code-of.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person } from '../../support/people.js';

let alice: Person;
let bench: LogBench;
let log: CollectionLog;

beforeAll(async () => {
  await loadSodium();
  alice = person('alice');
});

/** A log of three ops, verified here together with its head. */
beforeEach(() => {
  bench = new LogBench('heads');
  bench.meet(alice);
  bench.found(alice);
  bench.append(alice);
  bench.append(alice);
  log = new CollectionLog(bench.now.collection);
  take([0, 3], bench.head(3));
});

const identityOf = (id: Uint8Array) => bench.identities.get(bytesToHex(id)) ?? null;
const verify = (
  [from, to]: readonly [number, number],
  head: SignedHead | null,
  more: 'more' | 'last' = 'last',
) => log.verify({ ops: bench.encoded().slice(from, to), head, more: more === 'more' }, identityOf);
const take = (...args: Parameters<typeof verify>) => verify(...args).commit();
const refusal = (...args: Parameters<typeof verify>) => codeOf(() => verify(...args));

describe('a head that the server signed', () => {
  it('is kept, and a newer one replaces it', () => {
    bench.append(alice);
    take([3, 4], bench.head(4));
    expect(log.headContent()).toMatchObject({ position: 4, hash: bench.hashes[3] });
  });

  it('R-HEAD-1: before the log, or before the newest head, it is a rollback', async () => {
    expect(await refusal([3, 3], bench.head(2))).toBe('integrity/rollback');
    const unheaded = new CollectionLog(bench.now.collection);
    unheaded.verify({ ops: bench.encoded(), head: null, more: false }, identityOf).commit();
    const served = { ops: [], head: bench.head(1), more: false };
    expect(await codeOf(() => unheaded.verify(served, identityOf))).toBe('integrity/rollback');
    const ahead = bench.head(9);
    expect(await codeOf(() => checkHead(log, ahead, bench.head(3), 3, false))).toBe('integrity/rollback');
    expect(log.headContent()?.position).toBe(3);
  });

  it('R-HEAD-1: the same head again is none', () => {
    take([3, 3], bench.head(3));
    expect(log.headContent()?.position).toBe(3);
  });

  it('R-HEAD-2: another hash at the position of the log is a fork', async () => {
    expect(await refusal([3, 3], bench.head(3, { hash: bench.random(32) }))).toBe('integrity/fork');
  });

  it('R-HEAD-2: another hash at an earlier position is a fork, not only a rollback', async () => {
    expect(await refusal([3, 3], bench.head(1, { hash: bench.random(32) }))).toBe('integrity/fork');
  });

  it('R-HEAD-2: another hash at the end of the ops served with it is a fork', async () => {
    bench.append(alice);
    expect(await refusal([3, 4], bench.head(4, { hash: bench.random(32) }))).toBe('integrity/fork');
    expect(log.position).toBe(3);
  });

  it('R-HEAD-2: two heads at one position beyond the log are a fork', async () => {
    const stored = bench.head(9);
    const other = bench.head(9, { hash: bench.random(32) });
    expect(await codeOf(() => checkHead(log, stored, other, 3, true))).toBe('integrity/fork');
    expect(checkHead(log, stored, stored, 3, true)).toBe(stored);
  });

  it('R-HEAD-3: without a signature by the server of the first op it is none', async () => {
    const [bytes, signature] = bench.head(3);
    const flipped = signature.slice();
    flipped[5] = (flipped[5] ?? 0) ^ 1;
    expect(await refusal([3, 3], [bytes, flipped])).toBe('integrity/bad-signature');
    const stranger = signingKeyPairFromSeed(bench.random(32)).secretKey;
    expect(await refusal([3, 3], [bytes, sign(stranger, 'head', bytes)])).toBe('integrity/bad-signature');
    // A signature of the right key over something else than a head counts no more.
    expect(await refusal([3, 3], [bytes, sign(bench.server.secretKey, 'op', bytes)])).toBe(
      'integrity/bad-signature',
    );
    expect(isSignedHead(bench.server.publicKey, [bytes, signature])).toBe(true);
    expect(isSignedHead(bench.server.publicKey, [bytes, flipped])).toBe(false);
  });

  it('of another collection is for someone else', async () => {
    const head = bench.head(3, { collection: bench.random(32) });
    expect(await refusal([3, 3], head)).toBe('integrity/wrong-audience');
  });

  it('R-HEAD-4: ahead of the ops served it shows that some were kept back', async () => {
    bench.append(alice);
    bench.append(alice);
    expect(await refusal([3, 4], bench.head(5))).toBe('integrity/dropped');
    expect(await refusal([3, 3], bench.head(4))).toBe('integrity/dropped');
    // To announce more and serve nothing is no way out.
    expect(await refusal([3, 3], bench.head(5), 'more')).toBe('integrity/dropped');
    const empty = new CollectionLog(bench.now.collection);
    const served = { ops: [], head: bench.head(5), more: false };
    expect(await codeOf(() => empty.verify(served, identityOf))).toBe('integrity/dropped');
  });

  it('R-HEAD-4: ahead of a page with more to come it is kept only when the ops are here', () => {
    bench.append(alice);
    bench.append(alice);
    take([3, 4], bench.head(5), 'more');
    expect([log.position, log.headContent()?.position]).toEqual([4, 3]);
    take([4, 5], bench.head(5));
    expect([log.position, log.headContent()?.position]).toEqual([5, 5]);
  });
});
