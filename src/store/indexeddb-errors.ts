/** What IndexedDB, Dexie and the origin's private files may say, as the SDK's own errors. */
import { isVaultError, VaultError } from '../errors.js';

/** How a dead connection shows: Safari drops them in the background, a browser may close them at any time. */
const LOST = new Set(['DatabaseClosedError', 'InvalidStateError', 'UnknownError', 'AbortError']);
const FULL = new Set(['QuotaExceededError']);
const BUSY = new Set(['NoModificationAllowedError']);
const DAMAGED = new Set([
  'NotFoundError',
  'NotReadableError',
  'DataError',
  'EncodingError',
  'ConstraintError',
]);
const NEWER = new Set(['VersionError']);

/**
 * The `VaultError` for anything thrown by the browser or by Dexie.
 *
 * The original is dropped; only its name goes into the details.
 */
export function browserError(error: unknown): VaultError {
  const chain = causesOf(error);
  const own = chain.find((cause) => isVaultError(cause));
  if (own !== undefined) return own;
  const names = chain.map(nameOf);
  const reason = names[0] ?? 'unknown';
  const is = (known: ReadonlySet<string>) => names.some((name) => known.has(name));
  if (is(FULL)) return new VaultError('store/quota', { reason });
  if (is(NEWER)) return new VaultError('format/unsupported', { reason });
  if (is(BUSY)) return new VaultError('store/busy', { reason });
  if (is(DAMAGED)) return new VaultError('store/damaged', { reason });
  return new VaultError('store/unavailable', { reason });
}

/** Tells whether an error says that the connection is gone, so that the call is worth one more try. */
export function isConnectionLost(error: unknown): boolean {
  const code = browserError(error).code;
  return code === 'store/unavailable' && causesOf(error).some((cause) => LOST.has(nameOf(cause)));
}

/** An error and all it wraps: Dexie puts the browser's own error in `inner`, and those of a batch in `failures`. */
function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let cause = error; cause instanceof Object && chain.length < 8; ) {
    chain.push(cause);
    const { inner, failures } = cause as { inner?: unknown; failures?: unknown };
    cause = inner ?? (Array.isArray(failures) ? failures[0] : undefined);
  }
  return chain;
}

function nameOf(cause: unknown): string {
  const { name } = cause as { name?: unknown };
  return typeof name === 'string' && /^[A-Za-z]{1,60}$/.test(name) ? name : 'unknown';
}
