/** Keeps a store and a server in step: on demand, and in the background. */
import { Mutex } from 'async-mutex';
import { isVaultError, VaultError } from '../errors.js';
import { backoffMs, randomFraction } from './backoff.js';
import { listenForChanges } from './change-stream.js';
import { RUN_LIMITS } from './machine.js';
import type { Line } from './push.js';
import { type RunOptions, runSync, type SyncProgress, type SyncReport } from './run.js';
import type { Wait } from './wait.js';

/** Between two background runs, whatever the server says. */
const GAP_MS = 1000;
/** Between two background runs when nothing asks for one, without and with an event stream. */
const POLL_MS = 60_000;
const LISTENING_POLL_MS = 15 * 60_000;
/** Runs in a row for one call: what follows from a run is sent at once, and what follows from that. */
const ROUNDS_MAX = 3;
/** An event stream that lasted this long was a good one. */
const LASTING_MS = 60_000;

/**
 * Where this store stands: nothing left to do, at work, something left to do or set aside, or no answer from the
 * server.
 */
export type SyncStatus = 'synced' | 'syncing' | 'pending' | 'offline';

/** What `createSync` needs. It sees sealed bytes and signatures only; `signer` signs requests and shows no key. */
export interface SyncOptions extends Line {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Random bytes, for jitter. */
  readonly random: (length: number) => Uint8Array;
  readonly wait: Wait;
  /** Told about every error of a background run; those of `sync()` are thrown. */
  readonly onError?: (error: unknown) => void;
}

