import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INITIAL_STATE,
  isFinished,
  nextMoment,
  type PullOutcome,
  type PushOutcome,
  pendingOf,
  RUN_LIMITS,
  type RunState,
  type SyncAction,
  type SyncEvent,
  step,
  stuckOf,
} from '../../src/sync/machine.js';

const LANES = ['identity', 'a', 'b', 'c', 'd', 'e', 'f'];

/** The world around the machine: an outbox, actions under way, and what has been checked so far. */
class World {
  readonly queue = new Map<string, string[]>();
  readonly delivered: string[] = [];
  readonly flying: SyncAction[] = [];
  state: RunState = INITIAL_STATE;
  now = 0;
  steps = 0;
  #number = 0;

  put(lane: string): void {
    this.#number += 1;
    const ids = this.queue.get(lane) ?? [];
    ids.push(`${lane}/${String(this.#number).padStart(6, '0')}`);
    this.queue.set(lane, ids);
  }

  dispatch(event: SyncEvent, fraction = 0.5): void {
    this.steps += 1;
    const { state, actions } = step(this.state, event, {
      moment: { now: this.now, fraction },
      limits: RUN_LIMITS,
    });
    this.state = state;
    for (const action of actions) this.#start(action);
    expect(this.state.flying).toBe(this.flying.length);
    expect(this.flying.length).toBeLessThanOrEqual(RUN_LIMITS.widthMax);
  }

  look(targets: readonly string[]): void {
    this.dispatch({ type: 'queued', lanes: new Map([...this.queue].map(([lane, ids]) => [lane, [...ids]])) });
    this.dispatch({ type: 'targets', targets });
  }

  #start(action: SyncAction): void {
    if (action.type === 'push') {
      expect(this.flying.some((other) => other.type !== 'pull' && other.lane === action.lane)).toBe(false);
      expect(action.id).toBe(this.queue.get(action.lane)?.[0]);
      if (action.lane !== 'identity' && !this.#isStuck('identity')) {
        expect(this.queue.get('identity') ?? []).toEqual([]);
      }
    }
    // The host never has two calls about one collection at once.
    const about = (other: SyncAction): string =>
      other.type === 'pull' ? other.target : `collection/${other.lane}`;
    expect(this.flying.map(about)).not.toContain(about(action));
    if (action.type === 'pull') {
      expect(this.flying.some((other) => other.type === 'pull' && other.target === action.target)).toBe(
        false,
      );
    }
    expect(this.now).toBeGreaterThanOrEqual(this.state.notBefore);
    this.flying.push(action);
  }

  #isStuck(lane: string): boolean {
    return this.state.lanes.get(lane)?.phase === 'stuck';
  }

  /** Ends one action under way. */
  answer(index: number, answer: PushOutcome, fraction: number): void {
    const action = this.flying.splice(index % this.flying.length, 1)[0];
    if (action === undefined) return;
    if (action.type === 'settle') {
      const ids = this.queue.get(action.lane) ?? [];
      const mended = answer.type !== 'refused';
      if (mended) ids.shift();
      this.dispatch({ type: 'settled', lane: action.lane, ids: mended ? [...ids] : null }, fraction);
      return;
    }
    if (action.type === 'pull') {
      const outcome: PullOutcome =
        answer.type === 'refused' ? { ...answer, type: 'set-aside' as const } : answer;
      this.dispatch({ type: 'pulled', target: action.target, outcome }, fraction);
      return;
    }
    if (answer.type === 'done') this.delivered.push(this.queue.get(action.lane)?.shift() ?? 'nothing');
    this.dispatch({ type: 'pushed', lane: action.lane, outcome: answer }, fraction);
  }

  /** Lets time pass to the next tick; false when there is none. */
  pass(): boolean {
    const due = nextMoment(this.state, this.now);
    if (due === Infinity) return false;
    expect(due).toBeGreaterThan(this.now);
    expect(due - this.now).toBeLessThanOrEqual(RUN_LIMITS.pauseMsMax);
    this.now = due;
    this.dispatch({ type: 'tick' });
    return true;
  }
}

const failure = fc.record({
  type: fc.constant('retry' as const),
  scope: fc.constantFrom('everything' as const, 'one' as const),
  code: fc.constantFrom('sync/offline', 'sync/timeout', 'sync/server-error', 'sync/rate-limited'),
  askedMs: fc.constantFrom(0, 0, 3000, 45_000, 600_000),
  progressed: fc.boolean(),
});
const answers = fc.oneof(
  { weight: 4, arbitrary: fc.constant<PushOutcome>({ type: 'done' }) },
  { weight: 4, arbitrary: failure },
  { weight: 1, arbitrary: fc.constant<PushOutcome>({ type: 'refused', code: 'stale-epoch' }) },
  { weight: 1, arbitrary: fc.constant<PushOutcome>({ type: 'set-aside', code: 'sync/quota' }) },
);
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('answer' as const), index: fc.nat(3), answer: answers }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('put' as const), lane: fc.constantFrom(...LANES) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pass' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
);
const story = fc.record({
  targets: fc.uniqueArray(fc.constantFrom('inbox', ...LANES.map((lane) => `collection/${lane}`))),
  happenings: fc.array(fc.tuple(happening, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), {
    maxLength: 120,
  }),
});

