import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/crypto/hash.js';
import { loadSodium } from '../../../src/crypto/sodium.js';
import type { OpHeader } from '../../../src/formats/op.js';
import type { AppliedOp } from '../../../src/protocol/log-rules.js';
import { codeOf } from '../../support/code-of.js';
import { LogBench } from '../../support/log-bench.js';
import { type Person, person } from '../../support/people.js';

// How a log numbers the ops of a device; the other rules are in log-rules.test.ts.

let alice: Person;
let bob: Person;
let carol: Person;
let log: LogBench;

beforeAll(async () => {
  await loadSodium();
  [alice, bob, carol] = ['alice', 'bob', 'carol'].map(person) as [Person, Person, Person];
});

/** A log of alice and bob as owners and carol as a writer. */
beforeEach(() => {
  log = new LogBench('numbers');
  log.meet(alice, bob, carol);
  log.found(alice, [log.member(alice), log.member(bob), log.member(carol, 'writer')]);
});

/** What the next incarnation of the author of this op has to close. */
const closing = ({ header }: AppliedOp): [Uint8Array, number] => [header.incarnation, header.seq];
const refusalOf = (who: Person, change: Partial<OpHeader>) =>
  codeOf(() => log.check(log.sign(who, log.draft(who, change))));

describe('R-OP-4 the numbering', () => {
  it('R-OP-4 refuses a number used before', async () => {
    const op = log.sign(bob, log.draft(bob));
    log.apply(op);
    expect(await codeOf(() => log.check(op))).toBe('integrity/bad-chain');
  });

  it('R-OP-4 takes a hole that is not explained for a dropped op', async () => {
    log.append(bob);
    expect(await refusalOf(bob, { seq: 3 })).toBe('integrity/dropped');
  });

  it('R-OP-4 accepts a hole that skips explains', () => {
    log.append(bob);
    expect(log.append(bob, { seq: 4, skips: [2, 3] }).outcome).toBe('applied');
  });

  it.each([
    ['too few', [2]],
    ['none', []],
  ])('R-OP-4 takes skips that list %s for a dropped op', async (_, skips) => {
    log.append(bob);
    expect(await refusalOf(bob, { seq: 4, skips })).toBe('integrity/dropped');
  });

  it.each([
    ['too many', [2, 3, 4]],
    ['others', [3, 4]],
    ['them twice', [2, 2]],
    ['them in another order', [3, 2]],
  ])('R-OP-4 refuses skips that list %s', async (_, skips) => {
    log.append(bob);
    expect(await refusalOf(bob, { seq: 4, skips })).toBe('integrity/bad-chain');
  });

  it('R-OP-4 refuses the largest number at once, without allocating the hole', async () => {
    const started = performance.now();
    for (const seq of [2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER])
      expect(await refusalOf(bob, { seq })).toBe('integrity/dropped');
    // Allocating it takes minutes or ends the process; a busy machine takes well under a second.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('R-OP-4 starts every incarnation at one', async () => {
    const closes = closing(log.append(bob));
    log.restart(bob);
    expect(await refusalOf(bob, { closes, seq: 2 })).toBe('integrity/dropped');
    expect(await refusalOf(bob, { closes, seq: 0 })).toBe('integrity/bad-chain');
    expect(log.append(bob, { closes, seq: 3, skips: [1, 2] }).outcome).toBe('applied');
  });

  it('R-OP-4 refuses a new incarnation that does not close the one in force', async () => {
    log.append(bob);
    log.restart(bob);
    expect(await refusalOf(bob, {})).toBe('integrity/bad-chain');
    expect(await refusalOf(bob, { seq: 2 })).toBe('integrity/bad-chain');
  });

  it('R-OP-4 refuses an incarnation that goes on after it was closed', async () => {
    const { header } = log.append(bob);
    log.restart(bob);
    log.append(bob, { closes: [header.incarnation, 1] });
    for (const seq of [1, 2, 9])
      expect(await refusalOf(bob, { incarnation: header.incarnation, seq })).toBe('integrity/bad-chain');
  });

  it('R-OP-4 keeps one line per device, however often it is opened', () => {
    let last = log.append(bob);
    for (let opened = 0; opened < 5; opened++) {
      log.restart(bob);
      last = log.append(bob, { closes: closing(last) });
    }
    const { device, incarnation, seq } = last.header;
    const own = log.now.lines.filter((line) => equalBytes(line.device, bob.device));
    expect(own).toEqual([{ device, incarnation, seq }]);
    expect(log.now.lines).toHaveLength(2);
  });

  it('R-OP-4 numbers each device apart', () => {
    log.append(bob);
    expect(log.append(carol).header.seq).toBe(1);
  });
});

describe('R-OP-12 closing an incarnation', () => {
  it('R-OP-12 takes a number that the log has not reached for a drop', async () => {
    const { header } = log.append(bob);
    log.restart(bob);
    expect(await refusalOf(bob, { closes: [header.incarnation, 2] })).toBe('integrity/dropped');
    expect(await refusalOf(bob, { closes: [log.random(16), 1] })).toBe('integrity/dropped');
    expect(await refusalOf(bob, { closes: [header.incarnation, 1] })).toBe('ok');
  });

  it('R-OP-12 takes what a device closes before its first op for a drop', async () => {
    expect(await refusalOf(bob, { closes: [log.random(16), 0] })).toBe('integrity/dropped');
  });

  it('R-OP-12 takes a former incarnation for a drop', async () => {
    const former = closing(log.append(bob));
    log.restart(bob);
    const inForce = closing(log.append(bob, { closes: former }));
    log.restart(bob);
    expect(await refusalOf(bob, { closes: former })).toBe('integrity/dropped');
    expect(await refusalOf(bob, { closes: inForce })).toBe('ok');
  });

  it('R-OP-12 cannot close the incarnation of another device', async () => {
    const closes = closing(log.append(carol));
    expect(await refusalOf(bob, { closes })).toBe('integrity/dropped');
    log.append(bob);
    log.restart(bob);
    expect(await refusalOf(bob, { closes })).toBe('integrity/dropped');
  });

  it('R-OP-12 refuses an incarnation that goes on and closes any', async () => {
    const former = closing(log.append(bob));
    log.restart(bob);
    const inForce = closing(log.append(bob, { closes: former }));
    for (const closes of [former, inForce, closing(log.append(carol))])
      expect(await refusalOf(bob, { closes })).toBe('integrity/bad-chain');
  });

  it('R-OP-12 cannot close the incarnation it is of', async () => {
    const { header } = log.append(bob);
    expect(await refusalOf(bob, { closes: [header.incarnation, 1] })).toBe('integrity/bad-chain');
    log.restart(bob);
    const incarnation = log.random(16);
    expect(await refusalOf(bob, { incarnation, closes: [incarnation, 1] })).toBe('integrity/bad-chain');
  });
});
