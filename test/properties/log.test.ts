import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { equalBytes, hash } from '../../src/crypto/hash.js';
import { loadSodium } from '../../src/crypto/sodium.js';
import { isVaultError } from '../../src/errors.js';
import { bytesToHex } from '../../src/formats/id.js';
import { encodeOpHeader, type Member, type OpHeader } from '../../src/formats/op.js';
import { type AppliedOp, applyHeader } from '../../src/protocol/log-rules.js';
import { encodeLogState, type LogState } from '../../src/protocol/log-state.js';
import { LogBench } from '../support/log-bench.js';
import { type Person, person } from '../support/people.js';

/** One thing that one of three owners does, knowing the log only up to `lag` ops ago. */
interface Act {
  readonly who: 0 | 1 | 2;
  readonly kind: 'append' | 'grant' | 'rotate' | 'restart';
  /** For a rotation, whom it removes, counted from its author. */
  readonly target: 0 | 1 | 2;
  readonly lag: number;
}

/** What the server kept of an act, with what its author knew. */
interface Kept {
  readonly act: Act;
  readonly seenPosition: number;
  readonly removed: string | null;
  readonly headerBytes: Uint8Array;
  readonly before: LogState;
  readonly applied: AppliedOp;
}

const SIGNATURE = new Uint8Array(64);
let owners: [Person, Person, Person];
let founding: LogBench;

beforeAll(async () => {
  await loadSodium();
  owners = ['alice', 'bob', 'carol'].map(person) as [Person, Person, Person];
  founding = new LogBench('interleavings');
  founding.meet(...owners);
  founding.found(
    owners[0],
    owners.map((who) => founding.member(who)),
  );
});

/** The rules as the server applies them; signatures have tests of their own. */
function apply(
  state: LogState | null,
  headerBytes: Uint8Array,
  hashes: readonly Uint8Array[],
  changes: ReadonlySet<string>,
): AppliedOp {
  return applyHeader(state, headerBytes, SIGNATURE, {
    identityOf: (id) => founding.identities.get(bytesToHex(id)) ?? null,
    hashAt: (position) => hashes[position - 1] ?? null,
    hasChange: (change) => changes.has(bytesToHex(change)),
    signatures: 'remembered',
  });
}

/** What the log has of an owner's device when the acts begin: one of them founded it. */
function inForceAtFirst(owner: number): OpHeader['closes'] {
  const line = founding.now.lines.find(({ device }) => equalBytes(device, (owners[owner] as Person).device));
  return line === undefined ? null : [line.incarnation, line.seq];
}

/** Plays the acts in the order in which the server takes them; it refuses what the rules refuse. */
function play(acts: readonly Act[]): Kept[] {
  const states: LogState[] = [founding.now];
  const changes = new Set<string>();
  const kept: Kept[] = [];
  const lines = owners.map((_, i) => ({
    incarnation: hash('incarnation', Uint8Array.of(i)).slice(0, 16),
    used: 0,
    inForce: inForceAtFirst(i),
  }));
  acts.forEach((act, step) => {
    const author = owners[act.who];
    const line = lines[act.who] as (typeof lines)[0];
    if (act.kind === 'restart') {
      line.incarnation = hash('incarnation', Uint8Array.of(act.who, step)).slice(0, 16);
      line.used = 0;
    }
    const view = states[Math.max(0, states.length - 1 - act.lag)] as LogState;
    const target = owners[((act.who + act.target) % 3) as 0 | 1 | 2];
    const rotates = act.kind === 'rotate';
    const keep = view.members.filter((member) => bytesToHex(member.person) !== bytesToHex(target.id));
    const members = keep.map((member): Member => [member.person, member.role, member.length, member.hash]);
    const control: OpHeader['control'] = rotates
      ? {
          type: 'rotate',
          commitment: hash('commitment', Uint8Array.of(step)),
          notAfter: null,
          members,
          payloads: ['roster'],
        }
      : act.kind === 'grant'
        ? { type: 'roster', notAfter: null, payloads: ['roster'] }
        : null;
    const seq = ++line.used;
    const { inForce } = line;
    const goesOn = inForce !== null && equalBytes(inForce[0], line.incarnation);
    const last = goesOn ? inForce[1] : 0;
    const header: OpHeader = {
      ...{
        v: 1,
        suite: 1,
        vault: view.vault,
        collection: view.collection,
        epoch: view.epoch,
        person: author.id,
        device: author.device,
      },
      ...{
        incarnation: line.incarnation,
        seq,
        skips: Array.from({ length: seq - last - 1 }, (_, i) => last + 1 + i),
      },
      ...{
        closes: goesOn ? null : inForce,
        seen: null,
        time: 1,
        onBehalfOf: null,
        control,
        blobs: { add: [], drop: [] },
      },
      changes: [[hash('change', Uint8Array.of(step)).slice(0, 16), new Uint8Array(32), 0]],
    };
    const headerBytes = rotates && members.length === 0 ? null : encodeOpHeader(header);
    if (headerBytes === null) return;
    const before = states.at(-1) as LogState;
    try {
      const applied = apply(
        before,
        headerBytes,
        states.map((state) => state.hash),
        changes,
      );
      states.push(applied.state);
      if (applied.outcome === 'applied')
        for (const [change] of applied.header.changes) changes.add(bytesToHex(change));
      line.inForce = [line.incarnation, seq];
      const removed = rotates ? bytesToHex(target.id) : null;
      kept.push({ act, seenPosition: view.position, removed, headerBytes, before, applied });
    } catch (error) {
      if (!isVaultError(error)) throw error;
      // Only someone who was removed, or a rotation that does not fit any more, is refused.
      expect(error.code).toBe('integrity/not-authorised');
    }
  });
  return kept;
}

