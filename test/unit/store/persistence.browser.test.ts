import { expect, it } from 'vitest';
import { requestPersistence, storageState } from '../../../src/store/index.js';

it('a browser tells how storage stands, and answers when asked to keep it', async () => {
  const before = await storageState();
  expect(before.persisted).toBe(await navigator.storage.persisted());
  expect(before.quotaBytes).toBeGreaterThan(0);
  expect(before.usedBytes).toBeGreaterThanOrEqual(0);
  const granted = await requestPersistence();
  expect(granted).toBe((await storageState()).persisted);
});
