import { expect, it } from 'vitest';
import { loadSodium, sodium } from '../../../src/crypto/sodium.js';

it('says that it is not loaded, then loads once', async () => {
  expect(() => sodium()).toThrow('usage/sodium-not-loaded');
  await Promise.all([loadSodium(), loadSodium()]);
  expect(sodium()).toBe(sodium());
  expect(sodium().libsodium.HEAPU8.length).toBeGreaterThan(0);
});
