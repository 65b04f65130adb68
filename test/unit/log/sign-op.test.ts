import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hash } from '../../../src/crypto/hash.js';
import { verify } from '../../../src/crypto/sign.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import { LIMITS } from '../../../src/formats/limits.js';
import { decodeOp, decodeOpHeader } from '../../../src/formats/op.js';
import { type Author, Line, type LineStep, type OpContent, signOp } from '../../../src/log/sign-op.js';
import { codeOf } from '../../support/code-of.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person } from '../../support/people.js';

let alice: Person;
let bob: Person;
let bench: LogBench;
let line: Line;

beforeAll(async () => {
  await loadSodium();
  alice = person('alice');
  bob = person('bob');
});

beforeEach(() => {
  bench = new LogBench('sign op');
  bench.meet(alice, bob);
  bench.found(alice, [bench.member(alice), bench.member(bob, 'writer')]);
  line = new Line(alice.device, bench.random(16));
});

const authorOf = ({ id, device, deviceKey }: Person): Author => ({ person: id, device, deviceKey });

function content(change: Partial<OpContent> = {}): OpContent {
  const { vault, collection, epoch } = bench.now;
  const blobs = { add: [], drop: [] };
  const changes = [{ change: bench.random(16), body: bench.random(80) }];
  return { vault, collection, epoch, control: null, changes, blobs, seen: null, time: 1, ...change };
}

/** Signs an op with this step and has the rules of the log decide. */
const apply = (step: LineStep) => bench.apply(decodeOp(signOp(authorOf(alice), step, content()).bytes));

describe('signOp', () => {
  it('makes an op that says what it was given, signed by the device', () => {
    const step = line.next(bench.state);
    const given = content({ seen: bench.head() });
    const op = signOp(authorOf(alice), step, given);
    const { headerBytes, signature, bodies } = decodeOp(op.bytes);
    expect(verify(alice.device, 'op', headerBytes, signature)).toBe(true);
    expect([headerBytes, signature, bodies]).toEqual([op.headerBytes, op.signature, op.bodies]);
    const header = decodeOpHeader(headerBytes);
    expect(header).toEqual(op.header);
    const [{ change, body }] = given.changes as [{ change: Uint8Array; body: Uint8Array }];
    expect(header).toMatchObject({
      person: alice.id,
      device: alice.device,
      incarnation: step.incarnation,
      seq: 1,
      seen: bench.head(),
      time: 1,
      changes: [[change, hash('body', body), 80]],
    });
  });

  it('refuses more changes, blobs or bytes than the format allows', async () => {
    const sign = (change: Partial<OpContent>) =>
      codeOf(() => signOp(authorOf(alice), line.next(bench.state), content(change)));
    const many = (length: number) =>
      Array.from({ length }, () => ({ change: bench.random(16), body: new Uint8Array(1) }));
    expect(await sign({ changes: many(LIMITS.changesMax + 1) })).toBe('format/too-large');
    const add = Array.from({ length: LIMITS.blobsPerOpMax + 1 }, () => [bench.random(16), 1] as const);
    expect(await sign({ blobs: { add, drop: [] } })).toBe('format/too-large');
    const body = new Uint8Array(LIMITS.opBytesMax);
    expect(await sign({ changes: [{ change: bench.random(16), body }] })).toBe('format/too-large');
  });
});

describe('a line of numbers', () => {
  it('begins at 1 and goes on by 1', () => {
    for (const seq of [1, 2, 3]) {
      const step = line.next(bench.state);
      expect([step.seq, step.skips]).toEqual([seq, []]);
      apply(step);
    }
  });

  it('names the numbers that were given out and never came into the log', () => {
    apply(line.next(bench.state));
    line.next(bench.state);
    line.next(bench.state);
    const step = line.next(bench.state);
    expect([step.seq, step.skips]).toEqual([4, [2, 3]]);
    expect(apply(step).outcome).toBe('applied');
    expect(line.next(bench.state)).toMatchObject({ seq: 5, skips: [], closes: null });
  });

  it('closes the incarnation before with its last number, once, and never one of another device', () => {
    bench.append(bob);
    const former = bench.now.lines.find(({ device }) => device.every((byte, i) => byte === alice.device[i]));
    const step = line.next(bench.state);
    expect(step).toMatchObject({ seq: 1, skips: [], closes: [former?.incarnation, 1] });
    apply(step);
    expect(line.next(bench.state).closes).toBeNull();
    const next = new Line(alice.device, bench.random(16)).next(bench.state);
    expect(next.closes).toEqual([step.incarnation, 1]);
  });

  it('has nothing to close in a log that is new to the device', () => {
    expect(new Line(bob.device, bench.random(16)).next(bench.state).closes).toBeNull();
    expect(line.next(null)).toMatchObject({ seq: 1, skips: [], closes: null });
  });
});
