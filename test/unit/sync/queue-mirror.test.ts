import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/store/memory.js';
import { lanePrefix, openOutbox, queuedAt } from '../../../src/sync/outbox.js';
import { QueueMirror } from '../../../src/sync/queue-mirror.js';
import { seededRandom } from '../../support/seeded-random.js';

const put = (key: string) => ({ type: 'put', key, value: new Uint8Array() }) as const;
const remove = (key: string) => ({ type: 'delete', key }) as const;

describe('what waits, without asking the store', () => {
  it('is what was written, less what was taken out', () => {
    let changes = 0;
    const mirror = new QueueMirror('q/', () => changes++);
    mirror.note([put('q/b/2-x'), put('other'), put('q/a/3-x')]);
    expect([mirror.size, mirror.oldest, changes]).toEqual([2, 'q/b/2-x', 1]);
    mirror.note([remove('q/b/2-x')]);
    expect([mirror.size, mirror.oldest, changes]).toEqual([1, 'q/a/3-x', 2]);
    mirror.note([remove('q/a/3-x'), put('other')]);
    expect([mirror.size, mirror.oldest]).toEqual([0, null]);
  });

  it('is set right by a listing, whatever is written while it goes on', () => {
    let changes = 0;
    const mirror = new QueueMirror('q/', () => changes++);
    mirror.note([put('q/a/1-x'), put('q/a/2-x')]);
    const list = mirror.listing();
    mirror.note([put('q/a/3-x'), remove('q/a/2-x')]);
    // The listing began before, and found what another session had queued and not what it had taken out.
    list(['q/a/2-x', 'q/a/0-y']);
    expect([mirror.size, mirror.oldest, mirror.has('q/a/'), mirror.has('q/b/')]).toEqual([
      2,
      'q/a/0-y',
      true,
      false,
    ]);
    const before = changes;
    mirror.listing()(['q/a/3-x', 'q/a/0-y']);
    expect(changes).toBe(before);
  });

  it('is what the outbox holds, and knows since when', async () => {
    const store = createMemoryStore();
    let now = 1_000_000;
    const random = seededRandom('mirror');
    const outbox = await openOutbox({ store, now: () => now, random });
    const entry = { kind: 'request', method: 'PUT', path: '/v1/x', body: null } as const;
    const first = outbox.put([{ lane: 'a', entry }]);
    expect(outbox.waiting.size).toBe(0);
    await store.write(first);
    outbox.waiting.note(first);
    now += 500;
    const second = outbox.put([{ lane: 'slots', entry }]);
    await store.write(second);
    outbox.waiting.note(second);
    expect(outbox.waiting.size).toBe(2);
    expect(queuedAt(outbox.waiting.oldest ?? '')).toBe(1_000_000);
    expect(outbox.waiting.has(lanePrefix('slots'))).toBe(true);

    const other = await openOutbox({ store, now: () => now, random });
    expect(other.waiting.size).toBe(2);
    await store.write(other.remove(other.waiting.oldest as string));
    await outbox.list('a');
    expect(outbox.waiting.size).toBe(2);
    await outbox.list();
    expect(outbox.waiting.size).toBe(1);
    expect(queuedAt(outbox.waiting.oldest ?? '')).toBe(1_000_500);
  });
});
