/** One sync run: carries out what the machine decides, and waits. */
import { isVaultError, VaultError } from '../errors.js';
import { randomFraction } from './backoff.js';
import type { BlobProgress } from './blobs.js';
import {
  INITIAL_STATE,
  isFinished,
  nextMoment,
  type PullOutcome,
  type PushOutcome,
  pendingOf,
  type RunLimits,
  type RunState,
  type SyncAction,
  type SyncEvent,
  step,
  stuckOf,
} from './machine.js';
import type { QueuedInfo } from './outbox.js';
import { pullPage, targetsOf } from './pull.js';
import { type Line, pushEntry } from './push.js';
import type { Wait } from './wait.js';

/** A target may fill this many pages in one run; what is left waits for the next. */
const PAGES_MAX = 4096;

/** How far a run is: entries pushed, ops and items pulled (`total` as far as known), or bytes of one blob. */
export interface SyncProgress {
  readonly phase: 'push' | 'pull' | 'blob';
  readonly done: number;
  readonly total: number;
}

/** What came of a run. */
export interface SyncReport {
  /** Entries the server has answered. */
  readonly pushed: number;
  /** Ops and items handed to the host. */
  readonly pulled: number;
  /** Entries still queued. */
  readonly pending: number;
  /** Lanes and targets set aside, with the code of the error, or the server's code for a refusal. */
  readonly failed: readonly { readonly lane: string; readonly code: string }[];
}

/** What a run needs beside the line. */
export interface RunOptions {
  readonly limits: RunLimits;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly wait: Wait;
  readonly signal: AbortSignal;
  /** Only these targets, and those that appear during the run; `null` is all. */
  readonly only: ReadonlySet<string> | null;
  readonly onProgress: (progress: SyncProgress) => void;
}

/**
 * Pushes and pulls until nothing is left to do, everything under way has ended, and the outbox holds nothing new.
 *
 * Throws `usage/aborted`, the `sync/*` error that stopped everything, or what the host or the store threw.
 */
