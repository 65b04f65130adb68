import type { Live, Unsubscribe } from '../../live/live.js';
import type { Patch } from '../contract.js';
import { diffLists, pagesOf } from '../list-patch.js';
import { isSameData, type Packed } from '../packing.js';
import { packError } from '../packed-error.js';

/** How values reach the page. */
export interface LiveFeedOptions {
  readonly send: (patch: Patch) => Promise<unknown>;
  readonly pack: (value: unknown) => Packed;
  /** At most so many new elements of a list are sent at once. */
  readonly elementsMax: number;
}

/** Sends a live value to the page: one change at a time, and of those that come meanwhile the last. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #unsubscribe: Unsubscribe;
  #next: { readonly value: unknown } | { readonly error: unknown } | null = null;
  /** What the page has. */
  #sent: { readonly value: unknown } | null = null;
  #isSending = false;
  #isStopped = false;
  #isEnding = false;

  constructor(live: Live<unknown>, options: LiveFeedOptions) {
    this.#options = options;
    this.#unsubscribe = live.subscribe({
      next: (value) => this.#take({ value }),
      error: (error) => this.#take({ error }),
      complete: () => {
        this.#isEnding = true;
        this.#take(null);
      },
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#unsubscribe();
  }

  #take(next: { readonly value: unknown } | { readonly error: unknown } | null): void {
    this.#next = next;
    if (!this.#isSending) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isSending = true;
    // A round later, so that what changes at once is one change.
    await Promise.resolve();
    while (!this.#isStopped && this.#next !== null) {
      const next = this.#next;
      this.#next = null;
      for (const patch of this.#patchesFor(next)) {
        if (this.#isStopped) break;
        await this.#options.send(patch);
      }
    }
    if (this.#isEnding && !this.#isStopped) await this.#options.send({ kind: 'end' });
    this.#isSending = false;
  }

  #patchesFor(next: { readonly value: unknown } | { readonly error: unknown }): Patch[] {
    try {
      if ('error' in next) throw next.error;
      const patches = this.#changes(next.value);
      this.#sent = next;
      return patches;
    } catch (error) {
      this.#sent = null;
      return [{ kind: 'error', error: packError(error) }];
    }
  }

  #changes(value: unknown): Patch[] {
    const before = this.#sent?.value;
    if (!Array.isArray(value)) {
      if (this.#sent !== null && isSameData(before, value)) return [];
      return [{ kind: 'value', value: this.#options.pack(value) }];
    }
    const fresh = !Array.isArray(before);
    const runs = diffLists(fresh ? [] : before, value, isSameData) ?? (fresh ? [] : null);
    if (runs === null) return [];
    const pages = pagesOf(runs, this.#options.elementsMax);
    return pages.map((page, i) => ({
      kind: 'list',
      runs: this.#options.pack(page),
      fresh,
      more: i < pages.length - 1,
    }));
  }
}
