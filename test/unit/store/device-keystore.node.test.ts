import { expect, it } from 'vitest';
import { findKey, readLockCount } from '../../../src/store/device-keystore.js';
import { codeOf } from '../../support/code-of.js';

it('does not exist in Node, and says so', async () => {
  expect(await codeOf(() => findKey('coffret-alice'))).toBe('store/unavailable');
  expect(await codeOf(() => readLockCount('coffret-alice'))).toBe('store/unavailable');
});
