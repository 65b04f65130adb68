import { VaultError } from '../errors.js';

/** How a long reading goes on, and how it is stopped. */
export interface ReadWork {
  readonly signal?: AbortSignal | undefined;
  /** In bytes of the file. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

const SPENT_MAX = 100_000;

/** Lets the thread do other things between two slices of work, and stops it when that is wished. @internal */
export class Pace {
  readonly #work: ReadWork;
  #spent = 0;

  constructor(work: ReadWork = {}) {
    this.#work = work;
  }

  /** Throws `usage/aborted`. */
  check(): void {
    if (this.#work.signal?.aborted === true) throw new VaultError('usage/aborted');
  }

  /** Rests once so much work was done: about as much as a hundred thousand letters. Throws `usage/aborted`. */
  async spend(work: number): Promise<void> {
    this.#spent += work;
    if (this.#spent < SPENT_MAX) return;
    this.#spent = 0;
    await this.rest();
  }

  /** Tells how far it is, and lets others in. Throws `usage/aborted`. */
  async rest(done?: number, total?: number): Promise<void> {
    this.check();
    if (done !== undefined && total !== undefined) this.#work.onProgress?.({ done, total });
    // A message and not a timer: timers of a tab in the background fire once a second.
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
    this.check();
  }
}