function checkStory(acts: readonly Act[]): void {
  const kept = play(acts);
  // The state follows from the ops alone.
  let replayed: LogState = founding.now;
  const hashes = [replayed.hash];
  const changes = new Set<string>();
  for (const { headerBytes, applied } of kept) {
    const again = apply(replayed, headerBytes, hashes, changes);
    expect(again.outcome).toBe(applied.outcome);
    replayed = again.state;
    hashes.push(replayed.hash);
    if (again.outcome === 'applied')
      for (const [change] of again.header.changes) changes.add(bytesToHex(change));
  }
  const last = kept.at(-1)?.applied.state ?? founding.now;
  expect(bytesToHex(encodeLogState(replayed))).toBe(bytesToHex(encodeLogState(last)));

  let epoch = 1;
  let rotatedAt = 1;
  const gone = new Set<string>();
  const closed = new Set<string>();
  for (const { seenPosition, removed, before, applied } of kept) {
    const { header, state, outcome } = applied;
    // Whoever was removed is never heard again.
    expect(gone.has(bytesToHex(header.person))).toBe(false);
    // Removal wins (A51): what was made without knowing the newest rotation has no effect, and nothing else is void.
    expect(outcome).toBe(seenPosition < rotatedAt ? 'void' : 'applied');
    expect(closed.has(bytesToHex(header.incarnation))).toBe(false);
    if (header.closes !== null) closed.add(bytesToHex(header.closes[0]));
    // One line per device, and it is that of the last op.
    expect(new Set(state.lines.map(({ device }) => bytesToHex(device))).size).toBe(state.lines.length);
    const { device, incarnation, seq } = header;
    expect(state.lines.at(-1)).toEqual({ device, incarnation, seq });
    if (outcome === 'void') {
      const { position: _p, hash: _h, lines: _l, ...rest } = state;
      expect({ ...before, ...rest }).toEqual(before);
    } else if (header.control?.type === 'rotate') {
      epoch += 1;
      rotatedAt = state.position;
      if (removed !== null) gone.add(removed);
    }
    expect(state.epoch).toBe(epoch);
    expect(state.commitments).toHaveLength(epoch);
    expect(state.members.some(({ role }) => role === 'owner')).toBe(true);
    expect(state.members.some((member) => gone.has(bytesToHex(member.person)))).toBe(false);
  }
}

it('R-OP-10 three owners at once: removal wins, and everyone ends in one state (A51)', () => {
  const act: fc.Arbitrary<Act> = fc.record({
    who: fc.constantFrom(0, 1, 2),
    kind: fc.constantFrom('append', 'grant', 'rotate', 'restart'),
    target: fc.constantFrom(0, 1, 2),
    lag: fc.nat({ max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(act, { minLength: 1, maxLength: 6 }), (acts) => checkStory(acts)),
    { numRuns: 500 },
  );
});

it('R-OP-4 every interleaving of three short acts keeps the same rules', () => {
  const kinds = ['append', 'grant', 'rotate', 'restart'] as const;
  const acts: Act[] = ([0, 1, 2] as const).flatMap((who) =>
    kinds.flatMap((kind) => [0, 2].map((lag): Act => ({ who, kind, target: 1, lag }))),
  );
  // The owners are alike, so the first act is one owner's.
  const firsts = acts.filter(({ who }) => who === 0);
  for (const first of firsts)
    for (const second of acts) for (const third of acts) checkStory([first, second, third]);
});
