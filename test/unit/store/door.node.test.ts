import { expect, test } from 'vitest';
import { openIndexedDbStore } from '../../../src/store/index.js';

test('IndexedDB is not for Node', async () => {
  await expect(openIndexedDbStore({ name: 'x' })).rejects.toMatchObject({ code: 'store/unavailable' });
});
