import { expect, it, vi } from 'vitest';
import { createLive, type Live } from '../../../src/live/live.js';
import { lateLive, latePart } from '../../../src/react/late-live.js';

/** A value that a test sets, and its end. */
function settable(first: number) {
  let value = first;
  const notices = new Set<(notice?: 'end') => void>();
  const tell = (notice?: 'end') => {
    for (const each of [...notices]) each(notice);
  };
  const live: Live<number> = createLive({
    version: () => value,
    read: () => value,
    watch: (onNotice) => {
      notices.add(onNotice);
      return () => notices.delete(onNotice);
    },
  });
  return {
    live,
    tell,
    set: (next: number) => {
      value = next;
      tell();
    },
    watchers: () => notices.size,
  };
}

it('a late live value comes when its part is loaded, once for all, and follows and ends as what it makes', async () => {
  const source = settable(1);
  const load = vi.fn(async () => ({ live: source.live }));
  const part = latePart(load);
  const late = lateLive(part, ({ live }) => live);
  expect([late.getSnapshot(), load.mock.calls.length]).toEqual([undefined, 0]);
  const seen: unknown[] = [];
  const stop = late.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('end') });
  lateLive(part, ({ live }) => live).subscribe(() => {});
  await vi.waitFor(() => expect(seen).toEqual([1]));
  source.set(2);
  expect([seen, late.getSnapshot(), load.mock.calls.length]).toEqual([[1, 2], 2, 1]);
  expect(lateLive(part, ({ live }) => live).getSnapshot()).toBe(2);
  source.tell('end');
  expect(seen).toEqual([1, 2, 'end']);
  stop();
});

it('says what went wrong, and tries again for the next who looks', async () => {
  const source = settable(1);
  let isOffline = true;
  const part = latePart(async () => {
    if (isOffline) throw new Error('offline');
    return source.live;
  });
  const late = lateLive(part, (live) => live);
  const errors: unknown[] = [];
  const stop = late.subscribe({ error: (error) => errors.push((error as Error).message) });
  await vi.waitFor(() => expect(errors).toEqual(['offline']));
  stop();
  isOffline = false;
  const values: number[] = [];
  const again = late.subscribe((value) => values.push(value));
  await vi.waitFor(() => expect(values).toEqual([1]));
  again();
  expect(source.watchers()).toBe(0);
});
