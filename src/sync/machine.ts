/**
 * The decisions of a sync run, and nothing else: no clock, no randomness, no I/O.
 *
 * A run pushes lanes and pulls targets, up to `widthMax` at once. A lane sends its entries one after the other. The
 * identity lane goes before everything. A target named after a lane is pulled when that lane has nothing left to
 * send. After a refusal the lane's target is pulled once more, then the host is asked, at most `settlesMax` times in
 * a run: what is refused however it is made again waits. Failures of the connection
 * pause everything, and then one request probes alone; failures of one lane or target pause only it. A run ends
 * when nothing can be sent or pulled any more, or when a failure concerns everything.
 */
import { backoffMs } from './backoff.js';
import { IDENTITY_LANE } from './outbox.js';

/** How patient a run is. */
export interface RunLimits {
  /** Requests under way at once. */
  readonly widthMax: number;
  /** Failures in a row, of the connection or of one lane or target, that end the run or set it aside. */
  readonly attemptsMax: number;
  /** A longer pause than this ends the run: the caller decides whether to come back. */
  readonly pauseMsMax: number;
  /** How often the host is asked about refusals in one lane, so that no server can keep it mending for nothing. */
  readonly settlesMax: number;
}

/** The limits of a run that someone waits for. */
export const RUN_LIMITS: RunLimits = { widthMax: 4, attemptsMax: 4, pauseMsMax: 60_000, settlesMax: 3 };

/** A failure that a later attempt may mend. `everything` is a failure of the connection or a request to slow down. */
export interface Failure {
  readonly type: 'retry';
  readonly scope: 'everything' | 'one';
  readonly code: string;
  /** What the server asked for, or 0. */
  readonly askedMs: number;
  /** Whether something got through before: then it is the first failure in a row. */
  readonly progressed: boolean;
}

/** A failure that ends the run. */
export interface Stop {
  readonly type: 'stop';
  readonly code: string;
}

/** How sending an entry ended. `set-aside`: kept, and not tried again in this run. */
export type PushOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'set-aside'; readonly code: string }
  | Failure
  | Stop;

/** How one page of a pull ended. `set-aside`: not pulled again in this run. */
export type PullOutcome =
  | { readonly type: 'done' | 'more' }
  | { readonly type: 'set-aside'; readonly code: string }
  | Failure
  | Stop;

/** What happened. */
export type SyncEvent =
  /** The outbox as it is now. Lanes that are missing have nothing queued. */
  | { readonly type: 'queued'; readonly lanes: ReadonlyMap<string, readonly string[]> }
  /** What there is to pull; targets already known are left as they are. */
  | { readonly type: 'targets'; readonly targets: readonly string[] }
  | { readonly type: 'pushed'; readonly lane: string; readonly outcome: PushOutcome }
  | { readonly type: 'pulled'; readonly target: string; readonly outcome: PullOutcome }
  /** The host dealt with a refusal: the lane as it is now, or `null` when the entry is kept. */
  | { readonly type: 'settled'; readonly lane: string; readonly ids: readonly string[] | null }
  /** Time passed. */
  | { readonly type: 'tick' };

/** What to do; each is answered by one event: `pushed`, `pulled` or `settled`. */
export type SyncAction =
  | { readonly type: 'push'; readonly lane: string; readonly id: string }
  | { readonly type: 'pull'; readonly target: string }
  /** Ask the host about a refused entry. */
  | { readonly type: 'settle'; readonly lane: string; readonly id: string; readonly code: string };

type LanePhase = 'ready' | 'pushing' | 'refused' | 'settling' | 'stuck';
type TargetPhase = 'wanted' | 'pulling' | 'done' | 'stuck';

interface Patience {
  readonly attempts: number;
  readonly notBefore: number;
  readonly code: string;
}

interface Lane extends Patience {
  readonly phase: LanePhase;
  readonly ids: readonly string[];
  /** Index of the entry under way or next; those before it are gone. */
  readonly at: number;
  /** How often the host was asked about this lane in this run. */
  readonly settles: number;
}

interface Target extends Patience {
  readonly phase: TargetPhase;
}

