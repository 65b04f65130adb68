import type { Live } from './live.js';

/** Gives the same live value for the same key as long as anyone holds it: renders that start over find it again. */
export class LiveCache {
  readonly #entries = new Map<string, WeakRef<Live<unknown>>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (this.#entries.get(key)?.deref() === undefined) this.#entries.delete(key);
  });

  /** The live value of a key, made when there is none. */
  get<T>(key: string, make: () => Live<T>): Live<T> {
    const known = this.#entries.get(key)?.deref();
    if (known !== undefined) return known as Live<T>;
    const live = make();
    this.#entries.set(key, new WeakRef(live));
    this.#gone.register(live, key);
    return live;
  }
}
