import { cp } from 'node:fs/promises';

/**
 * Copies the directory of a store that this process has closed.
 *
 * Closing leaves nothing in the write-ahead log; but the driver deletes that file only when its statements are
 * collected, which may be in the middle of a copy.
 */
export async function copyClosedStore(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, filter: (path) => !/-(wal|shm)$/.test(path) });
}
