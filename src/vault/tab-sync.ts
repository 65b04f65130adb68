/**
 * One sync for all tabs that have a store open.
 *
 * The tab that leads runs it; the others ask it to, and run it themselves once it is gone or does not answer. Who leads
 * is a matter of work, not of safety: what is written is fenced (see `fence.ts`).
 */
import { isVaultError, VaultError } from '../errors.js';
import { bytesToHex } from '../formats/id.js';
import type { SyncReport } from '../sync/run.js';
import type { Sync, SyncCall, SyncStatus } from '../sync/runner.js';
import { Leadership } from '../tabs/leadership.js';
import { type Notice, type Notices, openNotices } from '../tabs/notices.js';
import { AskedRuns } from './asked-runs.js';

/** A leader that says nothing for so long is taken for frozen. */
const PATIENCE_MS = 10_000;
/** How often the others look whether the leader still answers. */
const ASK_MS = 30_000;

/** What the sync of a store needs, of this tab. */
export interface TabSyncOptions {
  /** The name of the store among the tabs of this origin; null when this tab is alone with it. */
  readonly scope: string | null;
  readonly random: (length: number) => Uint8Array;
  /** A runner for a term of office. */
  createRunner(): Sync;
  /** Takes in what other tabs wrote. */
  catchUp(): Promise<void>;
  /** Another tab asks everyone to lock. */
  onLock(): void;
  readonly patienceMs?: number;
}

/** Sync as a tab sees it. */
export interface TabSync extends Sync {
  /** Whether this tab is the one that syncs. */
  readonly leads: boolean;
  /** Tells the other tabs that the store was written to, and sync that there is something to send. */
  wrote(queued: boolean): void;
  /** Asks every other tab to lock. */
  lockOthers(): void;
}

/** Joins the tabs of a store. Resolves when it is known whether this tab leads. */
export async function openTabSync(options: TabSyncOptions): Promise<TabSync> {
  const { scope } = options;
  const group = new TabGroup(options);
  if (scope !== null) await group.join(scope);
  group.beginAlone();
  return group;
}

class TabGroup implements TabSync {
  readonly #options: TabSyncOptions;
  readonly #listeners = new Set<(status: SyncStatus) => void>();
  /** Calls of other tabs that run here, and calls of this tab that run elsewhere. */
  readonly #asked: AskedRuns;
  #notices: Notices | null = null;
  #leadership: Leadership | null = null;
  #runner: Sync | null = null;
  #runnerEnds: Promise<unknown> = Promise.resolve();
  #status: SyncStatus = 'pending';
  #wantsStart = false;
  #catching = false;
  #heardAt = 0;
  #watch: ReturnType<typeof setInterval> | null = null;
  #closed = false;

