import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore, type Store } from '../../../src/store/index.js';
import { Fence, logTopic } from '../../../src/vault/fence.js';
import { codeOf } from '../../support/code-of.js';

const LOG = 'ab'.repeat(32);
const put = (key: string) => ({ type: 'put', key, value: Uint8Array.of(1) }) as const;

let store: Store;
let mine: Fence;
let theirs: Fence;
beforeEach(async () => {
  store = createMemoryStore();
  mine = await Fence.open(store);
  theirs = await Fence.open(store);
});

async function write(fence: Fence, key: string, lastNumber = 0): Promise<boolean> {
  const writes = [put(key)];
  const step = fence.step(writes, lastNumber);
  const done = await store.write([...writes, step.write], [step.expect]);
  if (done) step.commit();
  return done;
}

describe('the fence of a store', () => {
  it('R23 lets one of two writes at once through; the other may write after it has looked', async () => {
    expect(await write(mine, 'a')).toBe(true);
    expect(await write(theirs, 'b')).toBe(false);
    expect(await store.get('b')).toBeNull();
    (await theirs.look())?.accept();
    expect(await write(theirs, 'b')).toBe(true);
    expect(await write(mine, 'c')).toBe(false);
  });

  it('tells what others wrote by topic: the log for ops and for what waits to be sent, else the first word', async () => {
    for (const key of [`log/${LOG}/op/1`, `outbox/${LOG}/1`, 'cursor/inbox', 'person/slot'])
      await write(mine, key);
    const found = await theirs.look();
    expect(found?.missed).toEqual(new Set([logTopic(LOG), 'cursor', 'person']));
    found?.accept();
    expect(await theirs.look()).toBeUndefined();
    expect(await mine.look()).toBeUndefined();
  });

  it('tells that too much was missed to say what', async () => {
    for (let i = 0; i < 17; i++) await write(mine, 'cursor/inbox');
    expect((await theirs.look())?.missed).toBeNull();
  });

  it('tells the same of a change with too many topics', async () => {
    const writes = Array.from({ length: 65 }, (_, i) => put(`k${i}`));
    const step = mine.step(writes, 0);
    await store.write([...writes, step.write], [step.expect]);
    expect((await theirs.look())?.missed).toBeNull();
  });

  it('knows the greatest number any outbox has used', async () => {
    await write(mine, 'a', 12);
    (await theirs.look())?.accept();
    expect(theirs.lastNumber).toBe(12);
    await write(theirs, 'b', 5);
    (await mine.look())?.accept();
    expect(mine.lastNumber).toBe(12);
  });

  it('says that a row that is none is damage', async () => {
    await store.write([{ type: 'put', key: 'fence', value: Uint8Array.of(0xff) }]);
    expect(await codeOf(() => mine.look())).toBe('store/damaged');
    expect(await codeOf(() => Fence.open(store))).toBe('store/damaged');
  });
});
