import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { isVaultError, type VaultError } from '../errors.js';
import type { Progress } from '../index.js';
import { useExplain } from './use-explain.js';

/** What an action may pass on to the call it makes: `documents.add(file, metadata, work)`. */
export interface Work {
  /** Aborted by `abort()`, by a later run with `overlap: 'latest'`, and on unmount with `abortOnUnmount`. */
  readonly signal: AbortSignal;
  /** Shows how far the work is, in `progress`. */
  readonly onProgress: (progress: Progress) => void;
}

/** How an action behaves. */
export interface ActionOptions {
  /**
   * What a run does while another one is going: `all` run side by side (the default), the `latest` aborts those before
   * it, or the `first` is the only one and later calls do nothing.
   */
  readonly overlap?: 'all' | 'latest' | 'first';
  /** True aborts what is running when the component goes; otherwise it is finished without it. */
  readonly abortOnUnmount?: boolean;
}

/** A verb with its state. */
export interface Action<V, T> {
  /** Does it. Never rejects: resolves with what came of it, or `undefined` when it failed, was aborted or not begun. */
  readonly run: (value: V) => Promise<T | undefined>;
  /** Whether it is going on. */
  readonly pending: boolean;
  /** What the last run that ended gave. */
  readonly data: T | undefined;
  /** Why the last run that ended failed, or `null`. */
  readonly error: VaultError | null;
  /** The sentence for `error`, to show. */
  readonly message: string | null;
  /** How far the latest run is, or `null`. */
  readonly progress: Progress | null;
  /** Forgets data and error, and shows nothing of the runs still going. */
  readonly reset: () => void;
  /** Aborts what is going on. */
  readonly abort: () => void;
}

/**
 * Gives a verb of the vault its state: pending, what went wrong, how far it is.
 *
 * `act` takes the value given to `run`, and `work` to pass on to the call. An abort is no error. What is thrown and is no
 * `VaultError` goes to the nearest error boundary. Nothing is told to a component that is gone.
 */
export function useAction<R, V = void>(
  act: (value: V, work: Work) => R,
  options: ActionOptions = {},
): Action<V, Awaited<R>> {
  const latest = useRef({ act, options });
  const [runs] = useState(() => new Runs<R>());
  const { running, data, error, progress, thrown } = useSyncExternalStore(
    runs.subscribe,
    runs.getSnapshot,
    runs.getSnapshot,
  );
  const explain = useExplain();
  useEffect(() => {
    latest.current = { act, options };
  });
  useEffect(
    () => () => {
      if (latest.current.options.abortOnUnmount) runs.abort();
    },
    [runs],
  );
  const verbs = useMemo(
    () => ({
      run: (value: V) => {
        const { act, options } = latest.current;
        return runs.run((work) => act(value, work), options.overlap);
      },
      reset: () => runs.reset(),
      abort: () => runs.abort(),
    }),
    [runs],
  );
  if (thrown !== null) throw thrown.value;
  return { ...verbs, pending: running > 0, data, error, message: explain(error), progress };
}

interface ActionState<T> {
  readonly running: number;
  readonly data: T | undefined;
  readonly error: VaultError | null;
  readonly progress: Progress | null;
  /** A mistake in a program, for the error boundary. */
  readonly thrown: { readonly value: unknown } | null;
}

const IDLE = { running: 0, data: undefined, error: null, progress: null, thrown: null } as const;

interface Run {
  readonly controller: AbortController;
  /** Whether its component shows what becomes of it. */
  shown: boolean;
}

/** The runs of one action: a store, so that a component that is hidden and comes back finds how they ended. */
class Runs<R> {
  readonly #going = new Set<Run>();
  readonly #listeners = new Set<() => void>();
  #last: Run | null = null;
  #state: ActionState<Awaited<R>> = IDLE;

  readonly getSnapshot = (): ActionState<Awaited<R>> => this.#state;

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#listeners.add(onChange);
    return () => this.#listeners.delete(onChange);
  };

  async run(act: (work: Work) => R, overlap: ActionOptions['overlap']): Promise<Awaited<R> | undefined> {
    if (overlap === 'first' && this.#going.size > 0) return undefined;
    if (overlap === 'latest') this.abort();
    const run = { controller: new AbortController(), shown: true };
    const { signal } = run.controller;
    this.#going.add(run);
    this.#last = run;
    this.#set({ running: this.#state.running + 1, error: null, progress: null });
    const onProgress = (progress: Progress) => {
      if (run === this.#last && run.shown) this.#set({ progress });
    };
    try {
      const data = await act({ signal, onProgress });
      this.#end(run, { data, error: null });
      return signal.aborted ? undefined : data;
    } catch (error) {
      if (signal.aborted || isVaultError(error, 'usage/aborted')) this.#end(run, {});
      else this.#end(run, isVaultError(error) ? { error } : { thrown: { value: error } });
      return undefined;
    }
  }

  /** Ends what is going on, and shows at once that it has ended. */
  abort(): void {
    for (const run of this.#going) {
      run.controller.abort();
      this.#end(run, {});
    }
  }

  reset(): void {
    for (const run of this.#going) run.shown = false;
    this.#state = IDLE;
    this.#set({});
  }

  #end(run: Run, outcome: Partial<ActionState<Awaited<R>>>): void {
    this.#going.delete(run);
    if (!run.shown) return;
    run.shown = false;
    const running = this.#state.running - 1;
    this.#set({ ...outcome, running, progress: running === 0 ? null : this.#state.progress });
  }

  #set(change: Partial<ActionState<Awaited<R>>>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}