  constructor(options: TabSyncOptions) {
    this.#options = options;
    this.#asked = new AskedRuns({
      post: (notice) => this.#notices?.post(notice),
      name: () => bytesToHex(options.random(16)),
      patienceMs: options.patienceMs ?? PATIENCE_MS,
      onSilence: () => void this.#leadership?.steal(),
    });
  }

  async join(scope: string): Promise<void> {
    this.#notices = openNotices(scope, (notice) => this.#hear(notice));
    // Without a channel nobody could ask the leader: then everyone syncs.
    if (this.#notices === null) return;
    this.#leadership = await Leadership.open(scope, {
      onTake: () => this.#take(),
      onLose: () => this.#lose(),
    });
    if (this.#leadership !== null && !this.#leadership.leads)
      this.#notices.post({ type: 'ask', start: false });
  }

  /** Where tabs cannot agree on a leader, each is its own. */
  beginAlone(): void {
    if (this.#leadership === null) this.#begin();
  }

  get leads(): boolean {
    return this.#runner !== null;
  }

  get state(): SyncStatus {
    return this.#runner?.state ?? this.#status;
  }

  async sync(call: SyncCall = {}): Promise<SyncReport> {
    if (this.#closed) throw new VaultError('usage/closed');
    if (this.#runner !== null) {
      try {
        return await this.#runner.sync(call);
      } catch (error) {
        // Robbed of the lock in the middle: whoever leads now goes on with it.
        if (this.#closed || this.#runner !== null || !isVaultError(error, 'usage/closed')) throw error;
      }
    }
    const report = await this.#asked.ask(call, (again) => this.#runner?.sync(again) ?? null);
    await this.#options.catchUp();
    return report;
  }

  start(): void {
    if (this.#closed) throw new VaultError('usage/closed');
    this.#wantsStart = true;
    this.#runner?.start();
    if (this.#runner === null) this.#askLeader();
    if (this.#leadership !== null) this.#watch ??= setInterval(() => this.#askLeader(), ASK_MS);
  }

  notify(): void {
    this.wrote(true);
  }

  wrote(queued: boolean): void {
    this.#notices?.post({ type: 'changed', queued });
    if (!queued) return;
    if (this.#runner !== null) this.#runner.notify();
    else if (this.#status === 'synced') this.#setStatus('pending');
  }

  lockOthers(): void {
    this.#notices?.post({ type: 'lock' });
  }

  onState(listener: (status: SyncStatus) => void): () => void {
    const own = (status: SyncStatus) => listener(status);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#asked.close();
    // The runner first: the next leader finds nothing half done.
    await this.#runner?.close();
    await this.#leadership?.close();
    await this.#runnerEnds;
    this.#notices?.close();
  }

  #begin(): void {
    const runner = this.#options.createRunner();
    this.#runner = runner;
    runner.onState((status) => this.#setStatus(status));
    if (this.#wantsStart) runner.start();
  }

  #take(): void {
    if (this.#closed) return;
    this.#begin();
    this.#notices?.post({ type: 'leader' });
    this.#asked.runHere();
  }

  #lose(): void {
    const runner = this.#runner;
    this.#runner = null;
    this.#asked.cancelOthers();
    this.#runnerEnds = runner?.close() ?? Promise.resolve();
  }

  #setStatus(status: SyncStatus): void {
    if (this.#runner !== null) this.#notices?.post({ type: 'status', status });
    if (status === this.#status) return;
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status);
  }

  /** Asks the leader for a sign; one that gives none is replaced. */
  #askLeader(): void {
    if (this.#runner !== null || this.#notices === null || this.#closed) return;
    const asked = performance.now();
    this.#notices.post({ type: 'ask', start: this.#wantsStart });
    setTimeout(() => {
      if (this.#runner === null && !this.#closed && this.#heardAt < asked) void this.#leadership?.steal();
    }, this.#options.patienceMs ?? PATIENCE_MS);
  }

  #hear(notice: Notice): void {
    if (this.#closed) return;
    switch (notice.type) {
      case 'changed':
        this.#takeIn();
        if (notice.queued) this.#runner?.notify();
        return;
      case 'leader':
        this.#heardAt = performance.now();
        if (this.#wantsStart) this.#notices?.post({ type: 'ask', start: true });
        this.#asked.askAgain();
        return;
      case 'ask':
        if (this.#runner === null) return;
        if (notice.start) this.#runner.start();
        this.#notices?.post({ type: 'status', status: this.#runner.state });
        return;
      case 'status':
        this.#heardAt = performance.now();
        if (this.#runner === null) this.#setStatus(notice.status);
        return;
      case 'lock':
        this.#options.onLock();
        return;
      default:
        this.#heardAt = performance.now();
        this.#asked.hear(notice, this.#runner);
    }
  }

  /** What others wrote is shown soon; several notices at once are one look. */
  #takeIn(): void {
    if (this.#catching) return;
    this.#catching = true;
    queueMicrotask(() => {
      this.#catching = false;
      if (!this.#closed) this.#options.catchUp().catch(() => {}); // the next transaction meets the same error, and says so
    });
  }
}
