import { eachInTurn } from './live.js';

/** Between two rounds of notices: a burst of changes is told as one. */
const GAP_MS = 16;

/**
 * Tells that something changed, not what: whoever listens looks at versions, which is cheap.
 *
 * The first notice goes out at once, those that follow closely together.
 */
export class Changes {
  readonly #listeners = new Set<(notice?: 'end') => void>();
  #scheduled = false;
  #quietUntil = 0;
  #ended = false;

  /** Calls back after changes; returns the function that ends it. */
  readonly watch = (listener: (notice?: 'end') => void): (() => void) => {
    const own = (notice?: 'end') => listener(notice);
    if (this.#ended) queueMicrotask(() => own('end'));
    else this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  };

  /** Something changed. */
  notify(): void {
    if (this.#scheduled || this.#ended || this.#listeners.size === 0) return;
    this.#scheduled = true;
    const pauseMs = this.#quietUntil - performance.now();
    if (pauseMs <= 0) queueMicrotask(() => this.#tell());
    else setTimeout(() => this.#tell(), pauseMs);
  }

  /** Nothing will change any more. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const told = [...this.#listeners];
    this.#listeners.clear();
    eachInTurn(told, (listener) => listener('end'));
  }

  #tell(): void {
    this.#scheduled = false;
    if (this.#ended) return;
    this.#quietUntil = performance.now() + GAP_MS;
    eachInTurn([...this.#listeners], (listener) => {
      if (this.#listeners.has(listener)) listener();
    });
  }
}