/** A run at one moment. */
export interface RunState {
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly targets: ReadonlyMap<string, Target>;
  /** Requests and questions under way. */
  readonly flying: number;
  /** Failures of the connection in a row. */
  readonly failures: number;
  readonly notBefore: number;
  /** Why the run ends before its work is done. */
  readonly stopped: string | null;
}

/** The state to start a run with. */
export const INITIAL_STATE: RunState = {
  lanes: new Map(),
  targets: new Map(),
  flying: 0,
  failures: 0,
  notBefore: 0,
  stopped: null,
};

/** Moment and chance, as arguments. */
export interface Moment {
  readonly now: number;
  /** Random in [0, 1). */
  readonly fraction: number;
}

const FRESH: Patience = { attempts: 0, notBefore: 0, code: '' };

/** The target that a collection's lane belongs to. */
export function collectionTarget(lane: string): string {
  return `collection/${lane}`;
}

/** The next state and what to do now. */
export function step(
  state: RunState,
  event: SyncEvent,
  options: { readonly moment: Moment; readonly limits: RunLimits },
): { readonly state: RunState; readonly actions: readonly SyncAction[] } {
  const applied = apply(state, event, options);
  return applied.stopped === null
    ? decide(applied, options.moment, options.limits)
    : { state: applied, actions: [] };
}

/** Whether the run is over: nothing under way, and nothing to do now or after a pause. */
export function isFinished(state: RunState): boolean {
  if (state.flying > 0) return false;
  return state.stopped !== null || eligible(state, Infinity).next().done === true;
}

/** When a `tick` is due: the end of a pause, later than `now`, or `Infinity` when only answers change anything. */
export function nextMoment(state: RunState, now: number): number {
  let earliest = Infinity;
  if (state.stopped !== null) return earliest;
  for (const { notBefore } of eligible(state, Infinity)) {
    const start = Math.max(notBefore, state.notBefore);
    if (start > now) earliest = Math.min(earliest, start);
  }
  return earliest;
}

/** Entries that the run has not sent. */
export function pendingOf(state: RunState): number {
  let pending = 0;
  for (const lane of state.lanes.values()) pending += lane.ids.length - lane.at;
  return pending;
}

/** Lanes and targets that were set aside, with the code. */
export function stuckOf(state: RunState): { readonly lane: string; readonly code: string }[] {
  return [...state.lanes, ...state.targets]
    .filter(([, { phase }]) => phase === 'stuck')
    .map(([lane, { code }]) => ({ lane, code }));
}

interface Options {
  readonly moment: Moment;
  readonly limits: RunLimits;
}

function apply(state: RunState, event: SyncEvent, options: Options): RunState {
  switch (event.type) {
    case 'queued':
      return applyQueued(state, event.lanes);
    case 'targets':
      return applyTargets(state, event.targets);
    case 'pushed':
      return applyPushed(landed(state), event, options);
    case 'pulled':
      return applyPulled(landed(state), event, options);
    case 'settled':
      return applySettled(landed(state), event.lane, event.ids);
    case 'tick':
      return state;
  }
}

function landed(state: RunState): RunState {
  return { ...state, flying: state.flying - 1 };
}

function applyQueued(state: RunState, queued: ReadonlyMap<string, readonly string[]>): RunState {
  const lanes = new Map<string, Lane>();
  for (const [name, lane] of state.lanes) lanes.set(name, withQueue(lane, queued.get(name) ?? []));
  for (const [name, ids] of queued) {
    if (!lanes.has(name)) lanes.set(name, { ...FRESH, phase: 'ready', ids, at: 0, settles: 0 });
  }
  const targets = new Map(state.targets);
  for (const [name, lane] of lanes) {
    const before = state.lanes.get(name);
    // What follows an append is pulled once more, so that a run ends with what the server had at its end.
    if ((before === undefined || remaining(before) === 0) && remaining(lane) > 0) wantAgain(targets, name);
  }
  return { ...state, lanes, targets };
}

