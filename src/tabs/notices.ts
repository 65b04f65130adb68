/**
 * What the tabs of one origin tell each other about a store: that something changed, never what.
 *
 * Everything on a BroadcastChannel can be heard, and said, by any script of the origin. So no key, no plaintext and
 * nothing that is believed goes over it: the worst that a false notice does is a look into the store, a sync, or a lock.
 */
import type { SyncProgress, SyncReport } from '../sync/run.js';
import type { SyncStatus } from '../sync/runner.js';

/** A notice between tabs. `call` is the random name of one call of `sync`. */
export type Notice =
  /** The store was written to; `queued` when there is something to send. */
  | { readonly type: 'changed'; readonly queued: boolean }
  /** Whoever says this syncs from now on. */
  | { readonly type: 'leader' }
  /** Asks the leader to say how sync stands, and to keep syncing in the background if `start`. */
  | { readonly type: 'ask'; readonly start: boolean }
  | { readonly type: 'status'; readonly status: SyncStatus }
  | { readonly type: 'sync'; readonly call: string }
  | { readonly type: 'cancel'; readonly call: string }
  /** The leader is at it; repeated while it is. */
  | { readonly type: 'heard'; readonly call: string }
  | { readonly type: 'progress'; readonly call: string; readonly progress: SyncProgress }
  | { readonly type: 'done'; readonly call: string; readonly report: SyncReport }
  | { readonly type: 'failed'; readonly call: string; readonly code: string; readonly retryAfterMs: number }
  /** Everyone forgets every key. */
  | { readonly type: 'lock' };

/** The channel of one store. */
export interface Notices {
  /** Tells the other tabs; never comes back to this one. */
  post(notice: Notice): void;
  close(): void;
}

/** Joins the channel of a store, or `null` where there is no BroadcastChannel. */
export function openNotices(scope: string, listener: (notice: Notice) => void): Notices | null {
  if (typeof BroadcastChannel !== 'function') return null;
  const channel = new BroadcastChannel(`coffret/${scope}`);
  channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (isNotice(data)) listener(data);
  });
  return {
    post: (notice) => channel.postMessage(notice),
    close: () => channel.close(),
  };
}

const STATUSES: readonly unknown[] = ['synced', 'syncing', 'pending', 'offline'];
const PHASES: readonly unknown[] = ['push', 'pull', 'blob'];

/** Whether something heard is a notice in every part: another version of the app, or another script, may talk too. */
export function isNotice(data: unknown): data is Notice {
  if (typeof data !== 'object' || data === null) return false;
  const heard = data as Record<string, unknown>;
  const isCall = typeof heard.call === 'string' && /^[0-9a-f]{32}$/.test(heard.call);
  switch (heard.type) {
    case 'changed':
      return typeof heard.queued === 'boolean';
    case 'leader':
    case 'lock':
      return true;
    case 'ask':
      return typeof heard.start === 'boolean';
    case 'status':
      return STATUSES.includes(heard.status);
    case 'sync':
    case 'cancel':
    case 'heard':
      return isCall;
    case 'progress':
      return isCall && isProgress(heard.progress);
    case 'done':
      return isCall && isReport(heard.report);
    case 'failed':
      return isCall && typeof heard.code === 'string' && typeof heard.retryAfterMs === 'number';
    default:
      return false;
  }
}

function isProgress(value: unknown): boolean {
  const { phase, done, total } = (value ?? {}) as Record<string, unknown>;
  return PHASES.includes(phase) && typeof done === 'number' && typeof total === 'number';
}

function isReport(value: unknown): boolean {
  const { pushed, pulled, pending, failed } = (value ?? {}) as Record<string, unknown>;
  const numbers = [pushed, pulled, pending].every((number) => typeof number === 'number');
  return (
    numbers &&
    Array.isArray(failed) &&
    failed.every((one) => typeof one?.lane === 'string' && typeof one?.code === 'string')
  );
}
