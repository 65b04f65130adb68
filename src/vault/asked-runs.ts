import { isVaultError, VaultError, type VaultErrorCode } from '../errors.js';
import type { SyncReport } from '../sync/run.js';
import type { Sync, SyncCall } from '../sync/runner.js';
import type { Notice } from '../tabs/notices.js';

/** A notice about one call. */
type CallNotice = Extract<Notice, { readonly call: string }>;

/** A call of this tab that the leader runs. */
interface Waiting {
  readonly call: SyncCall;
  settle(outcome: Promise<SyncReport>): void;
  heard(): void;
}

/** What asking other tabs to sync needs. */
export interface AskedRunsOptions {
  post(notice: Notice): void;
  /** A new random name for a call. */
  name(): string;
  readonly patienceMs: number;
  /** The leader said nothing for that long. */
  onSilence(): void;
}

/** Calls of `sync` that one tab makes and another runs. */
export class AskedRuns {
  readonly #options: AskedRunsOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #running = new Map<string, AbortController>();
  #runHere: ((call: SyncCall) => Promise<SyncReport> | null) | null = null;

  constructor(options: AskedRunsOptions) {
    this.#options = options;
  }

  /** Has the leader run a call; `here` runs it in this tab should it come to lead. */
  ask(call: SyncCall, here: (call: SyncCall) => Promise<SyncReport> | null): Promise<SyncReport> {
    this.#runHere = here;
    const { signal } = call;
    if (signal?.aborted) return Promise.reject(new VaultError('usage/aborted'));
    const name = this.#options.name();
    return new Promise<SyncReport>((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const cancel = () => {
        this.#options.post({ type: 'cancel', call: name });
        settle(Promise.reject(new VaultError('usage/aborted')));
      };
      const settle = (outcome: Promise<SyncReport>) => {
        clearTimeout(timer);
        this.#waiting.delete(name);
        signal?.removeEventListener('abort', cancel);
        outcome.then(resolve, reject);
      };
      const heard = () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.#options.onSilence(), this.#options.patienceMs);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#waiting.set(name, { call, settle, heard });
      heard();
      this.#options.post({ type: 'sync', call: name });
      // It may have come to lead just now.
      this.runHere();
    });
  }

  /** Another tab leads now: what was asked of the former is asked again. */
  askAgain(): void {
    for (const [call, { heard }] of this.#waiting) {
      heard();
      this.#options.post({ type: 'sync', call });
    }
  }

  /** This tab leads now: what it had asked for, it runs itself. */
  runHere(): void {
    for (const { call, settle } of [...this.#waiting.values()]) {
      const run = this.#runHere?.(call) ?? null;
      if (run !== null) settle(run);
    }
  }

  /** This tab leads no more: whoever asked asks the next. */
  cancelOthers(): void {
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
  }

  close(): void {
    this.cancelOthers();
    for (const { settle } of [...this.#waiting.values()])
      settle(Promise.reject(new VaultError('usage/closed')));
  }

  /** Takes a notice about a call: to run it, if this tab leads, or about how one of its own goes. */
  hear(notice: CallNotice, runner: Sync | null): void {
    const waiting = this.#waiting.get(notice.call);
    switch (notice.type) {
      case 'sync':
        if (runner !== null) void this.#run(notice.call, runner);
        return;
      case 'cancel':
        this.#running.get(notice.call)?.abort();
        return;
      case 'heard':
        waiting?.heard();
        return;
      case 'progress':
        waiting?.heard();
        waiting?.call.onProgress?.(notice.progress);
        return;
      case 'done':
        waiting?.settle(Promise.resolve(notice.report));
        return;
      case 'failed':
        waiting?.settle(Promise.reject(errorOf(notice.code, notice.retryAfterMs)));
    }
  }

  async #run(call: string, runner: Sync): Promise<void> {
    const { post, patienceMs } = this.#options;
    post({ type: 'heard', call });
    if (this.#running.has(call)) return;
    const controller = new AbortController();
    this.#running.set(call, controller);
    const pulse = setInterval(() => post({ type: 'heard', call }), patienceMs / 4);
    try {
      const { signal } = controller;
      const report = await runner.sync({
        signal,
        onProgress: (progress) => post({ type: 'progress', call, progress }),
      });
      post({ type: 'done', call, report });
    } catch (error) {
      // Cancelled, or no longer the leader: whoever asked knows, or asks the next.
      const isOver = controller.signal.aborted || isVaultError(error, 'usage/closed');
      if (!isOver) post({ type: 'failed', call, ...saidOf(error) });
    } finally {
      clearInterval(pulse);
      this.#running.delete(call);
    }
  }
}

/** What other tabs may hear of an error: its code and when to try again. */
function saidOf(error: unknown): { readonly code: string; readonly retryAfterMs: number } {
  if (!isVaultError(error)) return { code: 'store/unavailable', retryAfterMs: 0 };
  const { retryAfterMs } = error.details;
  return { code: error.code, retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 0 };
}

function errorOf(code: string, retryAfterMs: number): VaultError {
  return new VaultError(code as VaultErrorCode, retryAfterMs > 0 ? { retryAfterMs } : {});
}