export async function runSync(line: Line, options: RunOptions): Promise<SyncReport> {
  const { outbox, host } = line;
  const { limits, now, random, wait, only, onProgress } = options;
  const cancelled = new AbortController();
  const signal = AbortSignal.any([options.signal, cancelled.signal]);
  const arrived: SyncEvent[] = [];
  const pages = new Map<string, number>();
  const ahead = new Map<string, number>();
  const skipped = new Set(only === null ? [] : targetsOf(host).filter((target) => !only.has(target)));
  let state: RunState = INITIAL_STATE;
  let bell = new AbortController();
  let pushed = 0;
  let pulled = 0;
  let lastError: VaultError | null = null;
  let fatal: { readonly error: unknown } | null = null;

  const arrive = (event: SyncEvent): void => {
    arrived.push(event);
    bell.abort();
  };

  const dispatch = (event: SyncEvent): void => {
    const moment = { now: now(), fraction: randomFraction(random) };
    const next = step(state, event, { moment, limits });
    state = next.state;
    for (const action of next.actions) void perform(action).then(arrive);
  };

  const look = async (): Promise<void> => {
    dispatch({ type: 'queued', lanes: byLane(await outbox.list()) });
    dispatch({ type: 'targets', targets: targetsOf(host).filter((target) => !skipped.has(target)) });
  };

  /** What an error means for the run; those that are nobody's answer end it as they are. */
  const judge = (error: unknown, progressed: boolean): Exclude<PullOutcome, { type: 'done' | 'more' }> => {
    if (isVaultError(error)) {
      const outcome = outcomeOf(error, progressed);
      if (outcome !== null) {
        lastError = error;
        return outcome;
      }
    }
    fatal ??= { error };
    cancelled.abort();
    return { type: 'stop', code: 'usage/aborted' };
  };

  const push = async (id: string): Promise<PushOutcome> => {
    let firstDone: number | null = null;
    let progressed = false;
    const onBlob = ({ done, total }: BlobProgress): void => {
      firstDone ??= done;
      progressed = done > firstDone;
      onProgress({ phase: 'blob', done, total });
    };
    try {
      const queued = await outbox.read(id);
      if (queued !== null) await pushEntry(line, queued, { signal, onBlob });
      pushed += 1;
      return { type: 'done' };
    } catch (error) {
      if (isVaultError(error, 'sync/refused')) return { type: 'refused', code: String(error.details.code) };
      return judge(error, progressed);
    }
  };

  const pull = async (target: string): Promise<PullOutcome> => {
    const page = (pages.get(target) ?? 0) + 1;
    pages.set(target, page);
    try {
      if (page > PAGES_MAX) throw new VaultError('sync/bad-answer', { why: 'pages' });
      const { count, more, left } = await pullPage(line, target, signal);
      pulled += count;
      ahead.set(target, left);
      return { type: more ? 'more' : 'done' };
    } catch (error) {
      if (isVaultError(error, 'sync/refused')) return { type: 'set-aside', code: String(error.details.code) };
      return judge(error, false);
    }
  };

  const settle = async (lane: string, id: string, code: string): Promise<readonly string[] | null> => {
    try {
      const queued = await outbox.read(id);
      const mended = queued === null || (await host.refused(queued, code));
      return mended ? (await outbox.list(lane)).map((info) => info.id) : null;
    } catch (error) {
      judge(error, false);
      return null;
    }
  };

  const perform = async (action: SyncAction): Promise<SyncEvent> => {
    if (action.type === 'push') return { type: 'pushed', lane: action.lane, outcome: await push(action.id) };
    if (action.type === 'pull') {
      return { type: 'pulled', target: action.target, outcome: await pull(action.target) };
    }
    const { lane, id, code } = action;
    return { type: 'settled', lane, ids: await settle(lane, id, code) };
  };

  const over = (): boolean => state.flying === 0 && (signal.aborted || isFinished(state));

  await look();
  for (;;) {
    if (over()) {
      if (signal.aborted || state.stopped !== null) break;
      await look();
      if (over()) break;
    }
    const due = nextMoment(state, now());
    bell = new AbortController();
    if (arrived.length === 0) await rest(due - now(), bell.signal);
    for (const event of arrived.splice(0)) {
      dispatch(event);
      if (event.type === 'pushed') {
        onProgress({ phase: 'push', done: pushed, total: pushed + pendingOf(state) });
        continue;
      }
      dispatch({ type: 'targets', targets: targetsOf(host).filter((target) => !skipped.has(target)) });
      const left = [...ahead.values()].reduce((sum, count) => sum + count, 0);
      if (event.type === 'pulled') onProgress({ phase: 'pull', done: pulled, total: pulled + left });
    }
    dispatch({ type: 'tick' });
  }
  return end();

  /** Until something arrives, the run is called off, or a pause ends. */
  async function rest(ms: number, rung: AbortSignal): Promise<void> {
    // An aborted run still waits for what is under way to end, and for nothing else.
    const called = signal.aborted ? rung : AbortSignal.any([rung, signal]);
    if (ms !== Infinity && !signal.aborted) return wait(ms, called);
    if (called.aborted) return;
    await new Promise<void>((resolve) => called.addEventListener('abort', () => resolve(), { once: true }));
  }

  function end(): SyncReport {
    if (fatal !== null) throw fatal.error;
    if (options.signal.aborted) throw new VaultError('usage/aborted');
    if (state.stopped !== null) throw lastError ?? new VaultError('sync/offline');
    return { pushed, pulled, pending: pendingOf(state), failed: stuckOf(state) };
  }
}

function byLane(queued: readonly QueuedInfo[]): Map<string, string[]> {
  const lanes = new Map<string, string[]>();
  for (const { lane, id } of queued) {
    const ids = lanes.get(lane);
    if (ids === undefined) lanes.set(lane, [id]);
    else ids.push(id);
  }
  return lanes;
}

/** What an error of the server's side or of its data means; `null` when it is neither. */
function outcomeOf(
  error: VaultError,
  progressed: boolean,
): Exclude<PullOutcome, { type: 'done' | 'more' }> | null {
  const { code, details } = error;
  const askedMs = typeof details.retryAfterMs === 'number' ? details.retryAfterMs : 0;
  switch (code) {
    case 'sync/offline':
    case 'sync/rate-limited':
      return { type: 'retry', scope: 'everything', code, askedMs, progressed };
    case 'sync/timeout':
    case 'sync/bad-answer':
    case 'sync/server-error': {
      const scope = details.status === 503 ? 'everything' : 'one';
      return { type: 'retry', scope, code, askedMs, progressed };
    }
    case 'sync/clock':
      return { type: 'stop', code };
    case 'sync/quota':
      return { type: 'set-aside', code };
    default:
      if (code === 'access/locked') return null;
      return /^(integrity|format|share|access)\//.test(code) ? { type: 'set-aside', code } : null;
  }
}
