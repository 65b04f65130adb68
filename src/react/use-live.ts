import { useContext, useMemo, useSyncExternalStore } from 'react';
import { VaultError } from '../errors.js';
import type { Live } from '../live/live.js';
import { DeviceContext } from './device-context.js';
import { cellOf, PENDING, type Shown } from './live-cell.js';
import { useExplain } from './use-explain.js';

/** What a live value shows: nothing yet, a value, or an error with the sentence for it. */
export type LiveResult<T> =
  | { readonly data: undefined; readonly error: null; readonly message: null; readonly pending: true }
  | LiveReady<T>
  | {
      readonly data: undefined;
      readonly error: VaultError;
      readonly message: string;
      readonly pending: false;
    };

/** A live value that is there. */
export interface LiveReady<T> {
  readonly data: T;
  readonly error: null;
  readonly message: null;
  readonly pending: false;
}

/** How a component waits for a live value. */
export interface LiveOptions {
  /** True waits in the nearest `<Suspense>` and throws errors to the nearest error boundary. */
  readonly suspense?: boolean;
}

/** What a hook gives for a live value: with `suspense`, a value that is there. */
export type LiveView<T, Options> = Options extends { readonly suspense: true } ? LiveReady<T> : LiveResult<T>;

/**
 * Shows a live value, and renders again when it changes.
 *
 * `null` is a value that is not to be had yet: the hook is pending until there is one. On a server it is pending too;
 * with `suspense`, the nearest boundary shows its fallback there. A value whose person was locked shows the error
 * `access/locked`, and no data.
 */
export function useLive<T, Options extends LiveOptions = LiveOptions>(
  live: Live<T> | null,
  options?: Options,
): LiveView<T, Options> {
  return useLiveResult(live, options) as LiveView<T, Options>;
}

/** As `useLive`; whoever asks for `suspense` knows that `data` is there. */
export function useLiveResult<T>(
  live: Live<T> | null,
  { suspense = false }: LiveOptions = {},
): LiveResult<T> {
  const explain = useExplain();
  const device = useContext(DeviceContext);
  const cell = live === null ? null : cellOf(live);
  const shown: Shown<T> = useSyncExternalStore(
    cell?.subscribe ?? subscribeToNothing,
    cell?.getSnapshot ?? pending,
    pendingOnServer,
  );
  const result = useMemo(
    () => ({ ...shown, message: explain(shown.error) }) as LiveResult<T>,
    [shown, explain],
  );
  if (!suspense || result.data !== undefined) return result;
  if (result.error !== null) throw result.error;
  // React's own way to leave the rendering of a page to the browser.
  if (shown === PENDING_ON_SERVER) throw new VaultError('access/locked');
  // What React 18 and 19 both wait for is a promise, thrown.
  throw cell?.wait() ?? device?.changed() ?? NEVER;
}

const PENDING_ON_SERVER: Shown<never> = { ...PENDING };
const NEVER = new Promise<never>(() => {});

const subscribeToNothing = () => () => {};
const pending = () => PENDING;
const pendingOnServer = () => PENDING_ON_SERVER;