describe('the sync machine', () => {
  it('loses nothing, keeps lanes in order, and ends once answers are good', () => {
    fc.assert(
      fc.property(story, ({ targets, happenings }) => {
        const world = new World();
        const put: string[] = [];
        const settledAway = new Set<string>();
        world.look(targets);
        for (const [event, fraction] of happenings) {
          if (event.type === 'put') {
            world.put(event.lane);
            put.push(world.queue.get(event.lane)?.at(-1) ?? '');
            world.look(targets);
          } else if (event.type === 'pass') world.pass();
          else if (event.type === 'restart') {
            world.flying.length = 0;
            world.state = INITIAL_STATE;
            world.look(targets);
          } else if (world.flying.length > 0) {
            const before = new Set([...world.queue.values()].flat());
            const delivered = world.delivered.length;
            world.answer(event.index, event.answer, fraction);
            const after = new Set([...world.queue.values()].flat());
            if (world.delivered.length === delivered) {
              for (const id of before) if (!after.has(id)) settledAway.add(id);
            }
          }
        }

        world.flying.length = 0;
        world.state = INITIAL_STATE;
        world.look(targets);
        const work = [...world.queue.values()].flat().length + targets.length;
        for (world.steps = 0; !isFinished(world.state); ) {
          expect(world.steps).toBeLessThanOrEqual(4 * work + 8);
          if (world.flying.length > 0) world.answer(0, { type: 'done' }, 0.5);
          else expect(world.pass()).toBe(true);
        }

        expect(pendingOf(world.state)).toBe(0);
        expect([...world.delivered, ...settledAway].sort()).toEqual([...put].sort());
        for (const lane of LANES) {
          const inLane = world.delivered.filter((id) => id.startsWith(`${lane}/`));
          expect(inLane).toEqual([...inLane].sort());
        }
      }),
      { numRuns: 400 },
    );
  });

  it('ends, without a busy loop, whatever the answers are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...LANES), { maxLength: 12 }),
        fc.array(answers, { minLength: 1, maxLength: 20 }),
        (lanes, script) => {
          const world = new World();
          for (const lane of lanes) world.put(lane);
          world.look(['inbox', 'collection/a', 'collection/b']);
          // Each lane and target either ends or fails `attemptsMax` times, unless something got through between.
          const stepsMax = (lanes.length + 3) * RUN_LIMITS.attemptsMax * 8 + 16;
          for (let turn = 0; !isFinished(world.state); turn += 1) {
            expect(turn).toBeLessThan(stepsMax);
            const answer = script[turn % script.length] ?? { type: 'done' };
            const plain = answer.type === 'retry' ? { ...answer, progressed: false } : answer;
            if (world.flying.length > 0) world.answer(0, plain, 0);
            else expect(world.pass()).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('asks the host about one lane only so often, however its entries are made again and refused', () => {
    const refusal = fc.constantFrom<PushOutcome>({ type: 'refused', code: 'stale-epoch' }, { type: 'done' });
    fc.assert(
      fc.property(fc.array(refusal, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (script, remade) => {
        const world = new World();
        world.put('a');
        world.look(['collection/a']);
        let settles = 0;
        for (let turn = 0; !isFinished(world.state); turn += 1) {
          expect(turn).toBeLessThan(200);
          const [action] = world.flying;
          if (action?.type === 'settle') {
            // The host makes it again, as several entries, and the server goes on refusing.
            settles += 1;
            world.flying.shift();
            world.queue.set('a', []);
            for (let i = 0; i < remade; i += 1) world.put('a');
            world.dispatch({ type: 'settled', lane: 'a', ids: [...(world.queue.get('a') ?? [])] });
          } else if (action?.type === 'pull') world.answer(0, { type: 'done' }, 0.5);
          else if (action?.type === 'push')
            world.answer(0, script[turn] ?? { type: 'refused', code: 'stale-epoch' }, 0.5);
          else expect(world.pass()).toBe(true);
        }
        expect(settles).toBeLessThanOrEqual(RUN_LIMITS.settlesMax);
        if (pendingOf(world.state) > 0) {
          expect(settles).toBe(RUN_LIMITS.settlesMax);
          expect(stuckOf(world.state)).toEqual([{ lane: 'a', code: 'stale-epoch' }]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
