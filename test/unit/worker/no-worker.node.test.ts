import { expect, it } from 'vitest';
import { openVaultInWorker } from '../../../src/worker/index.js';

it('says so where there are no dedicated workers', async () => {
  await expect(openVaultInWorker({ name: 'alice' })).rejects.toMatchObject({
    code: 'usage/no-worker',
    details: { reason: 'refused' },
  });
});