function withQueue(lane: Lane, ids: readonly string[]): Lane {
  const current = lane.ids[lane.at];
  if (current === undefined || lane.phase === 'ready' || lane.phase === 'stuck')
    return { ...lane, ids, at: 0 };
  return { ...lane, ids: [current, ...ids.filter((id) => id > current)], at: 0 };
}

function applyTargets(state: RunState, names: readonly string[]): RunState {
  const targets = new Map(state.targets);
  for (const name of names) if (!targets.has(name)) targets.set(name, { ...FRESH, phase: 'wanted' });
  return { ...state, targets };
}

function applyPushed(
  state: RunState,
  { lane: name, outcome }: { readonly lane: string; readonly outcome: PushOutcome },
  options: Options,
): RunState {
  const lane = state.lanes.get(name);
  if (lane === undefined) return state;
  const put = (next: Lane, rest: Partial<RunState> = {}): RunState => ({
    ...state,
    ...rest,
    lanes: new Map(state.lanes).set(name, next),
  });
  switch (outcome.type) {
    case 'done':
      return put({ ...lane, ...FRESH, phase: 'ready', at: lane.at + 1 }, { failures: 0 });
    case 'refused': {
      if (lane.settles >= options.limits.settlesMax)
        return put({ ...lane, phase: 'stuck', code: outcome.code }, { failures: 0 });
      const targets = new Map(state.targets);
      wantAgain(targets, name);
      return put({ ...lane, ...FRESH, phase: 'refused', code: outcome.code }, { failures: 0, targets });
    }
    case 'set-aside':
      return put({ ...lane, phase: 'stuck', code: outcome.code }, { failures: 0 });
    case 'stop':
      return put({ ...lane, phase: 'ready' }, { stopped: outcome.code });
    case 'retry': {
      if (outcome.scope === 'everything') {
        return put({ ...lane, phase: 'ready' }, paused(state, outcome, options));
      }
      const next = patience(lane, outcome, options);
      return put(
        next === null
          ? { ...lane, phase: 'stuck', code: outcome.code }
          : { ...lane, ...next, phase: 'ready' },
      );
    }
  }
}

function applyPulled(
  state: RunState,
  { target: name, outcome }: { readonly target: string; readonly outcome: PullOutcome },
  options: Options,
): RunState {
  const target = state.targets.get(name);
  if (target === undefined) return state;
  const put = (next: Target, rest: Partial<RunState> = {}): RunState => {
    // To the back: what keeps failing must not keep what comes after it from being pulled.
    const targets = new Map(state.targets);
    targets.delete(name);
    return { ...state, ...rest, targets: targets.set(name, next) };
  };
  switch (outcome.type) {
    case 'done':
      return put({ ...FRESH, phase: 'done' }, { failures: 0 });
    case 'more':
      return put({ ...FRESH, phase: 'wanted' }, { failures: 0 });
    case 'set-aside':
      return put({ ...target, phase: 'stuck', code: outcome.code }, { failures: 0 });
    case 'stop':
      return put({ ...target, phase: 'wanted' }, { stopped: outcome.code });
    case 'retry': {
      if (outcome.scope === 'everything') {
        return put({ ...target, phase: 'wanted' }, paused(state, outcome, options));
      }
      const next = patience(target, outcome, options);
      return put(
        next === null ? { ...target, phase: 'stuck', code: outcome.code } : { ...next, phase: 'wanted' },
      );
    }
  }
}

function applySettled(state: RunState, name: string, ids: readonly string[] | null): RunState {
  const lane = state.lanes.get(name);
  if (lane === undefined) return state;
  const settles = lane.settles + 1;
  const next: Lane =
    ids === null ? { ...lane, settles, phase: 'stuck' } : { ...FRESH, phase: 'ready', ids, at: 0, settles };
  const targets = new Map(state.targets);
  if (remaining(next) > 0) wantAgain(targets, name);
  return { ...state, targets, lanes: new Map(state.lanes).set(name, next) };
}

