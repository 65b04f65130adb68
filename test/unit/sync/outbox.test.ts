import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/store/memory.js';
import { openOutbox } from '../../../src/sync/outbox.js';
import type { OutboxEntry } from '../../../src/sync/outbox-entry.js';
import { collectionId, seededBytes } from '../../support/sync-party.js';

const collection = collectionId(0);

function append(n: number): { lane: string; entry: OutboxEntry } {
  return { lane: 'a', entry: { kind: 'append', collection, ops: [Uint8Array.of(n)], access: null } };
}

async function contents(outbox: Awaited<ReturnType<typeof openOutbox>>): Promise<number[]> {
  const numbers: number[] = [];
  for (const { id } of await outbox.list('a')) {
    const queued = await outbox.read(id);
    if (queued?.entry.kind === 'append') numbers.push(queued.entry.ops[0]?.[0] ?? -1);
  }
  return numbers;
}

describe('the outbox', () => {
  it('keeps the order of put, also when several are put before one commit', async () => {
    const store = createMemoryStore();
    const outbox = await openOutbox({ store, now: () => 5, random: seededBytes(1) });
    const first = outbox.put([append(1), append(2)]);
    const second = outbox.put([append(3)]);
    await store.write([...second]);
    await store.write([...first, ...outbox.put([append(4)])]);
    expect(await contents(outbox)).toEqual([1, 2, 3, 4]);
  });

  it('writes nothing by itself, and everything in the batch of its caller', async () => {
    const store = createMemoryStore();
    const outbox = await openOutbox({ store, now: () => 5, random: seededBytes(1) });
    const writes = outbox.put([append(1)]);
    expect(await outbox.list()).toEqual([]);
    const held = [{ key: 'state', value: Uint8Array.of(9) }];
    expect(await store.write([...writes, { type: 'put', key: 'x', value: Uint8Array.of(1) }], held)).toBe(
      false,
    );
    expect(await outbox.list()).toEqual([]);
  });

  it('goes on after what is stored when it is opened again, even if the clock went back', async () => {
    const store = createMemoryStore();
    const before = await openOutbox({ store, now: () => 2_000_000_000_000, random: seededBytes(1) });
    await store.write(before.put([append(1), append(2)]));
    const after = await openOutbox({ store, now: () => 1_000, random: seededBytes(2) });
    await store.write(after.put([append(3)]));
    expect(await contents(after)).toEqual([1, 2, 3]);
  });

  it('never gives two tabs the same key, and sees what the other queued', async () => {
    const store = createMemoryStore();
    const [one, two] = await Promise.all(
      [1, 2].map((seed) => openOutbox({ store, now: () => 7, random: seededBytes(seed) })),
    );
    if (one === undefined || two === undefined) throw new Error('no outbox');
    await store.write(one.put([append(1)]));
    await store.write(two.put([append(2)]));
    expect((await one.list()).length).toBe(2);
    await two.list();
    await store.write(two.put([append(3)]));
    await one.list();
    await store.write(one.put([append(4)]));
    expect((await contents(two)).slice(2)).toEqual([3, 4]);
  });

  it('goes on after the numbers that another session used, although it has not seen them', async () => {
    const store = createMemoryStore();
    const ahead = await openOutbox({ store, now: () => 9, random: seededBytes(1) });
    const behind = await openOutbox({ store, now: () => 5, random: seededBytes(2) });
    await store.write(ahead.put([append(1)]));
    behind.goOnAfter(ahead.lastNumber);
    await store.write(behind.put([append(2)]));
    expect(await contents(behind)).toEqual([1, 2]);
    behind.goOnAfter(0);
    expect(behind.lastNumber).toBeGreaterThan(ahead.lastNumber);
  });

  it('lists more than a page without reading what is in it', async () => {
    const store = createMemoryStore();
    const outbox = await openOutbox({ store, now: () => 5, random: seededBytes(1) });
    await store.write(outbox.put(Array.from({ length: 1200 }, (_, n) => append(n % 256))));
    const listed = await outbox.list();
    expect(listed.length).toBe(1200);
    expect(new Set(listed.map(({ id }) => id)).size).toBe(1200);
    const read = await outbox.read(listed[3]?.id ?? '');
    expect(read).toEqual({ ...listed[3], entry: append(3).entry });
  });

  it('takes an entry out whole', async () => {
    const store = createMemoryStore();
    const outbox = await openOutbox({ store, now: () => 5, random: seededBytes(1) });
    await store.write(outbox.put([append(1)]));
    const [queued] = await outbox.list();
    await store.write(outbox.remove(queued?.id ?? ''));
    expect(await store.scan({ prefix: '' })).toEqual([]);
    expect(await outbox.read(queued?.id ?? '')).toBeNull();
  });

  it('refuses a lane that could reach outside its keys, and says when the store is damaged', async () => {
    const store = createMemoryStore();
    const outbox = await openOutbox({ store, now: () => 5, random: seededBytes(1) });
    for (const lane of ['', 'A', 'a/b', 'a'.repeat(81)]) {
      expect(() => outbox.put([{ ...append(1), lane }])).toThrow(/usage\/invalid/);
    }
    await store.write(outbox.put([append(1)]));
    const [queued] = await outbox.list();
    const id = queued?.id ?? '';
    await store.write([
      { type: 'put', key: id.replace('outbox/', 'outbox-body/'), value: Uint8Array.of(0xff) },
    ]);
    await expect(outbox.read(id)).rejects.toMatchObject({ code: 'store/damaged' });
  });
});
