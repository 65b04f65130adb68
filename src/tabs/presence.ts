/**
 * Makes it known that this tab has a store open, until the function given back is called.
 *
 * `whenAlone` runs first, and only if no other tab has it open: it may throw away what belongs to nobody, which a tab at
 * work could still be about to name. Where there are no Web Locks nobody else is expected.
 */
export async function joinTabs(scope: string | null, whenAlone: () => Promise<void>): Promise<() => void> {
  const locks = scope === null ? undefined : globalThis.navigator?.locks;
  if (locks === undefined) {
    await whenAlone();
    return () => {};
  }
  const name = `coffret/${scope}/open`;
  await locks.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await whenAlone();
  });
  return new Promise((joined, failed) => {
    locks.request(name, { mode: 'shared' }, () => new Promise<void>((leave) => joined(leave))).catch(failed);
  });
}