function paused(state: RunState, failure: Failure, { moment, limits }: Options): Partial<RunState> {
  const late = moment.now < state.notBefore;
  // What was under way when the pause began fails with it: that is the same failure, not one more.
  const failures = late ? state.failures : (failure.progressed ? 0 : state.failures) + 1;
  const pauseMs = backoffMs(failures, moment.fraction, failure.askedMs);
  if (failures >= limits.attemptsMax || pauseMs > limits.pauseMsMax)
    return { failures, stopped: failure.code };
  const until = late ? moment.now + failure.askedMs : moment.now + pauseMs;
  return { failures, notBefore: Math.max(state.notBefore, until) };
}

/** The unit after a failure of its own; `null` when the run has no more patience with it. */
function patience(unit: Patience, failure: Failure, { moment, limits }: Options): Patience | null {
  const attempts = (failure.progressed ? 0 : unit.attempts) + 1;
  const pauseMs = backoffMs(attempts, moment.fraction, failure.askedMs);
  if (attempts >= limits.attemptsMax || pauseMs > limits.pauseMsMax) return null;
  return { attempts, notBefore: moment.now + pauseMs, code: failure.code };
}

function wantAgain(targets: Map<string, Target>, lane: string): void {
  const name = collectionTarget(lane);
  // One that was set aside stays so: no request differs after an integrity failure (R18).
  if (targets.get(name)?.phase === 'done') targets.set(name, { ...FRESH, phase: 'wanted' });
}

function remaining(lane: Lane): number {
  return lane.ids.length - lane.at;
}

interface Eligible {
  readonly notBefore: number;
  readonly action: SyncAction;
}

/** Everything that could start at `now` if there were room, in the order in which it would. */
function* eligible(state: RunState, now: number): Generator<Eligible> {
  const identity = state.lanes.get(IDENTITY_LANE);
  const alone = identity !== undefined && remaining(identity) > 0 && identity.phase !== 'stuck';
  for (const [name, lane] of state.lanes) {
    if (alone && name !== IDENTITY_LANE) continue;
    const id = lane.ids[lane.at];
    if (id === undefined || lane.notBefore > now) continue;
    // The host is never called twice at once about one collection.
    if (state.targets.get(collectionTarget(name))?.phase === 'pulling') continue;
    const { notBefore } = lane;
    if (lane.phase === 'ready') yield { notBefore, action: { type: 'push', lane: name, id } };
    if (lane.phase === 'refused' && !isOpen(state.targets.get(collectionTarget(name)))) {
      yield { notBefore, action: { type: 'settle', lane: name, id, code: lane.code } };
    }
  }
  if (alone) return;
  const busy = new Set<string>();
  for (const [name, lane] of state.lanes) {
    const quiet = remaining(lane) === 0 || lane.phase === 'refused' || lane.phase === 'stuck';
    if (!quiet) busy.add(collectionTarget(name));
  }
  for (const [name, { phase, notBefore }] of state.targets) {
    if (phase === 'wanted' && notBefore <= now && !busy.has(name)) {
      yield { notBefore, action: { type: 'pull', target: name } };
    }
  }
}

function isOpen(target: Target | undefined): boolean {
  return target?.phase === 'wanted' || target?.phase === 'pulling';
}

function decide(
  state: RunState,
  { now }: Moment,
  limits: RunLimits,
): { readonly state: RunState; readonly actions: readonly SyncAction[] } {
  const width = state.failures > 0 ? 1 : limits.widthMax;
  if (state.notBefore > now || state.flying >= width) return { state, actions: [] };
  const actions: SyncAction[] = [];
  const lanes = new Map(state.lanes);
  const targets = new Map(state.targets);
  for (const { action } of eligible(state, now)) {
    if (state.flying + actions.length >= width) break;
    actions.push(action);
    if (action.type === 'pull') mark(targets, action.target, 'pulling');
    else mark(lanes, action.lane, action.type === 'push' ? 'pushing' : 'settling');
  }
  if (actions.length === 0) return { state, actions };
  return { state: { ...state, lanes, targets, flying: state.flying + actions.length }, actions };
}

function mark<Unit extends { readonly phase: string }>(
  units: Map<string, Unit>,
  name: string,
  phase: Unit['phase'],
): void {
  const unit = units.get(name);
  if (unit !== undefined) units.set(name, { ...unit, phase });
}
