import { isVaultError, VaultError } from '../errors.js';
import type { Live } from '../live/live.js';

/** What a live value is at one moment; the same object until it changes. */
export interface Shown<T> {
  readonly data: T | undefined;
  readonly error: VaultError | null;
  readonly pending: boolean;
}

/** How long a value that a render waited for is kept for it, should React take its time to render again. */
const KEPT_MS = 10_000;

/** Nothing yet. */
export const PENDING: Shown<never> = { data: undefined, error: null, pending: true };

/** What components share of one live value: one snapshot of all that it tells, and one promise to wait on. */
export class LiveCell<T> {
  readonly #live: Live<T>;
  #shown: Shown<T> = PENDING;
  #ended = false;
  #waiting: Promise<void> | null = null;

  constructor(live: Live<T>) {
    this.#live = live;
  }

  /** The value now. Throws what is no `VaultError`: that is a mistake in a program, for the error boundary. */
  readonly getSnapshot = (): Shown<T> => {
    if (this.#ended) return this.#shown;
    const error = this.#live.getError();
    if (error !== null && !isVaultError(error)) throw error;
    const data = this.#live.getSnapshot();
    const { data: dataBefore, error: errorBefore } = this.#shown;
    if (!Object.is(data, dataBefore) || error !== errorBefore)
      this.#shown = data === undefined && error === null ? PENDING : { data, error, pending: false };
    return this.#shown;
  };

  /** Hears of changes, and of the end. */
  readonly subscribe = (onChange: () => void): (() => void) =>
    this.#live.subscribe({
      next: onChange,
      error: onChange,
      complete: () => {
        this.#end();
        onChange();
      },
    });

  /**
   * Resolves once there is something to show; the same promise for everyone who waits.
   *
   * The subscription, and with it the live value, outlasts the promise by a while: React renders again when it sees fit,
   * and must find what it waited for.
   */
  wait(): Promise<void> {
    this.#waiting ??= new Promise((resolve) => {
      let settled = false;
      let stop = () => {};
      const check = () => {
        if (settled || this.#isPending()) return;
        settled = true;
        resolve();
        setTimeout(() => {
          this.#waiting = null;
          stop();
        }, KEPT_MS);
      };
      stop = this.subscribe(check);
    });
    return this.#waiting;
  }

  #end(): void {
    this.#ended = true;
    this.#shown = { data: undefined, error: new VaultError('access/locked'), pending: false };
  }

  #isPending(): boolean {
    return !this.#ended && this.#live.getSnapshot() === undefined && this.#live.getError() === null;
  }
}

const cells = new WeakMap<Live<unknown>, LiveCell<unknown>>();

/** The cell of a live value: one for as long as anyone holds the value. */
export function cellOf<T>(live: Live<T>): LiveCell<T> {
  const known = cells.get(live);
  if (known !== undefined) return known as LiveCell<T>;
  const cell = new LiveCell(live);
  cells.set(live, cell as LiveCell<unknown>);
  return cell;
}
