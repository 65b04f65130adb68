/** What the disk and the SQLite driver may say, as the SDK's own errors. */
import type * as FileSystem from 'node:fs';
import { isVaultError, VaultError } from '../errors.js';

const FULL = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG']);
const BUSY = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'EBUSY']);
const DAMAGED = new Set([
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_MISMATCH',
  'SQLITE_SCHEMA',
  'SQLITE_ERROR',
]);
const DAMAGED_READ = new Set(['SQLITE_IOERR_SHORT_READ', 'SQLITE_IOERR_CORRUPTFS', 'SQLITE_IOERR_DATA']);

/** Below this much free space, a failed write is blamed on the full disk. */
const FREE_BYTES_MIN = 65536;

/**
 * The `VaultError` for anything thrown by the driver or the file system.
 *
 * The original is dropped, as it may quote paths; only its code goes into the details.
 */
export function nodeError(error: unknown, fs: typeof FileSystem, directory: string): VaultError {
  if (isVaultError(error)) return error;
  const reason = codeOf(error);
  const family = reason.startsWith('SQLITE_') ? reason.split('_').slice(0, 2).join('_') : reason;
  if (FULL.has(family)) return new VaultError('store/quota', { reason });
  if (BUSY.has(family)) return new VaultError('store/busy', { reason });
  if (DAMAGED.has(family) || DAMAGED_READ.has(reason)) return new VaultError('store/damaged', { reason });
  // SQLite reports a shared-memory file that cannot grow as an I/O error, not as a full disk.
  if (family === 'SQLITE_IOERR' && isDiskFull(fs, directory))
    return new VaultError('store/quota', { reason });
  return new VaultError('store/unavailable', { reason });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^[A-Z_0-9]+$/.test(code)) return code;
  // The driver gives a failed open no code, only SQLite's number at the end of its message.
  if (error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN';
  return error.name;
}

function isDiskFull(fs: typeof FileSystem, directory: string): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(directory);
    return bavail * bsize < FREE_BYTES_MIN;
  } catch {
    return false;
  }
}