/** Options of one call of `sync`. */
export interface SyncCall {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** A store that can be brought in step with its server. */
export interface Sync {
  /**
   * Pushes and pulls until nothing is left to do.
   *
   * Runs never overlap: a second call waits, then runs. Throws `usage/aborted`, `usage/closed`, the `sync/*` error that
   * stopped everything, and what the store or the host threw. What failed alone is in the report.
   */
  sync(call?: SyncCall): Promise<SyncReport>;
  /** Syncs in the background from now on: when told, on the server's events, and regularly. */
  start(): void;
  /** Tells that something was queued, or that the network is back. Call it after the commit. */
  notify(): void;
  readonly state: SyncStatus;
  /** Calls back at every change of `state`; returns the function that ends it. */
  onState(listener: (status: SyncStatus) => void): () => void;
  /** Stops what is running, waits until it has stopped. What is queued stays queued. */
  close(): Promise<void>;
}

/** Creates the sync of one store with one server. Does nothing until `sync` or `start` is called. */
export function createSync(options: SyncOptions): Sync {
  const { now, random, wait, onError } = options;
  const closing = new AbortController();
  const mutex = new Mutex();
  const listeners = new Set<(status: SyncStatus) => void>();
  let status: SyncStatus = 'pending';
  let background: Promise<unknown> | null = null;
  let listening = false;
  let kick = new AbortController();
  /** What the next background run pulls; `null` is everything. */
  let wanted: Set<string> | null = null;

  const setStatus = (next: SyncStatus): void => {
    if (next === status) return;
    status = next;
    for (const listener of listeners) listener(next);
  };

  const run = async (call: SyncCall, only: ReadonlySet<string> | null): Promise<SyncReport> => {
    const signal =
      call.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, call.signal]);
    const release = await acquire(mutex, signal);
    try {
      if (signal.aborted) throw new VaultError('usage/aborted');
      setStatus('syncing');
      const onProgress = call.onProgress ?? (() => {});
      const settings = { limits: RUN_LIMITS, now, random, wait, signal, only, onProgress };
      const report = await runToTheEnd(options, settings);
      setStatus(report.pending > 0 || report.failed.length > 0 ? 'pending' : 'synced');
      return report;
    } catch (error) {
      setStatus(isUnreachable(error) ? 'offline' : 'pending');
      if (closing.signal.aborted && isVaultError(error, 'usage/aborted'))
        throw new VaultError('usage/closed');
      throw error;
    } finally {
      release();
    }
  };

  const ask = (targets: readonly string[] | null): void => {
    if (targets === null) wanted = null;
    else for (const target of targets) wanted?.add(target);
    kick.abort();
  };

  const keepSyncing = async (): Promise<void> => {
    for (let failures = 0; !closing.signal.aborted; ) {
      const only = wanted;
      wanted = new Set();
      kick = new AbortController();
      let askedMs = 0;
      try {
        const { failed } = await run({}, only);
        // An integrity failure is not retried sooner than anything is pulled: the server sees no difference (R18).
        failures = failed.some(({ code }) => code.startsWith('sync/')) ? failures + 1 : 0;
      } catch (error) {
        if (closing.signal.aborted) return;
        failures += 1;
        if (isVaultError(error)) askedMs = Number(error.details.retryAfterMs ?? 0);
        onError?.(error);
      }
      const pauseMs = failures > 0 ? backoffMs(failures, randomFraction(random), askedMs) : pollMs();
      await wait(GAP_MS, closing.signal);
      if (pauseMs > GAP_MS) await wait(pauseMs - GAP_MS, AbortSignal.any([kick.signal, closing.signal]));
      // Only a kick that named its targets leaves the others alone.
      if (failures > 0 || !kick.signal.aborted) wanted = null;
    }
  };

  const pollMs = (): number => (listening ? LISTENING_POLL_MS : POLL_MS);

  const keepListening = async (): Promise<void> => {
    const { transport, signer } = options;
    const { signal } = closing;
    if (transport.listen === undefined) return;
    for (let failures = 0; !signal.aborted; failures += 1) {
      let openedAt = Infinity;
      const onOpen = () => {
        listening = true;
        openedAt = now();
        ask(null);
      };
      try {
        await listenForChanges({ transport, signer, signal, onOpen, onChange: ask });
      } catch {
        // Polling goes on without events, and reports what is wrong with the server.
      }
      listening = false;
      // A stream that ends at once, each time, is a failure too.
      if (now() - openedAt >= LASTING_MS) failures = 0;
      await wait(Math.max(GAP_MS, backoffMs(failures + 1, randomFraction(random))), signal);
    }
  };

  return {
    sync: async (call = {}) => {
      if (closing.signal.aborted) throw new VaultError('usage/closed');
      return run(call, null);
    },
    start: () => {
      if (closing.signal.aborted) throw new VaultError('usage/closed');
      background ??= Promise.all([keepSyncing(), keepListening()]);
    },
    notify: () => {
      if (status === 'synced') setStatus('pending');
      ask([]);
    },
    get state() {
      return status;
    },
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closing.abort();
      await background;
      await mutex.waitForUnlock();
    },
  };
}

/** A run, and those for what follows from it: `ROUNDS_MAX` at most, so that what follows from that waits. */
async function runToTheEnd(line: Line, settings: RunOptions): Promise<SyncReport> {
  let [pushed, pulled] = [0, 0];
  for (let round = 1; ; round += 1) {
    const ran = await runSync(line, settings);
    pushed += ran.pushed;
    pulled += ran.pulled;
    const { report, again } = await line.host.afterRun(ran);
    if (!again || round === ROUNDS_MAX) return { ...report, pushed, pulled };
  }
}

async function acquire(mutex: Mutex, signal: AbortSignal): Promise<() => void> {
  const acquired = mutex.acquire();
  let turnAway = (): void => {};
  const aborted = new Promise<null>((resolve) => {
    turnAway = () => resolve(null);
    signal.addEventListener('abort', turnAway, { once: true });
    if (signal.aborted) turnAway();
  });
  const release = await Promise.race([acquired, aborted]);
  signal.removeEventListener('abort', turnAway);
  if (release !== null) return release;
  void acquired.then((late) => late());
  throw new VaultError('usage/aborted');
}

function isUnreachable(error: unknown): boolean {
  return isVaultError(error) && /^sync\/(offline|timeout|server-error|bad-answer)$/.test(error.code);
}
