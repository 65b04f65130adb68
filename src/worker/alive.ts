/** How a page learns that its worker is gone, however it ended: no event says so, but its Web Locks become free. */

/** Holds the lock until this thread ends, where there are Web Locks. */
export async function stayAlive(name: string): Promise<void> {
  const { locks } = navigator;
  if (locks === undefined) return;
  await new Promise<void>((settled) => {
    const holding = locks.request(name, () => {
      settled();
      return new Promise<never>(() => {});
    });
    holding.catch(() => settled());
  });
}

/** Calls back once the thread that held the lock has ended; never where there are no Web Locks. */
export function whenGone(name: string, signal: AbortSignal, onGone: () => void): void {
  const { locks } = navigator;
  if (locks === undefined) return;
  locks.request(name, { signal }, () => onGone()).catch(() => {});
}
