import { expect, it } from 'vitest';
import { requestPersistence, storageState } from '../../../src/store/index.js';

it('in Node nobody takes storage back, and nobody tells how much there is', async () => {
  expect(await storageState()).toEqual({ persisted: null, usedBytes: null, quotaBytes: null });
  expect(await requestPersistence()).toBeNull();
});
